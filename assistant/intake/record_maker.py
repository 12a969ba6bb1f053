"""Source rows made into raw records: every row becomes one, or says why it can't."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.domain.records import RawCustomer, RawRecord
from assistant.domain.vocabulary import Channel
from assistant.intake.columns import further_texts, recognise
from assistant.intake.conversations import Conversation, read_conversation
from assistant.intake.customers import customer_of, hides_name
from assistant.intake.dates import read_moment
from assistant.intake.naming import MadeIds
from assistant.intake.shapes import BadRow, Person, RejectedRow, SourceRow, SourceTurn
from assistant.intake.strange_words import Counts
from assistant.intake.talk import turns_in_cells, with_opening
from assistant.intake.threads import Share, is_group_talk, shares_of
from assistant.intake.values import (
    cell_text,
    filled,
    is_option,
    read_channel,
    read_list,
    read_rating,
    read_segment,
    read_status,
    read_yes_no,
    tells_channel_more,
    tells_more,
    without_option,
)
from assistant.intake.years import Years

SAMPLE = 200
"""First rows of a table that are looked at before any is made."""
TEXT_LIMIT = 200_000
"""Characters that one record may have; a longer one is a broken row or a file in a cell."""


@dataclass(frozen=True, slots=True)
class _Talk:
    """A row's utterances, and who its header says takes part."""

    turns: tuple[SourceTurn, ...]
    channel: Channel
    members: tuple[str, ...]
    staff: tuple[str, ...]


class RecordMaker:
    """Makes the records of one table; `counts` tells what had to be noted."""

    def __init__(
        self, path: str, *, source: str, channel: Channel, fixed: bool, mapping: Mapping[str, str],
        columns: tuple[str, ...], product: str | None, ids: MadeIds, as_of: date | None = None,
        sample: Sequence[SourceRow] = (), barred: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        """`fixed`: the channel was given by the caller, a channel column doesn't change it. `as_of` is the file's own
        day, from which times without a year or a day are understood; by the `sample` open questions are told. Fields that
        are `barred` get no column, whatever turns up."""
        self.path = path
        self.mapping = dict(mapping)
        self.counts = Counts()
        self._source = source
        self._channel = channel
        self._fixed = fixed
        self._columns = dict.fromkeys(columns)
        self._product = product
        self._ids = ids
        self._barred = dict.fromkeys(barred, "")
        self._mapped = _taken(self.mapping)
        self._sample = [row.fields for row in sample]
        self._further = self._further_columns()
        times = [row.fields.get(self.mapping.get("created_at", "")) for row in sample]
        self._years = Years(as_of, times, whole=len(sample) < SAMPLE)

    def make(self, row: SourceRow | BadRow) -> Iterator[RawRecord | RejectedRow]:
        """The row as a record, a group thread as one for each customer, or the row with the reason why it is none."""
        if isinstance(row, BadRow):
            yield RejectedRow(self.path, row.line, row.reason, f"{self._place(row.line)} {row.why}", row.cells)
            return
        if not row.fields.keys() <= self._columns.keys():
            self._learn(row)
        created_at = self._moment(row)
        if created_at == "":
            yield self._reject(row, "bad_date", self._bad_date_sentence())
            return
        talk = self._talk(row)
        owned = any(self._text(row, field) for field in ("customer.id", "customer.name", "customer.phone"))
        shares = shares_of(talk.turns, talk.channel, members=talk.members, staff=talk.staff, owned=owned)
        self.counts["parted"] += 1 if shares else 0
        if shares and talk.channel == "chat" and not self._fixed:
            talk = replace(talk, channel="group")
        for share in shares:
            yield self._whole(row, created_at, talk, share)
        if not shares:
            yield self._whole(row, created_at, talk, None)

    def _whole(
        self, row: SourceRow, created_at: str | None, talk: "_Talk", share: Share | None
    ) -> RawRecord | RejectedRow:
        """One record out of the row, or out of a customer's share in it."""
        said = self._said(talk, created_at, share)
        title = self._text(row, "title")
        text = "" if said else self._own_text(row) or self._title_as_text(title)
        if not text and not said:
            return self._reject(row, "no_text", self._no_text_sentence())
        if len(text) + sum(len(turn.text) for turn in (said.turns if said else ())) > TEXT_LIMIT:
            return self._reject(
                row,
                "too_long",
                f"holds more than {TEXT_LIMIT:,} characters; split it or look for an unclosed quotation mark",
            )
        began = said.start if said else None
        moment = began or created_at if share else created_at or began
        return self._record(row, talk.channel, moment, title, text, said, share)

    def notes(self) -> list[str]:
        """What was noted, one sentence each."""
        notes = self.counts.sentences({"dated": self._years.rows})
        if self._further:
            texts = [column for field in ("text", "turns") if (column := self.mapping.get(field))][:1]
            notes.append(f"the text is made of {', '.join(map(repr, [*texts, *self._further]))}, a line each")
        return notes

    def _learn(self, row: SourceRow) -> None:
        """Take in columns that turn up late (JSON fields, block keys)."""
        self._columns |= dict.fromkeys(row.fields)
        self.mapping = recognise(tuple(self._columns), (row.fields,), {**self._barred, **self.mapping})
        self._mapped = _taken(self.mapping)
        self._further = self._further_columns()

    def _further_columns(self) -> tuple[str, ...]:
        """Columns that add to the text: follow-ups, and the other open questions of a questionnaire."""
        more = (self.mapping["text_more"],) if "text_more" in self.mapping else ()
        if self._channel != "survey":
            return more
        return more + further_texts(tuple(self._columns), self.mapping, self._sample)

    def _value(self, row: SourceRow, field: str) -> object:
        column = self.mapping.get(field)
        return None if column is None else row.fields.get(column)

    def _text(self, row: SourceRow, field: str) -> str | None:
        return filled(self._value(row, field))

    def _moment(self, row: SourceRow) -> str | None:
        """ISO 8601; None where there is no date; ``""`` where there is one that can't be read."""
        value = self._value(row, "created_at")
        if value is None or filled(value) is None:
            return None
        if moment := read_moment(value):
            self._years.seen(moment)
            return moment
        return read_moment(self._dated(cell_text(value), row.line)) or ""

    def _dated(self, at: str, line: int | None) -> str:
        """A time with its year and day, where it came without."""
        dated = self._years.given(at, line)
        self.counts["dated"] += dated != at
        return dated

    def _channel_of(self, row: SourceRow) -> Channel:
        return self._channel if self._fixed else read_channel(self._value(row, "channel")) or self._channel

    def _talk(self, row: SourceRow) -> "_Talk":
        """The row's utterances, none for a text, and who is known to take part."""
        channel = self._channel_of(row)
        members = read_list(self._value(row, "customer.name")) if channel in ("group", "chat", "call") else ()
        staff = read_list(self._value(row, "agent"))
        text = self._text(row, "text")
        turns = row.turns or turns_in_cells(
            channel,
            turns=self._text(row, "turns"),
            text=text,
            process=self._text(row, "process"),
            members=(*members, *staff),
        )
        turns = tuple(replace(turn, at=self._dated(turn.at, row.line)) if turn.at else turn for turn in turns)
        if channel == "chat" and not self._fixed and is_group_talk(turns, (*members, *staff)):
            channel = "group"
        return _Talk(with_opening(turns, text), channel, members, staff)

    def _said(self, talk: "_Talk", start: str | None, share: Share | None) -> Conversation | None:
        if not talk.turns:
            return None
        if share is None:
            said = read_conversation(talk.turns, talk.channel, start=start, members=talk.members, staff=talk.staff)
        else:
            said = read_conversation(
                share.turns, talk.channel, start=start, members=(share.label,), staff=share.staff, others=share.others
            )
            own = next((t.at for t in said.turns if t.at and t.speaker == "customer" and t.text[:3] != "[群友"), None)
            said = replace(said, start=own or said.start)
        self.counts["speakers"] += 1 if said.unknown else 0
        self.counts["no_customer"] += 1 if said.turns and not any(t.speaker == "customer" for t in said.turns) else 0
        return said if said.turns else None

    def _own_text(self, row: SourceRow) -> str:
        """The customer's words alone, an answer a line: a question's own words must not count as his."""
        text = self._text(row, "text") or self._text(row, "turns") or ""
        for column in self._further:
            more = filled(row.fields.get(column))
            if more and more not in text.split("\n") and not is_option(more):
                text = f"{text}\n{more}".strip()
        return text

    def _title_as_text(self, title: str | None) -> str:
        self.counts["title_as_text"] += 1 if title else 0
        return title or ""

    def _record(
        self, row: SourceRow, channel: Channel, created_at: str | None, title: str | None, text: str,
        said: Conversation | None, share: Share | None,
    ) -> RawRecord:  # fmt: skip
        """One record; a row that names a model and no product is counted under the model."""
        model, own_id = self._text(row, "model"), share is None and self._text(row, "id")
        return RawRecord(
            source=self._source,
            external_id=self._external_id(row, share),
            channel=channel,
            created_at=created_at,
            product=without_option(self._text(row, "product"), channel) or self._product or model,
            model=model,
            customer=self._customer(row, share.person if share else None),
            rating=read_rating(self._value(row, "rating")),
            status=read_status(self._value(row, "status")),
            title=title,
            text=text,
            turns=said.turns if said else (),
            metadata=self._metadata(row),
            line=row.line,
            made_id=self._ids.make(row.fields, row.turns) if own_id else None,
        )

    def _external_id(self, row: SourceRow, share: Share | None) -> str:
        given = self._text(row, "id")
        if share is not None:
            return self._ids.told_apart(f"{given or ''}{share.suffix}".lstrip("#"))
        if given is None:
            self.counts["made_ids"] += 1
        return given or self._ids.make(row.fields, row.turns)

    def _customer(self, row: SourceRow, person: Person | None = None) -> RawCustomer:
        """The row's customer, or the one person of a group thread: nothing is taken from the others."""
        if person is None:
            return customer_of(row.fields, self.mapping)
        told = {"customer.id": person.id, "customer.name": person.name} | dict(person.fields)
        return customer_of(told, {field: field for field in told})

    def _metadata(self, row: SourceRow) -> dict[str, object]:
        """Fields nobody recognised, and those whose value could not be read."""
        kept: dict[str, object] = {
            column: value if isinstance(value, (bool, int, float)) else cell_text(value)
            for column, value in row.fields.items()
            if column not in self._mapped and column not in self._further and filled(value) is not None
        }
        tells = {"customer.segment": tells_more, "channel": tells_channel_more}
        for field, read in (
            ("rating", read_rating),
            ("customer.segment", read_segment),
            ("customer.bought_service", read_yes_no),
            ("channel", read_channel),
        ):
            raw = self._text(row, field) if field in self.mapping else None
            if raw is not None and read(raw) is None:
                self.counts.strange(field, raw)
                kept[self.mapping[field]] = raw
            elif raw is not None and field in tells and tells[field](raw):
                kept[self.mapping[field]] = raw
        if (hidden := self._value(row, "customer.name")) is not None and hides_name(hidden):
            kept[self.mapping["customer.name"]] = cell_text(hidden)
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


def _taken(mapping: Mapping[str, str]) -> frozenset[str]:
    """The columns that became fields of ours; the others are metadata."""
    return frozenset(column for field, column in mapping.items() if field not in ("agent", "thread", "process"))
