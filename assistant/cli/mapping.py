"""The options that say how files are read, for the commands that read them, and the mappings kept under a name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from assistant.domain.receipts import FileReceipt
from assistant.domain.vocabulary import CHANNELS
from assistant.errors import InputError, UsageError
from assistant.intake.columns import FIELDS
from assistant.intake.mappings import SavedMapping, check_name, load_mapping, save_mapping
from assistant.intake.reading import ReadOptions

_OPTIONS = (
    click.option(
        "--channel", type=click.Choice(CHANNELS), help="Channel of all records, where it can't be recognised."
    ),
    click.option(
        "--map",
        "pairs",
        multiple=True,
        metavar="FIELD=COLUMN",
        help=f"Say which column holds a field; the fields are {', '.join(FIELDS)}.",
    ),
    click.option("--product", help="Product of the records that name none."),
    click.option("--source", help="Name of the dataset; the same name and id is the same record."),
    click.option(
        "--mapping", "mapping_name", metavar="NAME", help="Use the mapping saved under this name; --map goes before it."
    ),
    click.option("--save-mapping", metavar="NAME", help="Keep the mapping that was used under this name."),
)


@dataclass(frozen=True)
class Reading:
    """What the options said: how to read, and under which name to keep it."""

    options: ReadOptions
    folder: Path
    name: str | None

    def keep(self, files: Sequence[FileReceipt]) -> None:
        """Save under the name that was asked for, if one was, how the files were read; tell where on stderr."""
        if self.name is not None:
            kept = keep_mapping(self.options, files, self.folder, self.name)
            click.echo(f"mapping saved: {kept}; use it with --mapping {self.name}", err=True)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a command that reads files; it gets them as keyword arguments for `reading_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def reading_of(
    data_dir: Path,
    *,
    channel: Any,
    pairs: tuple[str, ...],
    product: str | None,
    source: str | None,
    mapping_name: str | None,
    save_mapping: str | None,
) -> Reading:
    """What the options say, over the saved mapping that they name.

    Raises:
        UsageError: a pair without ``=``, a name that can't be used, or no mapping of that name.
        InputError: the saved mapping can't be used.
    """
    folder = data_dir / "mappings"
    named = mapping_of(pairs)
    options = ReadOptions(channel=channel, mapping=named, product=product, source=source, demanded=tuple(named))
    if mapping_name is not None:
        options = with_saved(options, folder, mapping_name)
    if save_mapping is not None:
        check_name(save_mapping)
    return Reading(options, folder, save_mapping)


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
