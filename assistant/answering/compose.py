"""The whole way from a question to a checked answer, told step by step while it goes."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.answering.doubt import asked_back, not_yet
from assistant.answering.events import BEAT, Event
from assistant.answering.goods import with_own_goods
from assistant.answering.kin import wholes
from assistant.answering.lexicon import Names, load_names
from assistant.answering.material import Gathered
from assistant.answering.persons import without_persons
from assistant.answering.pinning import Offer, Pins
from assistant.answering.plan import Catalogue, plan
from assistant.answering.planning import Planner, Read
from assistant.answering.policies import (
    Likeness,
    house_answers,
    lacking_rule,
    of_the_house,
    passages,
    shown_beside,
    unlike,
    unquoted,
)
from assistant.answering.ports import Counting, Finder, Masker, Store
from assistant.answering.recalling import read_by, refused_by, unheard
from assistant.answering.refusing import Asked, new_id, no_data, refusal, turned_back
from assistant.answering.searching import Sources
from assistant.answering.selling import asked_not_to_sell, chances
from assistant.answering.solved import precedents
from assistant.answering.sourced import by_source
from assistant.answering.stepping import gather_either
from assistant.answering.translating import answer_in, figure_in, told
from assistant.answering.triage import CALLED, LONGEST, people_named, turned_away
from assistant.answering.understanding import catalogue_of, names_held
from assistant.answering.verify import shown_in
from assistant.answering.wording import DRAFT_ALONE, MASKED, Wording
from assistant.domain.answers import Answer, AnswerMaterial, Plan
from assistant.domain.engine import Engine, Planning
from assistant.domain.filters import Filters
from assistant.domain.knowledge import House
from assistant.errors import BusyError, StoreError, UsageError
from assistant.rules.harmless import without_harm

_EARLIER = 6
"""So many earlier questions are looked at."""


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
        tone: str = "",
        pins: Pins | None = None,
        planning: Planning | None = None,
        prose: Callable[[str, str], str] | None = None,
        likeness: Likeness = unlike,
    ) -> None:
        """Wire the service; where the engine has no answer after `patience` seconds the fallback answers.

        `tone` is how the house wants to sound in replies. `likeness` is the embedder's opinion of documents. `prose` takes personal values out of a text made of what was shown,
        both given; without it every text is masked as a customer's is. What `planning` reads in a question within a quarter of that time goes before what the rules read.
        """
        self._planner = Planner(planning, self._masked, patience / 4) if planning is not None else None
        self._store, self._counting, self._finder, self._masker = store, counting, finder, masker
        self._names = names or load_names()
        self._documents, self._likeness = documents, likeness
        self._engine, self._tone, self._pins = engine, tone, pins
        self._prose = prose or (lambda text, _: self._masked(text))
        self._wording = Wording(engine, fallback, store, self._prose)
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
        for event in self._steps(question, filters, history):
            yield told(event, self._language)

    def _steps(self, question: str, filters: Filters | None, history: Sequence[str]) -> Iterator[Event]:
        if len(question) > LONGEST:
            raise UsageError(f"the question has {len(question)} characters; at most {LONGEST} are answered")
        held = catalogue_of(self._store, self._names)
        names = (*held.products, *held.models, *held.regions)
        asked = Asked(without_persons(self._masked(question), self._masked_name, names), time.monotonic())
        texts = [self._masked(text[:LONGEST]) for text in history[-_EARLIER:]]
        earlier = [without_harm(without_persons(text, self._masked_name, names)) for text in texts]
        given = filters or Filters()
        words = without_harm(asked.question)
        if sentence := turned_away(asked.question) or turned_away(words) or no_data(self._counting, self._documents):
            yield from self._tell(self._refusal(asked, sentence, ()))
            return
        catalogue = with_own_goods(held, words, self._counting, self._documents())
        made = plan(words, earlier, catalogue, self._today(), given)
        if hidden := self._hidden(made):
            asked = replace(asked, question=_without(asked.question, hidden))
            words = _without(words, hidden)
            earlier = [_without(e, hidden) for e in earlier]
            made = plan(words, earlier, catalogue, self._today(), given)
            made = replace(made, query=_without(made.query, hidden))
        made, nobody = people_named(by_source(made, self._counting), self._masked_name)
        ruled = of_the_house(made, earlier, self._documents(), self._likeness) if nobody is None else None
        made = ruled or made
        asked = replace(asked, plan=made)
        yield Event("plan", made)
        if reason := nobody or not_yet(made, self._today()):
            yield from self._tell(self._refusal(asked, reason, ()))
            return
        if ruled is not None:
            lacking = lacking_rule(made, self._documents(), catalogue, self._likeness)
            yield from self._answer(asked, made, Gathered(nothing=lacking))
            return
        read = yield from self._read(made, earlier, given, catalogue)
        if read.back is not None or read.refusal is not None:
            yield from self._tell(turned_back(asked, read, "rules" if read.unheard else self._engine.name))
            return
        if read.plan is not made:
            yield Event("plan", read.plan)
        by_rules = self._engine.name == "rules"
        sources = Sources(self._store, self._counting, self._finder, self._masker, catalogue, by_voices=by_rules)
        followed, gathered = gather_either(read.plan, made, given, sources)
        if unheard(self._engine, gathered, lambda: self._material(followed, gathered)):
            followed, gathered = gather_either(read.plan, made, given, replace(sources, by_voices=True))
        if followed is not read.plan:
            yield Event("plan", followed)
        made, asked = followed, replace(asked, plan=followed)
        yield from self._answer(asked, made, gathered)

    def _answer(self, asked: Asked, made: Plan, gathered: Gathered) -> Iterator[Event]:
        """The answer that is pinned for a question, or a new one of what was gathered."""
        for figure in gathered.figures:
            yield Event("figure", figure)
        if gathered.back is not None:
            yield from self._tell(turned_back(asked, Read(made, gathered.back), self._engine.name))
            return
        if gathered.nothing is not None and house_answers(made, self._documents(), self._likeness):
            gathered = Gathered()
        if gathered.nothing is not None:
            refusal = self._refusal(asked, gathered.nothing, gathered.warnings)
            yield from self._tell(self._with_draft(refusal, made) if "reply" in made.intents else refusal)
            return
        offer = self._pinned(asked.question, made, gathered)
        if offer.answer is not None:
            yield from self._tell(replace(offer.answer, id=new_id(), elapsed_ms=asked.elapsed))
            return
        if offer.warning is not None:
            gathered = replace(gathered, warnings=(offer.warning, *gathered.warnings))
        yield from self._compose(asked, made, gathered)

    def _read(
        self, made: Plan, earlier: Sequence[str], given: Filters, catalogue: Catalogue
    ) -> Generator[Event, None, Read]:
        """How the question is understood in the end, after what the rules made of it."""
        if self._planner is None:
            return Read(made, asked_back(made, earlier, given, catalogue))
        themes = self._store.themes()
        material = self._planner.material(made, earlier, given, catalogue, themes, self._today())
        read = yield from self._planner.read(material, catalogue, Event("waiting"), BEAT)
        if read.unheard:
            return replace(read, back=asked_back(made, earlier, given, catalogue))
        return read_by(read, made, self._engine)

    def _pinned(self, question: str, made: Plan, gathered: Gathered) -> Offer:
        figures = [figure_in(figure, self._language) for figure in gathered.figures]
        return self._pins.offer(question, made, figures, gathered.needs) if self._pins else Offer()

    def _material(self, made: Plan, gathered: Gathered) -> AnswerMaterial:
        return AnswerMaterial(
            question=made.question,
            plan=made,
            voices=gathered.voices,
            figures=gathered.figures,
            needs=gathered.needs,
            language=self._language,
            documents=passages(made, gathered.needs, self._documents(), self._likeness),
            solved=precedents(made, gathered.voices, gathered.needs, self._store, self._masker),
            tone=self._tone,
            wholes=wholes(made.query, gathered.voices, self._store),
            names=names_held(self._store),
        )

    def _with_draft(self, refusal: Answer, made: Plan) -> Answer:
        """What is said where nothing was found, with a reply made of the trouble that was told and of the house's documents."""
        material = self._material(made, Gathered())
        worded = self._wording.draft(material, averse=asked_not_to_sell(made.question))
        if (reply := worded.verified.suggested_reply) is None:
            return refusal
        shown = replace(
            refusal, refused=False, refusal_reason=None, suggested_reply=reply, engine=worded.engine,
            backings=shown_beside(worded.verified.used, material.documents, (), made.question),
            warnings=(*refusal.warnings, DRAFT_ALONE, *worded.warnings),
        )  # fmt: skip
        return self._second_net(shown, material)

    def _compose(self, asked: Asked, made: Plan, gathered: Gathered) -> Iterator[Event]:
        material = self._material(made, gathered)
        averse = asked_not_to_sell(made.question)
        left = max(0.0, asked.begun + self._patience - time.monotonic())
        worded = yield from self._wording.word(material, left, averse=averse)
        verified, warnings = worded.verified, [*worded.warnings, *gathered.warnings]
        warnings += unquoted(verified.used, self._documents(), made.question)
        if worded.refusal is not None:
            yield from self._tell(replace(self._refusal(asked, worded.refusal, warnings), engine=worded.engine))
            return
        answer = Answer(
            id=new_id(),
            question=asked.question,
            text=verified.text,
            engine=worded.engine,
            citations=verified.citations,
            figures=gathered.figures,
            needs=gathered.needs,
            suggested_reply=verified.suggested_reply,
            opportunities=chances(gathered.opportunities, made.question, gathered.voices, self._store),
            warnings=tuple(dict.fromkeys(warnings)),
            elapsed_ms=asked.elapsed,
            plan=made,
            backings=shown_beside(verified.used, material.documents, material.solved, made.question),
            table=gathered.table,
            chart=gathered.chart,
        )
        yield from self._tell(self._second_net(answer, material), told=worded.told)

    def _second_net(self, answer: Answer, material: AnswerMaterial) -> Answer:
        """The answer with anything masked that still looks like personal data."""
        shown = "\n".join(shown_in(material))
        text = self._prose(answer.text, shown)
        reply = self._prose(answer.suggested_reply, shown) if answer.suggested_reply else None
        if text == answer.text and reply == answer.suggested_reply:
            return answer
        warnings = tuple(dict.fromkeys((*answer.warnings, MASKED)))
        return replace(answer, text=text, suggested_reply=reply, warnings=warnings)

    def _tell(self, answer: Answer, *, told: bool = False) -> Iterator[Event]:
        """Keep an answer and tell it; where its words were `told` already, only that it is done."""
        answer = answer_in(answer, self._language)
        try:
            self._store.save_answer(answer)
        except (StoreError, BusyError):
            answer = replace(
                answer, warnings=(*answer.warnings, "这份回答没有存下，无法对它评价；请管理员看 voc doctor")
            )
        for citation in answer.citations if not told else ():
            yield Event("citation", citation)
        lines = answer.text.split("\n") if not told else []
        for place, line in enumerate(lines):
            yield Event("token", line if place + 1 == len(lines) else line + "\n")
        yield Event("done", answer)

    def _refusal(self, asked: Asked, reason: str, warnings: Sequence[str]) -> Answer:
        return refusal(asked, reason, warnings, refused_by(self._engine, asked.plan))

    def _hidden(self, made: Plan) -> dict[str, str]:
        """Words to search for that are personal values once they stand alone, and what is to stand in their place."""
        alone = {word: self._masked(word) for word in made.query.split()}
        return {word: masked for word, masked in alone.items() if masked != word}

    def _masked_name(self, text: str) -> str:
        """A name masked; what several records say is no name, since names are masked in all of them."""
        name = text.removeprefix(CALLED) if text.startswith(CALLED) else text.removeprefix("客户").removesuffix("说")
        said = self._counting.mentions((name,), Filters()).records
        return text if said > 1 else self._masked(text)

    def _masked(self, text: str) -> str:
        return str(self._masker.mask_text(text)[0])


def _without(text: str, hidden: Mapping[str, str]) -> str:
    for word, masked in hidden.items():
        text = text.replace(word, masked)
    return text
