"""The password of an embedded server: drawn once, kept beside its data."""

import secrets
from pathlib import Path

from core.errors import SetupError


def stored_password(folder: Path) -> str:
    """The password of this folder's server, drawn the first time and kept readable to its owner only.

    Raises:
        SetupError: the data is there but its password is lost, or it is another user's.

    """
    path = folder / "password"
    try:
        return path.read_text()
    except PermissionError as error:
        raise SetupError(f"{path} belongs to another user. Run as that user, or set AISLE_DATA_DIR.") from error
    except FileNotFoundError:
        if (folder / "data").exists():
            raise SetupError(f"{path} is lost. Restore it, or move {folder} away to begin anew.") from None
    partial = path.with_suffix(f".{secrets.token_hex(4)}")
    partial.touch(mode=0o600)
    partial.write_text(secrets.token_urlsafe(24))
    try:
        path.hardlink_to(partial)  # fails when another process was faster, unlike a rename
    except FileExistsError:
        pass
    finally:
        partial.unlink()
    return path.read_text()
