"""A new SQLite database of the product's is a copy of one that was brought to the newest schema, once a session."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, event

from assistant.records.database import Database
from assistant.records.dialects import open_engine

NAME = "voc.db"


@contextmanager
def copied(folder: Path) -> Iterator[None]:
    """While the block runs, whoever opens a database `NAME` that is not there yet finds an empty one of the newest schema.

    Bringing each up to date step by step would take a tenth of a second; what goes wrong in copying is left to the opening.
    """
    whole = folder / "empty.db"
    Database(f"sqlite:///{whole}", folder / "write.lock").close()
    ours = _compiler()

    def fill(dialect: Any, _: object, arguments: list[Any], __: object) -> None:
        place = Path(str(arguments[0])) if arguments else Path()
        if dialect.statement_compiler is not ours or place.name != NAME or place.exists():
            return
        part = place.with_name(f"{NAME}.{uuid4().hex}")
        with suppress(OSError):
            shutil.copyfile(whole, part)
            place.hardlink_to(part)  # another may have made it meanwhile
        with suppress(OSError):
            part.unlink()

    event.listen(Engine, "do_connect", fill)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", fill)


def _compiler() -> type:
    """By what an engine of the product's is told from others."""
    engine = open_engine("sqlite://", 1)
    engine.dispose()
    return engine.dialect.statement_compiler
