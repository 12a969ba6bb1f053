"""How --map, --mapping and --save-mapping become one mapping, and how one is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.domain.receipts import FileReceipt
from assistant.domain.vocabulary import CHANNELS
from assistant.errors import InputError, UsageError
from assistant.intake.mappings import SavedMapping, load_mapping, save_mapping
from assistant.intake.reading import ReadOptions


def mapping_of(pairs: tuple[str, ...]) -> Mapping[str, str]:
    """``FIELD=COLUMN`` pairs as a mapping.

    Raises:
        UsageError: a pair has no ``=``.
    """
    found = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise UsageError(f"--map {pair!r}: write it as FIELD=COLUMN, for example --map text=问题描述")
        found[field.strip()] = column.strip()
    return found


def with_saved(options: ReadOptions, folder: Path, name: str) -> ReadOptions:
    """The options over the mapping saved under a name: what is given now goes first.

    Raises:
        UsageError: there is no such mapping.
        InputError: it can't be used.
    """
    saved = load_mapping(folder, name)
    if saved.channel is not None and saved.channel not in CHANNELS:
        raise InputError(f"the mapping {name!r} names no channel with {saved.channel!r}; use {', '.join(CHANNELS)}")
    return replace(
        options,
        mapping={**saved.fields, **options.mapping},
        channel=options.channel or saved.channel,
        product=options.product or saved.product,
        source=options.source or saved.source,
    )


def keep_mapping(options: ReadOptions, files: Sequence[FileReceipt], folder: Path, name: str) -> Path:
    """Save under a name how the files were read; the file it stands in.

    Raises:
        UsageError: the name can't be used.
        InputError: the files were not all read in one way, or none was.
    """
    used: dict[str, str] = {}
    for file in files:
        for field, column in file.mapping.items():
            if used.setdefault(field, column) != column:
                raise InputError(
                    f"the mapping {name!r} was not saved: {field} is {used[field]!r} in one file and {column!r} in "
                    "another; save it from files that are alike"
                )
    if not used:
        raise InputError(f"the mapping {name!r} was not saved: no file had columns to map")
    return save_mapping(folder, name, SavedMapping(used, options.channel, options.product, options.source))
