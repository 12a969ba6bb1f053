"""Which columns were said to hold what when tables of a header, or a file of a name, were last taken in."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from assistant.intake.shapes import ReadOptions

FOLDER, FILE = "mappings", "remembered.json"
"""Where that stands in a data directory, beside the mappings that were saved by name."""
_MOST = 500
"""So many headers and names are remembered, the latest of them."""

Kept = Mapping[str, Mapping[str, str]]
"""Key of a header or of a file's name → our field → their column, ``""`` where a field is to have none."""


def header_key(columns: Sequence[str]) -> str:
    """What stands for a header: a digest of its columns in whatever order."""
    return "h_" + hashlib.sha256("\x1f".join(sorted(columns)).encode()).hexdigest()[:24]


def name_key(name: str) -> str:
    """What stands for a file's name without its folder: a digest, since names hold names of people."""
    return "n_" + hashlib.sha256(PurePath(name).name.encode(errors="replace")).hexdigest()[:24]


def said_before(kept: Kept, columns: Sequence[str], name: str) -> Mapping[str, str]:
    """What was said last of a table with these columns, or of a file of this name as long as it has those columns still."""
    by_header = kept.get(header_key(columns))
    if by_header is not None:
        return by_header
    by_name = kept.get(name_key(name), {})
    return by_name if all(column in columns for column in by_name.values() if column) else {}


def with_memory(options: ReadOptions, folder: Path) -> ReadOptions:
    """The options with what the folder of mappings remembers; a file that can't be read remembers nothing."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return options
    return replace(options, remembered=found) if _is_kept(found) else options


def remember(folder: Path, taught: Kept) -> None:
    """Keep what was said of some headers and names, over what was said of them before."""
    if not taught:
        return
    before = with_memory(ReadOptions(), folder).remembered
    both = {**{key: said for key, said in before.items() if key not in taught}, **taught}
    latest = dict(list(both.items())[-_MOST:])
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(latest, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(folder / FILE)


def _is_kept(found: object) -> bool:
    return isinstance(found, dict) and all(
        isinstance(said, dict) and all(isinstance(column, str) for column in said.values()) for said in found.values()
    )
