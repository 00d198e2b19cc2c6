"""Who the servers run as, and where that account can reach.

Postgres refuses to run as root, so a root launcher drops to `nobody`. Everything that account needs must be
reachable for it: programs under somebody's closed home are copied, and a data folder under one moves to `/var/lib`.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from core.errors import SetupError


class Switch(TypedDict, total=False):
    """The part of `subprocess` arguments that says who runs it."""

    user: int | None
    group: int | None
    extra_groups: list[int]


SYSTEM_HOME = Path("/var/lib/aisle")


@dataclass(frozen=True)
class Account:
    """A user to drop to; both None: stay who we are."""

    uid: int | None = None
    gid: int | None = None

    def switch(self) -> "Switch":
        """What `subprocess` needs to run something as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or folder to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter or run `path`. Asked of the kernel, so that ACLs and mounts count too."""
        if self.uid is None:
            return os.access(path, os.X_OK)
        test = shutil.which("test") or "/usr/bin/test"
        try:
            done = subprocess.run([test, "-x", str(path)], cwd="/", check=False, **self.switch())
        except PermissionError as error:
            raise SetupError("Root here may not switch to the user `nobody`; run Aisle as an ordinary user.") from error
        return done.returncode == 0


def account() -> Account:
    """The account the servers run as.

    Raises:
        SetupError: root without a user `nobody` to drop to.

    """
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise SetupError("There is no user `nobody` to run Postgres as; run Aisle as an ordinary user.") from error
    return Account(entry.pw_uid, entry.pw_gid)


def servers_folder(data_dir: Path, runner: Account) -> Path:
    """The folder of all servers, made if need be, with every part of it open to `runner` for passing through.

    Lies at `data_dir/servers`; when root's `data_dir` is closed to `nobody`, that is a link into `/var/lib/aisle`.

    Raises:
        SetupError: it cannot be made.

    """
    link = data_dir.absolute() / "servers"
    try:
        make_passable(data_dir.absolute())
        if link.is_symlink():
            make_passable(link.resolve())
        elif not link.exists() and not runner.reaches(link.parent):
            home = SYSTEM_HOME / hashlib.sha256(str(link).encode()).hexdigest()[:12]
            make_passable(SYSTEM_HOME)
            make_passable(home)
            link.symlink_to(home)
        else:
            make_passable(link)
    except OSError as error:
        raise SetupError(f"Cannot make {link}: {error.strerror}. Set AISLE_DATA_DIR to a writable folder.") from error
    folder = link.resolve()
    if not runner.reaches(folder):
        raise SetupError(f"{folder} is closed to the user the servers run as. Set AISLE_DATA_DIR to an open folder.")
    return folder


def make_passable(folder: Path) -> None:
    """Make a folder that others may pass through but not list; one that is there stays as it is."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)


def reachable_copy(package: Path, version: str, runner: Account, home: Path) -> Path:
    """`package` itself where `runner` can enter it, else a copy of it under `home`, with the libraries beside it."""
    if runner.reaches(package):
        return package
    copy = home / "programs" / f"{package.name}-{version}"
    if not copy.is_dir():
        make_passable(copy.parent)
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in package.parent.glob(f"{package.name}*"):
            if part.name in (package.name, f"{package.name}.libs"):
                shutil.copytree(part, partial / part.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for folder in (partial, *(part for part in partial.rglob("*") if part.is_dir())):
            folder.chmod(0o755)
        partial.rename(copy)
    return copy / package.name
