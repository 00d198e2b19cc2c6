"""What a load is asked and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from core.catalog import Frozen
from pipelines.load.sources import Limits

LOADED, WITH_REJECTS, NOTHING, INTERRUPTED = 0, 2, 1, 130
"""Exit codes."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load. `columns`: field → column, as `--map` gives it; an empty column drops one."""

    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    locale: str = "en"
    encoding: str | None = None  # None: found out
    dry_run: bool = False
    batch: int = 500  # products a write
    rejects_dir: Path | None = None  # None: beside the file; for a URL, the current folder
    allow_private: bool = False  # let a URL point into private networks
    patience: timedelta = timedelta(minutes=1)  # how long to wait for a store that is away
    limits: Limits = field(default_factory=Limits)


class FileSummary(Frozen):
    """What became of one file. `loaded` = inserted + updated + unchanged + `earlier`; in a dry run, what would load."""

    name: str
    kind: str = "products"  # or patch
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    earlier: int = 0  # loaded by a run that was cut off; this one went on from there
    rejected: int = 0
    loaded: int = 0
    rejects: str | None = None  # path of the rejects file
    error: str | None = None


class LoadSummary(Frozen):
    """What a load did, over all files."""

    files: tuple[FileSummary, ...]
    seconds: float
    dry_run: bool = False
    interrupted: bool = False

    def total(self, name: str) -> int:
        """The sum of a count over the files."""
        return sum(int(getattr(file, name)) for file in self.files)

    @property
    def exit_code(self) -> int:
        """0 all loaded; 2 all but rejects or some files; 1 nothing, or every file failed; 130 interrupted."""
        if self.interrupted:
            return INTERRUPTED
        if not self.total("loaded") or all(file.error for file in self.files):
            return NOTHING
        return WITH_REJECTS if self.total("rejected") or any(file.error for file in self.files) else LOADED

    def to_json(self) -> dict[str, object]:
        """One object for scripts."""
        counts = ("rows", "loaded", "inserted", "updated", "unchanged", "earlier", "rejected")
        totals = {name: self.total(name) for name in counts}
        rest = self.model_dump(include={"seconds", "dry_run", "interrupted"})
        return totals | rest | {"exit_code": self.exit_code, "files": [file.model_dump() for file in self.files]}
