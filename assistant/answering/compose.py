"""The whole way from a question to a checked answer, told step by step while it goes."""

import secrets
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace
from datetime import date
from threading import Thread
from typing import Literal

from assistant.answering.lexicon import Names, load_names
from assistant.answering.material import Gathered, gather
from assistant.answering.plan import plan
from assistant.answering.policies import backings
from assistant.answering.ports import Counting, Finder, Masker, Store
from assistant.answering.searching import Sources
from assistant.answering.triage import LONGEST, people_named, turned_away
from assistant.answering.understanding import catalogue_of
from assistant.answering.verify import REASONS, Verified, verify
from assistant.domain.answers import Answer, AnswerMaterial, Plan
from assistant.domain.drafts import AnswerDraft
from assistant.domain.engine import Engine
from assistant.domain.filters import Filters
from assistant.domain.knowledge import House
from assistant.errors import BusyError, ModelError, StoreError, UsageError, VocError
from assistant.rules.harmless import harmless, without_harm

_BEAT = 5.0
"""Seconds between signs of life while a model thinks."""
_LONG_REASON = 200
"""Characters beyond which a model's reason for refusing is none."""
_EARLIER = 6
"""So many earlier questions are looked at."""


@dataclass(frozen=True, slots=True)
class Event:
    """A step of an answer: `data` is a Plan, Figure, Citation, a piece of text, the Answer, or None."""

    kind: Literal["plan", "figure", "citation", "token", "done", "waiting"]
    data: object = None


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    begun: float
    plan: Plan | None = None


class AnswerService:
    """Answers questions out of the store; safe to call from several threads."""

    def __init__(
        self,
        *,
        store: Store,
        counting: Counting,
        finder: Finder,
        engine: Engine,
        fallback: Engine,
        masker: Masker,
        names: Names | None = None,
        language: str = "zh",
        patience: float = 60.0,
        today: Callable[[], date] = date.today,
        documents: Callable[[], Sequence[House]] = tuple,
    ) -> None:
        """Wire the service; where the engine has no answer after `patience` seconds the fallback answers."""
        self._store, self._counting, self._finder, self._masker = store, counting, finder, masker
        self._names = names or load_names()
        self._documents = documents
        self._engine, self._fallback = engine, fallback
        self._language, self._patience, self._today = language, patience, today

    def ask(self, question: str, filters: Filters | None = None, history: Sequence[str] = ()) -> Answer:
        """The answer to a question, after earlier questions of the same talk (oldest first).

        Raises:
            UsageError: where the question is too long.
        """
        answer: Answer | None = None
        for event in self.stream(question, filters, history):
            answer = event.data if isinstance(event.data, Answer) else answer
        assert answer is not None
        return answer

    def stream(self, question: str, filters: Filters | None = None, history: Sequence[str] = ()) -> Iterator[Event]:
        """The same as events: plan, figures, citations, the text sentence by sentence, then the whole answer.

        No word of the text is told before it has been verified. ``waiting`` comes every few seconds in between.
        """
        if len(question) > LONGEST:
            raise UsageError(f"the question has {len(question)} characters; at most {LONGEST} are answered")
        asked = _Asked(self._masked(question), time.monotonic())
        earlier = [without_harm(self._masked(text[:LONGEST])) for text in history[-_EARLIER:]]
        given = filters or Filters()
        words = without_harm(asked.question)
        if sentence := turned_away(asked.question) or turned_away(words):
            yield from self._tell(self._refusal(asked, sentence, ()))
            return
        catalogue = catalogue_of(self._store, self._names)
        made = plan(words, earlier, catalogue, self._today(), given)
        if hidden := self._hidden(made):
            asked = replace(asked, question=_without(asked.question, hidden))
            words = _without(words, hidden)
            made = plan(words, [_without(e, hidden) for e in earlier], catalogue, self._today(), given)
            made = replace(made, query=_without(made.query, hidden))
        made, nobody = people_named(made, self._masked)
        asked = replace(asked, plan=made)
        yield Event("plan", made)
        if nobody is not None:
            yield from self._tell(self._refusal(asked, nobody, ()))
            return
        sources = Sources(self._store, self._counting, self._finder, self._masker, catalogue)
        gathered = gather(made, given, sources)
        for figure in gathered.figures:
            yield Event("figure", figure)
        if gathered.nothing is not None:
            yield from self._tell(self._refusal(asked, gathered.nothing, gathered.warnings))
            return
        yield from self._compose(asked, made, gathered)

    def _compose(self, asked: _Asked, made: Plan, gathered: Gathered) -> Iterator[Event]:
        material = AnswerMaterial(
            made.question, made, gathered.voices, gathered.figures, gathered.needs, language=self._language
        )
        draft, engine, warnings = yield from self._draft(material)
        verified = verify(draft, material, self._store)
        if engine is not self._fallback and not draft.refused and not verified.sentences:
            warnings = [*warnings, "模型的回答没有一句能核实，改由规则引擎作答"]
            draft, engine = self._fallback.answer(material), self._fallback
            verified = verify(draft, material, self._store)
        warnings = [*warnings, *gathered.warnings, *_removed(verified), *verified.warnings]
        if draft.refused or not verified.sentences:
            yield from self._tell(replace(self._refusal(asked, _why(draft, made), warnings), engine=engine.name))
            return
        answer = Answer(
            id=_new_id(),
            question=asked.question,
            text=verified.text,
            engine=engine.name,
            citations=verified.citations,
            figures=gathered.figures,
            needs=gathered.needs,
            suggested_reply=verified.suggested_reply,
            opportunities=gathered.opportunities,
            warnings=tuple(dict.fromkeys(warnings)),
            elapsed_ms=_elapsed(asked),
            plan=made,
            backings=backings(made, self._documents()),
        )
        yield from self._tell(self._second_net(answer))

    def _draft(self, material: AnswerMaterial) -> Generator[Event, None, tuple[AnswerDraft, Engine, list[str]]]:
        """The engine's draft, or the fallback's with the reason why."""
        if self._engine is self._fallback:
            return self._fallback.answer(material), self._fallback, []
        future = _in_background(self._engine.answer, material)
        deadline = time.monotonic() + self._patience
        while True:
            try:
                left = deadline - time.monotonic()
                return future.result(timeout=max(0.0, min(_BEAT, left))), self._engine, []
            except NotYet:
                if time.monotonic() >= deadline:
                    warning = f"模型超过 {self._patience:g} 秒没有答复，改由规则引擎作答"
                    break
                yield Event("waiting")
            except ModelError as error:
                warning = f"模型暂不可用（{error.kind}），改由规则引擎作答"
                break
        return self._fallback.answer(material), self._fallback, [warning]

    def _second_net(self, answer: Answer) -> Answer:
        """The answer with anything masked that still looks like personal data."""
        text = self._masked(answer.text)
        reply = self._masked(answer.suggested_reply) if answer.suggested_reply else None
        if text == answer.text and reply == answer.suggested_reply:
            return answer
        warnings = (*answer.warnings, "回答里疑似个人信息的内容已隐去")
        return replace(answer, text=text, suggested_reply=reply, warnings=warnings)

    def _tell(self, answer: Answer) -> Iterator[Event]:
        try:
            self._store.save_answer(answer)
        except (StoreError, BusyError):
            answer = replace(
                answer, warnings=(*answer.warnings, "这份回答没有存下，无法对它评价；请管理员看 voc doctor")
            )
        for citation in answer.citations:
            yield Event("citation", citation)
        lines = answer.text.split("\n")
        for place, line in enumerate(lines):
            yield Event("token", line if place + 1 == len(lines) else line + "\n")
        yield Event("done", answer)

    def _refusal(self, asked: _Asked, reason: str, warnings: Sequence[str]) -> Answer:
        return Answer(
            id=_new_id(),
            question=asked.question,
            text=reason,
            engine=self._engine.name if asked.plan is not None else "rules",
            refused=True,
            refusal_reason=reason,
            warnings=tuple(dict.fromkeys(warnings)),
            elapsed_ms=_elapsed(asked),
            plan=asked.plan,
        )

    def _hidden(self, made: Plan) -> dict[str, str]:
        """Words to search for that are personal values once they stand alone, and what is to stand in their place."""
        alone = {word: self._masked(word) for word in made.query.split()}
        return {word: masked for word, masked in alone.items() if masked != word}

    def _masked(self, text: str) -> str:
        return str(self._masker.mask_text(text)[0])


def _without(text: str, hidden: Mapping[str, str]) -> str:
    for word, masked in hidden.items():
        text = text.replace(word, masked)
    return text


def _in_background(call: Callable[[AnswerMaterial], AnswerDraft], material: AnswerMaterial) -> "Future[AnswerDraft]":
    """Start a call in a thread that holds up nobody: not the answer after a time-out, nor the end of the process."""
    future: Future[AnswerDraft] = Future()

    def run() -> None:
        try:
            future.set_result(call(material))
        except VocError as error:
            future.set_exception(error)
        finally:
            if not future.done():  # a mistake of ours: whoever waits must learn of it too
                future.set_exception(sys.exception())

    Thread(target=run, name="answer", daemon=True).start()
    return future


def _why(draft: AnswerDraft, made: Plan) -> str:
    asked = made.query or made.question
    reason = (draft.refusal_reason or "").strip() if draft.refused else ""
    if not reason or len(reason) > _LONG_REASON or not harmless(reason):
        return f"资料不足：找到的反馈里没有一句话能证实关于“{asked}”的回答。"
    return reason if reason.startswith("资料不足") else f"资料不足：{reason}"


def _removed(verified: Verified) -> list[str]:
    if not verified.removed:
        return []
    reasons = "、".join(f"{REASONS[reason]} {n} 句" for reason, n in sorted(verified.removed.items()))
    return [f"删去了 {sum(verified.removed.values())} 句无法核实的话：{reasons}"]


def _elapsed(asked: _Asked) -> int:
    return round(1000 * (time.monotonic() - asked.begun))


def _new_id() -> str:
    return "an_" + secrets.token_hex(8)
