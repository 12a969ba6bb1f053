"""Where a command may write what it takes out: anywhere but over the product's own files."""

from pathlib import Path

import click

from assistant.errors import UsageError
from assistant.records.limit_store import FILE as LIMITS
from assistant.records.snapshot import file_of
from assistant.settings import Settings, load_settings

_FOLDERS = frozenset(
    {"backing-up", "batches", "egress", "erasing", "incoming", "index", "jobs", "mappings", "quarantine", "restoring"}
)
_ENDINGS = frozenset({".csv", ".docx", ".html", ".json", ".md", ".xlsx"})
_KEPT = frozenset({"capabilities.json", "recorded.json"})


class OutputFile(click.Path):
    """A file to be written; the database, the keys, and what else the product keeps are refused."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path.

        Raises:
            UsageError: it is one of the product's own files.
        """
        path: Path = super().convert(value, param, ctx)  # type: ignore[assignment, arg-type]
        if is_own(path.resolve(), load_settings()):
            raise UsageError(f"{path} is one of the product's own files: choose another place with -o")
        return path


OUTPUT = OutputFile()


def is_own(path: Path, settings: Settings) -> bool:
    """Whether the product keeps something of its own at a resolved path, or would."""
    if not settings.resolved_database_url.startswith("postgresql"):
        database = file_of(settings.resolved_database_url).resolve()
        if path.parent == database.parent and (path.name.startswith(database.name) or path.name == LIMITS):
            return True
    home = settings.data_dir.resolve()
    if not path.is_relative_to(home):
        return False
    first, *rest = path.relative_to(home).parts
    return first in _FOLDERS if rest else path.suffix.lower() not in _ENDINGS or first in _KEPT
