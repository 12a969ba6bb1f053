"""Erasing somebody: out of every table and file in one order, then the proof that nothing of them is left."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from assistant.domain.drafts import ThemeDraft
from assistant.domain.receipts import EraseReceipt
from assistant.errors import NotFoundError, StoreError
from assistant.pipeline.actor import actor
from assistant.pipeline.context import Context
from assistant.pipeline.ideating import materials
from assistant.pipeline.journal import FOLDER, Journal
from assistant.pipeline.proving import files_of, prove
from assistant.records import erased_texts, erasing
from assistant.records.erasing import Belongings
from assistant.records.finding import translated
from assistant.records.traces import Traces
from assistant.records.vault_store import note

MOST_WINDOWS = 200_000
"""Fragments noted and searched at most, evenly spread: of thousands of records, each is still looked for many times."""
RAW_BYTES = 10
"""A raw value of fewer bytes may stand in a word list or a number by chance."""
OUT_OF_REACH = "exports, copies of proposals and backups made outside the data directory"


def find_customer(context: Context, customer: str) -> str:
    """The stored id of a customer who was named by it, or by the id, phone or e-mail of the source.

    Raises:
        NotFoundError: there is none, and no erasing of theirs was begun.
    """
    store = context.store
    for named in (customer, context.masker.customer_id(customer)):
        if erasing.is_known(store.database, named) or erasing.record_ids_of(store.database, named):
            return named
        if _journal(context, named).begun:
            return named
    raise NotFoundError(f"there is no customer {customer!r}: `voc list customers` shows which there are")


def erase_customer(context: Context, customer: str) -> EraseReceipt:
    """Erase a customer wholly and prove it; safe to repeat, and a stopped erasing goes on where it was.

    The rows go in one transaction; then index files, the database's free pages and its log are cleaned, and the
    bytes of every file are searched. Where something is left, the receipt says in which file.

    Raises:
        NotFoundError: there is no such customer.
        BusyError: another run is at work.
        StoreError: the database, the index or a file fails; run it again.
    """
    with context.exclusive():
        named = find_customer(context, customer)
        ids = erasing.record_ids_of(context.store.database, named)
        return erase(context, [erasing.belongings(context.store.database, ids, named)], _journal(context, named))


def _journal(context: Context, customer: str) -> Journal:
    return Journal(context.data_dir, f"customer {customer}")


def erase(context: Context, batches: Iterable[Belongings], journal: Journal) -> EraseReceipt:
    """Erase these belongings, one transaction a batch, and prove it; the caller holds the data directory."""
    known, raw, receipt = journal.read(), Traces(), EraseReceipt()
    for theirs in batches:
        traces = erasing.traces_of(context.store.database, theirs) | known
        known = traces.bounded(MOST_WINDOWS)
        journal.write(known)
        raw |= _raw_values(context, theirs)
        receipt += remove(context, theirs, traces)
        receipt += EraseReceipt(quarantined=_clean_quarantine(context, theirs, traces))
    clean_files(context)
    files = files_of(context.data_dir, context.store.database.url, context.data_dir / FOLDER)
    proof = prove(files, known | raw)
    receipt = replace(
        receipt, fragments=proof.fragments, shared=known.shared, files=proof.files, bytes=proof.bytes,
        left=proof.left, not_searched=(OUT_OF_REACH,),
    )  # fmt: skip
    if receipt.proved:
        journal.close()
    return receipt


def remove(context: Context, theirs: Belongings, traces: Traces) -> EraseReceipt:
    """Take the rows out of every table, and the passages out of the index, in one transaction."""
    with context.store.database.reading() as connection:
        quoting = erased_texts.quoting_themes(connection, traces)
    reworded = _reworded(context, quoting, theirs)
    pseudonyms = {value.pseudonym for value in context.store.sealed_of(theirs.record_ids)}
    changed = erased_texts.Changed()
    with context.store.database.writing() as connection:
        counts = erasing.remove_records(connection, theirs)
        context.index.remove(connection, list(theirs.record_ids))
        counts["answers"] = erasing.remove_answers(connection, theirs, traces)
        counts["model_calls"] = erasing.remove_calls(connection, theirs)
        erased_texts.reword_themes(connection, theirs, reworded, quoting, changed)
        erased_texts.trim_ideas(connection, theirs, traces, changed)
        erased_texts.mark_proposals(connection, theirs, traces, reworded, changed)
        erasing.clean_events(connection, theirs, traces)
        erasing.clean_audit(connection, traces, pseudonyms)
        note(connection, actor(), "erase", "records", "", counts["records"])
        if not theirs.empty:
            erasing.forget_stages(connection)
    texts: dict[str, Any] = {name: value for name, value in asdict(changed).items() if name != "gone"}
    return EraseReceipt(**{**counts, **texts})


def _raw_values(context: Context, theirs: Belongings) -> Traces:
    """What the vault holds of them, to be looked for in the clear; noted nowhere."""
    if context.vault is None:
        return Traces()
    sealed = [value.sealed for value in context.store.sealed_of(theirs.record_ids) if value.type != "name"]
    try:
        opened = [context.vault.open(one) for one in sealed]
    except StoreError:  # another key: they go all the same, unread
        return Traces()
    return Traces(words=frozenset(value for value in opened if len(value.encode()) >= RAW_BYTES))


def _reworded(context: Context, quoting: Sequence[str], theirs: Belongings) -> dict[str, ThemeDraft]:
    """Themes in the words of those who remain, by the rules: a model would have to be paid and waited for."""
    if not quoting:
        return {}
    drafts = {}
    for material, _ in materials(context, quoting, without=frozenset(theirs.record_ids)):
        blank = replace(material.theme, title="", definition="", surface="", secondary="", deep="")
        drafts[blank.id] = context.rules.name_theme(replace(material, theme=blank))
    return drafts


def clean_files(context: Context) -> None:
    """Leave no trace of removed rows in the index's files, the database's free pages and its log."""
    with translated():
        context.index.scrub()
    context.store.database.compact()


def _clean_quarantine(context: Context, theirs: Belongings, traces: Traces) -> int:
    """Take rows of theirs out of the quarantine files; returns how many."""
    gone = 0
    for path in sorted((context.data_dir / "quarantine").glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not _is_theirs(line, theirs, traces)]
        if len(kept) < len(lines):
            gone += len(lines) - len(kept)
            _rewrite(path, kept)
    return gone


def _is_theirs(line: str, theirs: Belongings, traces: Traces) -> bool:
    try:
        row = json.loads(line)
    except ValueError:  # cut off when a disk was full
        return traces.stand_in(line)
    cells = row.get("cells") if isinstance(row, dict) else None
    named = isinstance(cells, dict) and theirs.customer_id is not None and theirs.customer_id in cells.values()
    return named or traces.within(row)


def _rewrite(path: Path, lines: Sequence[str]) -> None:
    if not lines:
        path.unlink()
        return
    part = path.with_suffix(".part")
    part.write_text("".join(lines), encoding="utf-8")
    part.replace(path)
