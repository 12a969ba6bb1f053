"""Tables with one message per row, gathered into conversations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.intake.columns import known_field
from assistant.intake.dates import read_moment
from assistant.intake.shapes import BadRow, SourceRow, SourceTurn
from assistant.intake.speakers import role_of
from assistant.intake.values import cell_text, filled


@dataclass(frozen=True, slots=True)
class MessageColumns:
    """The columns of a message table."""

    conversation: str | None
    """None where no column tells the conversations apart: they are gathered by day."""
    speaker: str
    text: str
    at: str | None


def message_columns(
    columns: Sequence[str], mapping: Mapping[str, str], sample: Sequence[SourceRow]
) -> MessageColumns | None:
    """The columns if the table has one message per row: a column that says who speaks, customers and others in turn.

    The conversation's column is the one, among those that look like ids, whose values come more than once; failing
    that the first of them.
    """
    if "speaker" not in mapping or "text" not in mapping or not sample:
        return None
    speakers = [text for row in sample if (text := filled(row.fields.get(mapping["speaker"])))]
    if not speakers or sum(role_of(name) is not None for name in speakers) < len(speakers) * 0.3:
        return None
    ids = [column for column in columns if column == mapping.get("id") or known_field(column) == "id"]
    conversation = next((column for column in ids if _repeats(column, sample)), ids[0] if ids else None)
    return MessageColumns(conversation, mapping["speaker"], mapping["text"], mapping.get("created_at"))


def _repeats(column: str, sample: Sequence[SourceRow]) -> bool:
    values = [text for row in sample if (text := filled(row.fields.get(column)))]
    return len(set(values)) < len(values)


def _key(row: SourceRow, columns: MessageColumns) -> str | None:
    if columns.conversation is not None:
        return filled(row.fields.get(columns.conversation))
    moment = read_moment(row.fields.get(columns.at)) if columns.at else None
    return (moment or "")[:10]


def gather(rows: Iterable[SourceRow | BadRow], columns: MessageColumns) -> Iterator[SourceRow | BadRow]:
    """One row per conversation, in order of first appearance; the table is held in memory while it is gathered.

    The other fields are those of the conversation's first row that has them. Rows without a conversation stay rows.
    """
    first: dict[str, dict[str, object]] = {}
    lines: dict[str, int | None] = {}
    turns: dict[str, list[SourceTurn]] = {}
    for row in rows:
        key = None if isinstance(row, BadRow) else _key(row, columns)
        if isinstance(row, BadRow) or key is None:
            yield row
            continue
        fields = first.setdefault(key, {})
        lines.setdefault(key, row.line)
        for name, value in row.fields.items():
            if name not in (columns.speaker, columns.text) and name not in fields and filled(value) is not None:
                fields[name] = value
        at = cell_text(row.fields.get(columns.at)) if columns.at else ""
        said = SourceTurn(
            cell_text(row.fields.get(columns.speaker)), cell_text(row.fields.get(columns.text)), at or None
        )
        turns.setdefault(key, []).append(said)
    for key, fields in first.items():
        yield replace(SourceRow(lines[key], fields), turns=tuple(turns[key]))
