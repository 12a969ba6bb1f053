"""The commands that make a backup, and put one back."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from assistant.cli.output import emit_json, json_option
from assistant.cli.store import opened
from assistant.cli.tables import Language, heading, said
from assistant.domain.backups import BackupReceipt, RestoreReceipt
from assistant.errors import UsageError
from assistant.pipeline.actor import actor
from assistant.pipeline.backing_up import PIPE, Wanted
from assistant.pipeline.backing_up import backup as write_backup
from assistant.pipeline.restoring import restore as put_back
from assistant.records.database import now
from assistant.settings import load_settings

_TOLD = (
    "records",
    "customers",
    "insights",
    "themes",
    "ideas",
    "proposals",
    "leads",
    "answers",
    "documents",
    "users",
    "keys",
)
"""Tables that a person is told of; --json tells all."""
_PART = 3


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="New file, or - for a pipe; default: voc-backup-….tar here."
)
@click.option(
    "--without-vault", is_flag=True, help="Leave the raw personal values out: nobody unmasks anything from it."
)
@click.option(
    "--without-index", is_flag=True, help="Leave the search index out: `voc index` builds it anew from the database."
)
@json_option
def backup(output: Path | None, without_vault: bool, without_index: bool, as_json: bool) -> None:
    """Everything in one file, while the service runs: database, key of the pseudonyms, house files, quarantine, index.

    Who has it has all that the data directory holds: keep it as you keep that. It is not compressed, so that `voc erase`
    can search it later and say whether somebody is still in it; `-o - | gzip` makes it smaller, and it is looked at no more.
    """
    if output == PIPE and as_json:
        raise UsageError("-o - writes the backup to stdout, where --json has no room: leave one of them out")
    if output == PIPE and sys.stdout.isatty():
        raise UsageError("-o - writes the backup to stdout, which is this terminal: pipe it somewhere, or name a file")
    here, settings = opened(), load_settings()
    target = output or Path(f"voc-backup-{now()[:19].replace(':', '').replace('-', '')}.tar")
    receipt = write_backup(settings, target, sys.stdout.buffer, Wanted(not without_vault, not without_index))
    rows = receipt.counts.get("records", 0)
    if target != PIPE:
        here.store.note_export(target, "backup", rows)
    here.store.note(actor(), "backup", "", "", rows)
    if as_json:
        emit_json(receipt)
        return
    _tell_backup(receipt, here.language)


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@json_option
def restore(source: Path, as_json: bool) -> None:
    """Put a backup into an empty data directory (VOC_DATA_DIR), `-` from a pipe; nothing that is there is overwritten.

    Every file is compared with the digest that the backup holds, the database is looked over and counted, and only then put
    in place. Exit code 3 where the audit book in it does not stand.
    """
    settings = load_settings()
    receipt = put_back(settings, source, sys.stdin.buffer)
    if as_json:
        emit_json(receipt)
    else:
        _tell_restore(receipt, settings.language)
    click.get_current_context().exit(0 if receipt.book_stands else _PART)


def _tell_backup(receipt: BackupReceipt, language: Language) -> None:
    def tell(sentence: str, **filled: object) -> None:
        click.echo(said(sentence, language, **filled), err=True)  # stdout may be the backup itself

    tell("backup_made", file=receipt.file, files=receipt.files, mb=_mb(receipt.bytes))
    click.echo(_counted(receipt.counts, language), err=True)
    tell(f"backup_vault_{receipt.vault}", n=receipt.counts.get("vault", 0))
    if receipt.head:
        tell("backup_head", head=receipt.head)
    if receipt.elsewhere:
        tell("backup_elsewhere", names=", ".join(receipt.elsewhere))
    if receipt.left_out:
        tell("backup_no_files", names=", ".join(receipt.left_out))


def _tell_restore(receipt: RestoreReceipt, language: Language) -> None:
    def tell(sentence: str, **filled: object) -> None:
        click.echo(said(sentence, language, **filled))

    tell("restored", place=receipt.data_dir, at=receipt.made_at, files=receipt.files, mb=_mb(receipt.bytes))
    click.echo(_counted(receipt.counts, language))
    tell("restored_book" if receipt.book_stands else "restored_book_broken")
    tell(f"restored_index_{receipt.index}")
    if receipt.vault == "left_out":
        tell("restored_no_vault")
    for name, (then, today) in receipt.settings.items():
        tell("restored_setting", name=name, then=then or "-", now=today or "-")
    tell("restored_erased")


def _counted(counts: Mapping[str, int], language: Language) -> str:
    return "  " + ", ".join(f"{heading(name, language)} {counts[name]}" for name in _TOLD if name in counts)


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.1f}"
