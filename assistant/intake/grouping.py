"""Tables with one message per row, gathered into conversations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.intake.columns import known_field
from assistant.intake.dates import read_moment
from assistant.intake.messages import without_address
from assistant.intake.shapes import BadRow, Person, SourceRow, SourceTurn
from assistant.intake.speakers import role_of
from assistant.intake.values import cell_text, filled

_SOME_ROLES = 0.3
_NUMBERS = ("msgid", "msg_id", "message_id", "messageid", "message id", "消息id", "消息编号")


@dataclass(frozen=True, slots=True)
class MessageColumns:
    """The columns of a message table."""

    conversation: str | None
    """None where no column tells the conversations apart: they are gathered by day."""
    speaker: str
    text: str
    at: str | None
    name: str | None = None
    """The column with the speaker's name, where `speaker` says the role."""
    customer: Mapping[str, str] = field(default_factory=dict)
    """Our ``customer.…`` field → the column."""
    number: str | None = None
    """The column with the message's own id: what comes twice, as overlapping pages have it, is said once."""
    recalls: str | None = None
    """The column with the id of another message that this one takes back."""


def message_columns(
    columns: Sequence[str], mapping: Mapping[str, str], sample: Sequence[SourceRow]
) -> MessageColumns | None:
    """The columns if the table has one message per row: a column says who speaks, and either it tells customers from
    others, or a conversation's id or name comes again and again.

    Of several columns that say who speaks, the one with most role words gives the role. The conversation's column is
    one named so, else the one, among those that look like ids, whose values come more than once; failing that the
    first of them.
    """
    if "speaker" not in mapping or "text" not in mapping or not sample:
        return None
    speaking = {c: _roles(c, sample) for c in columns if c == mapping["speaker"] or known_field(c) == "speaker"}
    role = max(speaking, key=lambda column: speaking[column])
    ids = [column for column in columns if column == mapping.get("id") or known_field(column) == "id"]
    repeated = next((column for column in ids if _repeats(column, sample)), None)
    thread = mapping.get("thread")
    if thread is None or (repeated is not None and not _repeats(thread, sample)):
        thread = repeated or thread or (ids[0] if ids else None)
    if speaking[role] < _SOME_ROLES and not (thread is not None and _repeats(thread, sample)):
        return None
    name = next((column for column in speaking if column != role), None)
    customer = {field: column for field, column in mapping.items() if field.startswith("customer.")}
    number = next((column for column in columns if column.casefold() in _NUMBERS and column != thread), None)
    recalls = "recalls" if "recalls" in columns else None
    return MessageColumns(thread, role, mapping["text"], mapping.get("created_at"), name, customer, number, recalls)


def _roles(column: str, sample: Sequence[SourceRow]) -> float:
    """The share of the column's values that are role words."""
    names = [text for row in sample if (text := filled(row.fields.get(column)))]
    return sum(role_of(name) is not None for name in names) / len(names) if names else 0.0


def _repeats(column: str, sample: Sequence[SourceRow]) -> bool:
    values = [text for row in sample if (text := filled(row.fields.get(column)))]
    return len(set(values)) < len(values)


def gather(rows: Iterable[SourceRow | BadRow], columns: MessageColumns) -> Iterator[SourceRow | BadRow]:
    """One row per conversation, in order of first appearance; the table is held in memory while it is gathered.

    The other fields are those of the conversation's first row that has them, the customer's those of the first of his
    own rows. A row without a conversation belongs to the one above it, as where its cell was merged; before any, it
    stays a row.
    """
    threads: dict[str, _Thread] = {}
    above: str | None = None
    recalled: set[str] = set()
    seen: set[str] = set()
    for row in rows:
        if isinstance(row, SourceRow) and _is_known(row, columns, seen, recalled):
            continue
        key = None if isinstance(row, BadRow) else _key(row, columns) or above
        if isinstance(row, BadRow) or key is None:
            yield row
        else:
            above = key if columns.conversation is not None else None
            threads.setdefault(key, _Thread(row.line)).take(row, columns)
    for thread in threads.values():
        turns = tuple(turn for number, turn in thread.turns if number is None or number not in recalled)
        yield SourceRow(thread.line, thread.theirs | thread.own | thread.fields, turns)


def _is_known(row: SourceRow, columns: MessageColumns, seen: set[str], recalled: set[str]) -> bool:
    """True for a message that came before, and for one that does nothing but take another back."""
    taken_back = filled(row.fields.get(columns.recalls)) if columns.recalls else None
    if taken_back is not None:
        recalled.add(taken_back)
        return True
    number = filled(row.fields.get(columns.number)) if columns.number else None
    if number is None or number not in seen:
        seen |= {number} if number else set()
        return False
    return True


def _key(row: SourceRow, columns: MessageColumns) -> str | None:
    if columns.conversation is not None:
        return filled(row.fields.get(columns.conversation))
    moment = read_moment(row.fields.get(columns.at)) if columns.at else None
    return (moment or "")[:10]


class _Thread:
    """One conversation while its rows come in."""

    def __init__(self, line: int | None) -> None:
        self.line = line
        self.fields: dict[str, object] = {}
        self.own: dict[str, object] = {}
        self.theirs: dict[str, object] = {}
        self.turns: list[tuple[str | None, SourceTurn]] = []

    def take(self, row: SourceRow, columns: MessageColumns) -> None:
        """Add the row's message, and of its fields those that the thread lacks."""
        said = cell_text(row.fields.get(columns.speaker)) if row.fields.get(columns.speaker) is not None else ""
        name = (filled(row.fields.get(columns.name)) if columns.name else None) or ""
        role = role_of(said) if said else None
        about = set(columns.customer.values())
        number = filled(row.fields.get(columns.number)) if columns.number else None
        for column, value in row.fields.items():
            if column in (columns.speaker, columns.text, columns.name, columns.number) or filled(value) is None:
                continue
            kept = self.fields if column not in about else self.own if role == "customer" else self.theirs
            kept.setdefault(column, value)
        at = cell_text(row.fields.get(columns.at)) if columns.at else ""
        speaker = said if role is not None or not name else name
        who = None if role in ("agent", "system") else _person(row, columns, name or ("" if role else said))
        self.turns.append(
            (number, SourceTurn(speaker, without_address(cell_text(row.fields.get(columns.text))), at or None, who))
        )


def _person(row: SourceRow, columns: MessageColumns, name: str) -> Person | None:
    """Who wrote the row, as its customer columns and its sender's name tell."""
    told = {field: row.fields.get(column) for field, column in columns.customer.items()}
    identity = filled(told.get("customer.id")) or filled(told.get("customer.phone"))
    called = name or filled(told.get("customer.name"))
    return Person(identity, called, told) if identity or called else None
