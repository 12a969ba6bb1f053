"""Knows how needs are asked for: packs in one call, long records in windows, refused quotes once more."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from assistant.domain.drafts import Draft, ReadingDraft, ReadingsDraft, RequotesDraft
from assistant.domain.engine import Misquote, PackOutcome
from assistant.domain.records import Record
from assistant.errors import EgressError, ModelAnswerError, ModelError
from assistant.llm.fence import Fence
from assistant.llm.rendering import record_variables, requote_variables, window_variables
from assistant.llm.requoting import replaced
from assistant.llm.stitching import stitched
from assistant.llm.windows import Window, windows_of
from prompts import RenderedPrompt, load

NOT_ANSWERED = "not_answered"
READING_TOKENS = 600
"""Tokens that one record's reading takes, about."""
QUOTE_TOKENS = 60
PROMPT, REPAIR = "extract_insights", "repair_quotes"

T = TypeVar("T", bound=Draft)
_ALIAS = re.compile(r"\d+")


class Ask(Protocol):
    """How a prompt is put to the model: from the cache, or paid for."""

    def __call__(self, prompt: RenderedPrompt, schema: type[T], expected: int, subjects: Iterable[str]) -> T:
        """The draft; `expected` tokens long, about; `subjects` are those whose words are sent."""
        ...


Proof = Callable[[Record, ReadingDraft], Sequence[Misquote]]
"""Which quotes of a draft do not stand in the record."""


def writers(records: Iterable[Record]) -> set[str]:
    """The data subjects of records: the customer, or who wrote this record where nobody is named."""
    return {record.customer.id if record.customer else f"record:{record.id}" for record in records}


@dataclass(frozen=True, slots=True)
class Reader:
    """Puts records to a model and ties its answers back to them. Safe to use from several threads."""

    ask: Ask
    fence: Fence
    company: str
    """The company context as text."""
    language: str = "zh"
    proof: Proof | None = None
    """None: refused quotes are not asked for again."""

    @property
    def ingredients(self) -> tuple[str, ...]:
        """What else than prompt, schema, model and language shapes a reading: the company's words, the repair try."""
        return self.company, load(REPAIR, self.language).digest if self.proof else ""

    def prompts(self, pack: Sequence[Record]) -> Iterator[RenderedPrompt]:
        """What is sent for a pack, letter for letter; of a long record the windows as if none had held a need."""
        if len(pack) > 1 or len(windows_of(pack[0])) == 1:
            yield self._prompt(record_variables(pack, self.fence))
            return
        for window in windows_of(pack[0]):
            yield self._prompt(window_variables(pack[0], window, (), self.fence))

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """See `Engine.read`. What a shared call leaves unanswered is asked once more, alone.

        Reasons of failure: the `kind` of a `ModelError` (``budget`` among them), or ``not_answered``.
        """
        drafts: dict[str, ReadingDraft] = {}
        failed: dict[str, str] = {}
        strays: Counter[str] = Counter()
        problem: str | None = None
        try:
            drafts = self._read_together(pack, strays)
            alone = [record for record in pack if record.id not in drafts]
        except (ModelAnswerError, EgressError) as error:
            alone = list(pack) if len(pack) > 1 else []
            failed = {} if alone else {pack[0].id: error.kind}
            problem = None if alone else str(error)
        except ModelError as error:
            return PackOutcome((), {record.id: error.kind for record in pack}, str(error))
        for record in alone:
            try:
                drafts |= self._read_together([record], strays)
                reason = NOT_ANSWERED
            except ModelError as error:
                reason, problem = error.kind, str(error)
            if record.id not in drafts:
                failed[record.id] = reason
        requoted, mended = self._requote([record for record in pack if record.id in drafts], drafts)
        kept = tuple(drafts[record.id] for record in pack if record.id in drafts)
        return PackOutcome(
            kept, failed, problem, requoted, mended, {reason: count for reason, count in strays.items() if count}
        )

    def _read_together(self, pack: Sequence[Record], strays: Counter[str]) -> dict[str, ReadingDraft]:
        """Readings by record id, of those records that the answer names by their alias R1, R2 …"""
        if len(pack) == 1 and len(windows := windows_of(pack[0])) > 1:
            return self._read_windows(pack[0], windows)
        readings = self._readings(record_variables(pack, self.fence), pack)
        if len(pack) == 1 and len(readings) == 1:
            return {pack[0].id: readings[0].model_copy(update={"record_id": pack[0].id})}
        found: dict[str, ReadingDraft] = {}
        for reading in readings:
            place = _ALIAS.search(reading.record_id)
            if place and 1 <= int(place[0]) <= len(pack):
                record_id = pack[int(place[0]) - 1].id
                strays["answered_twice"] += record_id in found
                found.setdefault(record_id, reading.model_copy(update={"record_id": record_id}))
            else:
                strays["unknown_record"] += 1
        return found

    def _read_windows(self, record: Record, windows: Sequence[Window]) -> dict[str, ReadingDraft]:
        """One reading of a long record: its windows in turn, each told what those before it have found.

        A window that is not answered leaves the whole record unanswered: half a call read is not a call read.
        """
        drafts: list[ReadingDraft] = []
        for window in windows:
            known = list(dict.fromkeys(need.surface for draft in drafts for need in draft.insights))
            readings = self._readings(window_variables(record, window, known, self.fence), [record])
            if not readings:
                return {}
            drafts.append(readings[0])
        return {record.id: stitched(record.id, drafts)}

    def _readings(self, variables: dict[str, str], pack: Sequence[Record]) -> list[ReadingDraft]:
        prompt = self._prompt(variables)
        return self.ask(prompt, ReadingsDraft, READING_TOKENS * len(pack), writers(pack)).readings

    def _prompt(self, variables: dict[str, str]) -> RenderedPrompt:
        return load(PROMPT, self.language).render(**variables, company=self.company)

    def _requote(self, records: Sequence[Record], drafts: dict[str, ReadingDraft]) -> tuple[int, int]:
        """Ask once for words in the place of quotes that do not stand, and put what stands into the drafts.

        Returns how many were asked for and how many were found. Where the question fails or does not fit the
        budget, the drafts stay as they are: the quotes will be refused.
        """
        if self.proof is None:
            return 0, 0
        wrong = [(record, misquote) for record in records for misquote in self.proof(record, drafts[record.id])]
        if not wrong:
            return 0, 0
        shown = list({record.id: record for record, _ in wrong}.values())
        place = {record.id: n for n, record in enumerate(shown)}
        asked = [(place[record.id], misquote) for record, misquote in wrong]
        prompt = load(REPAIR, self.language).render(**requote_variables(shown, asked, self.fence))
        try:
            answer = self.ask(prompt, RequotesDraft, QUOTE_TOKENS * len(asked), writers(shown))
        except ModelError:
            return len(asked), 0
        said = {int(number[0]): one.quote for one in answer.quotes if (number := _ALIAS.search(one.id))}
        mended = 0
        for n, (record, misquote) in enumerate(wrong, 1):
            quote = said.get(n)
            if not quote:
                continue
            changed = replaced(drafts[record.id], misquote, quote)
            if not any(_same_place(left, misquote) for left in self.proof(record, changed)):
                drafts[record.id] = changed
                mended += 1
        return len(asked), mended


def _same_place(one: Misquote, other: Misquote) -> bool:
    return (one.insight, one.field, one.place) == (other.insight, other.field, other.place)
