"""Mappings of columns kept under a name, as TOML files that a person can read and mend."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import InputError, UsageError

_NAME = re.compile(r"\w[\w\-]{0,59}")
_ADVICE = "mend it by hand or save it anew with --save-mapping"


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """Our field → their column, and what was said of all records of such a file."""

    fields: dict[str, str] = field(default_factory=dict)
    channel: str | None = None
    product: str | None = None
    source: str | None = None


def save_mapping(folder: Path, name: str, mapping: SavedMapping) -> Path:
    """Keep a mapping under a name, over an earlier one of that name; the file.

    Raises:
        UsageError: the name can't be the name of a file.
    """
    path = _path(folder, name)
    said = {"channel": mapping.channel, "product": mapping.product, "source": mapping.source}
    lines = [f"{key} = {_quoted(value)}" for key, value in said.items() if value is not None]
    lines += ["", "[fields]", *(f"{_quoted(key)} = {_quoted(column)}" for key, column in mapping.fields.items())]
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).lstrip() + "\n", encoding="utf-8")
    return path


def load_mapping(folder: Path, name: str) -> SavedMapping:
    """The mapping of a name.

    Raises:
        UsageError: there is none; the sentence lists those that there are.
        InputError: its file can't be read as one.
    """
    path = _path(folder, name)
    if not path.is_file():
        known = ", ".join(saved_names(folder)) or "none yet"
        raise UsageError(f"there is no saved mapping {name!r}; saved are: {known}")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is no valid TOML; {_ADVICE}") from error
    fields = found.pop("fields", {})
    said = {"channel", "product", "source"}
    if not (isinstance(fields, dict) and found.keys() <= said and _all_text(fields) and _all_text(found)):
        raise InputError(f"{path} holds more than channel, product, source and [fields] with texts; {_ADVICE}")
    return SavedMapping(fields, **found)


def saved_names(folder: Path) -> list[str]:
    """The names under which mappings are kept, in order."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def check_name(name: str) -> None:
    """Refuse what can't be the name of a mapping.

    Raises:
        UsageError: it can't.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"a mapping's name is letters, digits, _ and - (at most 60), not {name!r}")


def _path(folder: Path, name: str) -> Path:
    check_name(name)
    return folder / f"{name}.toml"


def _all_text(values: dict[str, object]) -> bool:
    return all(isinstance(value, str) for value in values.values())


def _quoted(value: str) -> str:
    """A TOML basic string: JSON's escapes are all among TOML's; DEL, which JSON leaves bare, is not allowed there."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
