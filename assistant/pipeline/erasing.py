"""Erasing somebody: out of every table and file in one order, then the proof that nothing of them is left."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from assistant.domain.drafts import ThemeDraft
from assistant.domain.receipts import EraseReceipt
from assistant.errors import BusyError, NotFoundError, StoreError
from assistant.llm.batch_book import BATCHES, BatchBook
from assistant.pipeline.actor import actor
from assistant.pipeline.claiming import BATCH_HOLDER
from assistant.pipeline.context import Context
from assistant.pipeline.ideating import materials
from assistant.pipeline.journal import FOLDER, Journal, Noted
from assistant.pipeline.proving import files_of, prove, prove_rows
from assistant.pipeline.quarantined import take_out
from assistant.pipeline.subjects import (
    ban_digests,
    contact_masks,
    customer_bans,
    find_to_erase,
    journal_for,
    others_called_so,
    record_bans,
)  # fmt: skip
from assistant.pipeline.trending import trends_now
from assistant.pipeline.turns import place_of
from assistant.records import erased_texts, erasing
from assistant.records.audit_book import Via, note
from assistant.records.ban_store import BanStore, ban
from assistant.records.erasing import Belongings
from assistant.records.export_store import clean_exports
from assistant.records.finding import translated
from assistant.records.ledger_store import read_elsewhere
from assistant.records.mentions import holding, own_masks
from assistant.records.traces import Traces
from vectorstore.errors import GenerationError

MOST_WINDOWS = 200_000
"""Fragments noted and searched at most, evenly spread: of thousands of records, each is still looked for many times."""
RAW_BYTES = 10
"""A raw value of fewer bytes may stand in a word list or a number by chance."""
OUT_OF_REACH = (
    "copies and backups made outside the data directory, files that were not written by `voc export`, and what a model "
    "endpoint keeps of the masked text that was sent to it"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """On whose behalf and why something is erased: for the audit book."""

    reason: str = ""
    by: str | None = None
    """None: the user of this machine."""
    via: Via = "cli"
    """By which door they came."""


NO_GROUND = Ground()


def erase_customer(
    context: Context, customer: str, ground: Ground = NO_GROUND, *, all_of_them: bool = False
) -> EraseReceipt:
    """Erase a customer wholly and prove it; safe to repeat, and a stopped erasing goes on where it was.

    With `all_of_them` every customer goes who is called so: by a telephone that stands with several.

    The rows go in one transaction; then index files, the database's free pages and its log are cleaned, and the
    bytes of every file are searched. Where something is left, the receipt says in which file. From then on no row
    of theirs is taken in again; see `forget_ban`.

    Raises:
        NotFoundError: there is no such customer.
        UsageError: several customers go by this name, and not all of them are to go.
        BusyError: another run is at work.
        StoreError: the database, the index or a file fails; run it again.
    """
    with context.exclusive("an erasing"):
        meant = find_to_erase(context, customer, all_of_them=all_of_them)
        others = sorted({other for one in meant for other in others_called_so(context, one)} - set(meant))
        theirs = [_belongings(context, one) for one in meant]
        masks = contact_masks(context, customer).union(*(own_masks(context.store.database, one) for one in theirs))
        receipt = erase(context, theirs, journal_for(context, meant, customer), ground, customer_bans, masks)
        return replace(receipt, same_contact=tuple(others))


def _belongings(context: Context, customer_id: str) -> Belongings:
    database = context.store.database
    ids = erasing.record_ids_of(database, customer_id)
    return erasing.belongings(database, ids, customer_id, context.store.aliases_of(customer_id))


def erase_record(context: Context, any_id: str, ground: Ground = NO_GROUND) -> EraseReceipt:
    """Erase one record by either id, as `erase_customer` does: for whom no source gives an id.

    Raises:
        NotFoundError: there is no such record, and no erasing of it was begun.
        UsageError: an external id stands for several records.
        BusyError, StoreError: see `erase_customer`.
    """
    with context.exclusive("an erasing"):
        journal, ids, nobodys = Journal(context.data_dir, f"record {any_id}"), [], False
        try:
            record = context.store.record(any_id)
            ids, nobodys = [record.id], record.customer is None or not record.customer.known
        except NotFoundError:
            if not journal.begun:
                raise
        theirs = erasing.belongings(context.store.database, ids)
        masks = own_masks(context.store.database, theirs) if nobodys else frozenset()
        return erase(context, [theirs], journal, ground, record_bans, masks)


def forget_ban(context: Context, named: str, ground: Ground = NO_GROUND) -> int:
    """Let an erased customer (or record, by our id) come in again, on their own wish; noted in the audit book.

    Raises:
        NotFoundError: nobody of that name is kept away.
    """
    digests = ban_digests(context, named)
    with context.store.database.writing() as connection:
        gone = BanStore.lift(connection, digests)
        if not gone:
            raise NotFoundError(f"nobody who goes by {named!r} is kept away: there is nothing to lift")
        reason = context.mask(ground.reason)
        note(connection, ground.by or actor(), "forget_ban", f"ban:{digests[0][:12]}", reason, gone, ground.via)
    return gone


def erase(
    context: Context, batches: Iterable[Belongings], journal: Journal, ground: Ground,
    bans_of: Callable[[Context, Belongings], list[str]] | None = None, masks: frozenset[str] = frozenset(),
) -> EraseReceipt:  # fmt: skip
    """Erase these belongings, one transaction a batch, and prove it; the caller holds the data directory.

    `bans_of` says what is to keep them away afterwards; None: they may come again. `masks` tell of them: the receipt
    says in which records that remain one still stands.
    """
    noted, raw, receipt = journal.read(), Traces(), EraseReceipt()
    exported = context.store.exported()
    for theirs in batches:
        traces = erasing.traces_of(context.store.database, theirs) | noted.traces
        first = min((one for one in (noted.since, theirs.since) if one), default=None)
        noted = Noted(traces.bounded(MOST_WINDOWS), first, noted.masks | masks)
        journal.write(noted)
        raw |= _raw_values(context, theirs)
        bans = bans_of(context, theirs) if bans_of is not None else []
        receipt += remove(context, theirs, traces, ground, bans)
        receipt += EraseReceipt(quarantined=take_out(context.data_dir, theirs.customer_id, traces))
        BatchBook(context.data_dir / BATCHES).forget(theirs.record_ids)
    context.store.set_trends(trends_now(context.store))  # they hung on who is gone
    remote = clean_files(context)
    traces = noted.traces | raw
    since = noted.since
    taken_out = [one for one in exported if since is None or one.at >= since[:19]]
    files = files_of(context.data_dir, context.store.database.url, context.data_dir / FOLDER)
    proof = prove(files, taken_out, traces) & prove_rows(context.store.database, traces)
    receipt = replace(
        receipt, fragments=proof.fragments, shared=noted.traces.shared, files=proof.files, bytes=proof.bytes,
        left=proof.left, exports=proof.exports, not_searched=(*remote, OUT_OF_REACH),
        mentioned_elsewhere=holding(context.store.database, noted.masks),
    )  # fmt: skip
    if receipt.proved:
        journal.close()
    return receipt


def remove(
    context: Context, theirs: Belongings, traces: Traces, ground: Ground, bans: Sequence[str] = ()
) -> EraseReceipt:
    """Take the rows out of every table, and the passages out of the index, in one transaction.

    Raises:
        BusyError: some of them are being read on another machine that shares the server.
    """
    with context.store.database.reading() as connection:
        quoting = erased_texts.quoting_themes(connection, theirs, traces)
    reworded = _reworded(context, quoting, theirs)
    pseudonyms = {value.pseudonym for value in context.store.sealed_of(theirs.record_ids)}
    reason = context.mask(ground.reason)
    subject = f"ban:{bans[0][:12]}" if bans else "records"
    changed = erased_texts.Changed()
    with context.store.database.writing() as connection:
        _demand_unread(context, connection, theirs)
        counts = erasing.remove_records(connection, theirs)
        context.index.remove(connection, list(theirs.record_ids))
        counts["answers"] = erasing.remove_answers(connection, theirs, traces)
        counts["model_calls"] = erasing.remove_calls(connection, theirs)
        erased_texts.reword_themes(connection, theirs, reworded, quoting, changed)
        erased_texts.trim_ideas(connection, theirs, traces, changed)
        erased_texts.mark_proposals(connection, theirs, traces, reworded, changed)
        erasing.clean_events(connection, theirs, traces)
        erasing.clean_audit(connection, traces, pseudonyms)
        erasing.clean_notes(connection, traces)
        erasing.clean_work(connection, traces)
        clean_exports(connection, traces)
        counts["kept_away"] = ban(connection, bans, bans[0][:16]) if bans else 0
        note(connection, ground.by or actor(), "erase", subject, reason, counts["records"], ground.via)
        if not theirs.empty:
            erasing.forget_stages(connection)
    texts: dict[str, Any] = {name: value for name, value in asdict(changed).items() if name != "gone"}
    return EraseReceipt(**{**counts, **texts})


def _demand_unread(context: Context, connection: Connection, theirs: Belongings) -> None:
    """Nobody reads them on another machine: what a model said of them would be kept there after they have gone."""
    if not context.store.database.is_server:  # here the run lock says so
        return
    ours = (place_of(context.data_dir), BATCH_HOLDER)
    if (holder := read_elsewhere(connection, theirs.record_ids, ours)) is not None:
        host, _, process, *_ = holder.split(":")
        raise BusyError(
            f"records of theirs are being read on {host} (process {process}): give the same command again in some minutes"
        )


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
    for material, _ in materials(context, quoting, frozenset(theirs.record_ids), every=True):
        blank = replace(material.theme, title="", definition="", surface="", secondary="", deep="")
        drafts[blank.id] = context.rules.name_theme(replace(material, theme=blank))
    return drafts


def clean_files(context: Context) -> tuple[str, ...]:
    """Leave no trace of removed rows in the index's files, the database's free pages and its log.

    Returns what of it this machine can't see for itself, for a person.

    Raises:
        StoreError: a generation of the index is still there, or the Chroma server can't be asked.
    """
    with translated():
        context.index.scrub()
    try:
        left = context.index.remains()
    except GenerationError as error:
        raise StoreError(f"{error}: start the Chroma server (VOC_CHROMA_URL) and run the same command again") from None
    if left:
        raise StoreError(f"{len(left)} generation(s) of the index could not be removed: run the same command again")
    context.store.database.compact()
    chroma = () if context.index.remote is None else (_SERVER_FILES.format(context.index.remote),)
    return (*chroma, _SERVER_LOG) if context.store.database.is_server else chroma


_SERVER_LOG = (
    "the disk of the PostgreSQL server: every row of every table was searched and the tables were written anew without "
    "deleted rows, but its log (WAL), replicas and backups hold what was erased until its keeper lets go of them"
)
_SERVER_FILES = (
    "the disk of the Chroma server {}: it names no collection of ours any more; vectors of deleted ones (no text, no "
    "id) may stay in its files until its keeper vacuums them"
)
