"""Source rows made into raw records: every row becomes one, or says why it can't."""

from collections import Counter
from collections.abc import Mapping

from assistant.domain.records import RawCustomer, RawRecord
from assistant.domain.vocabulary import Channel
from assistant.intake.columns import further_texts, recognise
from assistant.intake.conversations import Conversation, read_conversation
from assistant.intake.dates import read_moment, read_month_or_day
from assistant.intake.dialogue import split_cell
from assistant.intake.naming import MadeIds
from assistant.intake.shapes import BadRow, RejectedRow, SourceRow, SourceTurn
from assistant.intake.values import (
    cell_text,
    filled,
    read_channel,
    read_list,
    read_rating,
    read_segment,
    read_status,
    read_yes_no,
)

TEXT_LIMIT = 200_000
"""Characters that one record may have; a longer one is a broken row or a file in a cell."""

_NOTES = {
    "title_as_text": "{} records have a title and no text: the title is their text",
    "rating": "{} ratings could not be read and are kept as metadata",
    "customer.segment": "{} customer types are not among the known ones and are kept as metadata",
    "customer.bought_service": "{} answers to whether service was bought say neither yes nor no and are kept as metadata",
    "speakers": "{} conversations have speakers that no word explains: concluded from who else speaks",
    "made_ids": "{} records came without an id and got one made of their content",
}


class RecordMaker:
    """Makes the records of one table; `counts` tells what had to be noted."""

    def __init__(
        self, path: str, *, source: str, channel: Channel, fixed: bool, mapping: Mapping[str, str],
        columns: tuple[str, ...], product: str | None, ids: MadeIds,
    ) -> None:  # fmt: skip
        """`fixed`: the channel was given by the caller, a channel column doesn't change it."""
        self.path = path
        self.mapping = dict(mapping)
        self.counts: Counter[str] = Counter()
        self._source = source
        self._channel = channel
        self._fixed = fixed
        self._columns = dict.fromkeys(columns)
        self._product = product
        self._ids = ids
        self._mapped = frozenset(column for field, column in self.mapping.items() if field != "agent")
        self._further = self._further_columns()

    def make(self, row: SourceRow | BadRow) -> RawRecord | RejectedRow:
        """The row as a record, or the row with the reason why it is none."""
        if isinstance(row, BadRow):
            return RejectedRow(self.path, row.line, row.reason, f"{self._place(row.line)} {row.why}", row.cells)
        if not row.fields.keys() <= self._columns.keys():
            self._learn(row)
        created_at = self._moment(row)
        channel = self._channel_of(row)
        said = self._conversation(row, channel, created_at or None)
        title = self._text(row, "title")
        text = "" if said else self._own_text(row) or self._title_as_text(title)
        if not text and not said:
            return self._reject(row, "no_text", self._no_text_sentence())
        if created_at == "":
            return self._reject(row, "bad_date", self._bad_date_sentence())
        if len(text) + sum(len(turn.text) for turn in (said.turns if said else ())) > TEXT_LIMIT:
            return self._reject(
                row,
                "too_long",
                f"holds more than {TEXT_LIMIT:,} characters; split it or look for an unclosed quotation mark",
            )
        return self._record(row, channel, created_at or (said.start if said else None), title, text, said)

    def notes(self) -> list[str]:
        """What was noted, one sentence each."""
        return [_NOTES[what].format(count) for what, count in self.counts.items() if count]

    def _learn(self, row: SourceRow) -> None:
        """Take in columns that turn up late (JSON fields, block keys)."""
        self._columns |= dict.fromkeys(row.fields)
        self.mapping = recognise(tuple(self._columns), (row.fields,), self.mapping)
        self._mapped = frozenset(column for field, column in self.mapping.items() if field != "agent")
        self._further = self._further_columns()

    def _further_columns(self) -> tuple[str, ...]:
        """Columns that add to the text: follow-ups, and the other open questions of a questionnaire."""
        more = (self.mapping["text_more"],) if "text_more" in self.mapping else ()
        return more + (further_texts(tuple(self._columns), self.mapping) if self._channel == "survey" else ())

    def _value(self, row: SourceRow, field: str) -> object:
        column = self.mapping.get(field)
        return None if column is None else row.fields.get(column)

    def _text(self, row: SourceRow, field: str) -> str | None:
        return filled(self._value(row, field))

    def _moment(self, row: SourceRow) -> str | None:
        """ISO 8601; None where there is no date; ``""`` where there is one that can't be read."""
        value = self._value(row, "created_at")
        return None if value is None or filled(value) is None else read_moment(value) or ""

    def _channel_of(self, row: SourceRow) -> Channel:
        return self._channel if self._fixed else read_channel(self._value(row, "channel")) or self._channel

    def _conversation(self, row: SourceRow, channel: Channel, start: str | None) -> Conversation | None:
        members = read_list(self._value(row, "customer.name")) if channel in ("group", "chat", "call") else ()
        staff = read_list(self._value(row, "agent"))
        turns = row.turns or self._turns_in_cell(row, channel, (*members, *staff))
        if not turns:
            return None
        said = read_conversation(self._with_opening(row, turns), channel, start=start, members=members, staff=staff)
        self.counts["speakers"] += 1 if said.unknown else 0
        return said if said.turns else None

    def _turns_in_cell(self, row: SourceRow, channel: Channel, members: tuple[str, ...]) -> tuple[SourceTurn, ...]:
        if cell := self._text(row, "turns"):
            return split_cell(cell, members)
        return split_cell(self._text(row, "text") or "", members) if channel in ("chat", "call", "group") else ()

    def _with_opening(self, row: SourceRow, turns: tuple[SourceTurn, ...]) -> tuple[SourceTurn, ...]:
        """A ticket's description before its thread is the customer's first word, unless the thread repeats it."""
        text = self._text(row, "text") if row.turns else None
        if text is None:
            return turns
        bare = "".join(text.split())
        repeated = any(
            bare in said or (len(said) > 1 and said in bare) for t in turns[:1] if (said := "".join(t.text.split()))
        )
        return turns if repeated else (SourceTurn("customer", text), *turns)

    def _own_text(self, row: SourceRow) -> str:
        text = self._text(row, "text") or self._text(row, "turns") or ""
        for column in self._further:
            if (more := filled(row.fields.get(column))) and more not in text:
                text = f"{text}\n【{column}】{more}".strip()
        return text

    def _title_as_text(self, title: str | None) -> str:
        self.counts["title_as_text"] += 1 if title else 0
        return title or ""

    def _record(
        self, row: SourceRow, channel: Channel, created_at: str | None, title: str | None, text: str,
        said: Conversation | None,
    ) -> RawRecord:  # fmt: skip
        """One record; a row that names a model and no product is counted under the model."""
        model = self._text(row, "model")
        return RawRecord(
            source=self._source,
            external_id=self._text(row, "id") or self._made_id(row),
            channel=channel,
            created_at=created_at,
            product=self._text(row, "product") or self._product or model,
            model=model,
            customer=self._customer(row),
            rating=read_rating(self._value(row, "rating")),
            status=read_status(self._value(row, "status")),
            title=title,
            text=text,
            turns=said.turns if said else (),
            metadata=self._metadata(row),
            line=row.line,
        )

    def _made_id(self, row: SourceRow) -> str:
        self.counts["made_ids"] += 1
        return self._ids.make(row.fields, row.turns)

    def _customer(self, row: SourceRow) -> RawCustomer:
        return RawCustomer(
            id=self._text(row, "customer.id"),
            name=self._text(row, "customer.name"),
            phone=self._text(row, "customer.phone"),
            segment=read_segment(self._value(row, "customer.segment")),
            region=self._text(row, "customer.region"),
            since=read_month_or_day(self._value(row, "customer.since")),
            owned=read_list(self._value(row, "customer.owned")),
            bought_service=read_yes_no(self._value(row, "customer.bought_service")),
        )

    def _metadata(self, row: SourceRow) -> dict[str, object]:
        """Fields nobody recognised, and those whose value could not be read."""
        kept: dict[str, object] = {
            column: value if isinstance(value, (bool, int, float)) else cell_text(value)
            for column, value in row.fields.items()
            if column not in self._mapped and column not in self._further and filled(value) is not None
        }
        for field, read in (
            ("rating", read_rating),
            ("customer.segment", read_segment),
            ("customer.bought_service", read_yes_no),
        ):
            raw = self._text(row, field) if field in self.mapping else None
            if raw is not None and read(raw) is None:
                kept[self.mapping[field]] = raw
                self.counts[field] += 1
        return kept

    def _reject(self, row: SourceRow, reason: str, why: str) -> RejectedRow:
        cells = {name: text for name, value in row.fields.items() if (text := cell_text(value))}
        cells |= {f"turn {n}": turn.text for n, turn in enumerate(row.turns, 1)}
        return RejectedRow(self.path, row.line, reason, f"{self._place(row.line)} {why}", cells, self._customer(row))

    def _place(self, line: int | None) -> str:
        return f"{self.path}:" if line is None else f"{self.path}, row {line}:"

    def _no_text_sentence(self) -> str:
        column = self.mapping.get("text") or self.mapping.get("turns")
        where = f"the column {column!r} is empty" if column else "there is no text and no message"
        return f"{where}; fill it in, or name another column with --map text=COLUMN"

    def _bad_date_sentence(self) -> str:
        return (
            f"the time in {self.mapping['created_at']!r} can't be read as a date; write it like 2026-01-04 21:36, "
            "or leave it empty"
        )
