"""From themes to NBN ideas: which drafts are kept, against what evidence, and how they rank."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from assistant.domain.drafts import IdeaDraft, IdeasDraft
from assistant.domain.engine import Engine
from assistant.domain.ideas import Brief, Idea, IdeaWeights, Refusal, idea_id
from assistant.domain.naming import without_named
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.errors import ModelAccessError, ModelError
from assistant.insight.features import Embed
from assistant.insight.hard_rule import marks_of
from assistant.insight.likeness import Seen, Shelf, anchors_of
from assistant.insight.numbers import Known as KnownNumbers
from assistant.insight.numbers import numbers_in
from assistant.insight.scoring import Weight, ranked, score_parts, total
from assistant.insight.wording import told

_TITLE, _TEXT, _MOST_FEATURES, _MOST_NEXT = 40, 400, 8, 5
_PEOPLE = frozenset("名位户")
WAVE = 12
"""Asks that go out together."""
MOST_EARLIER = 16
"""Titles of ideas there are that an ask is told."""
_LEFT = frozenset({"budget", "stopped"})
"""Reasons for which asking goes no further: what follows was never tried."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What an engine is asked for ideas about: a theme, or several whose material is one."""

    scope: str
    theme_ids: tuple[str, ...]
    material: ThemeMaterial
    weight: Weight
    brief: Brief = field(default_factory=Brief)
    beside: tuple[str, ...] = ()
    """Themes whose ideas it is told of: its own and those most like them."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What came of one ask: the ideas kept, best first, and which others were not and why."""

    scope: str
    ideas: tuple[Idea, ...]
    refused: tuple[Refusal, ...] = ()

    @property
    def rejected(self) -> Mapping[str, int]:
        """Reason → ideas not kept."""
        return dict(Counter(refusal.reason for refusal in self.refused))


@dataclass(frozen=True, slots=True)
class Unsuggested:
    """An ask for which the engine gave nothing usable, with the reason that receipts count."""

    scope: str
    reason: str

    @property
    def left(self) -> bool:
        """True where it was not tried: the budget is used up, or the endpoint is down for good."""
        return self.reason in _LEFT


def suggest(
    engine: Engine,
    asks: Sequence[Ask],
    embed: Embed,
    known: Sequence[Idea] = (),
    shelf: Shelf | None = None,
    weights: IdeaWeights | None = None,
) -> Iterator[Suggested | Unsuggested]:
    """Ideas for each ask in order, `engine.concurrency` at once; each ask is yielded exactly once.

    Asks go out in waves of `WAVE`, and each is told the titles suggested in the waves before it for the themes beside its
    own, so that neighbours don't get the same ideas. No question hangs on how many are asked at once, or on what was
    kept.

    Refused by reason: ``blank`` (no title or concept), ``no_evidence``, ``evidence_not_shown`` (not one of its
    numbers is a voice it was shown), ``one_theme`` (of several themes it was to answer, it rests on one),
    ``unproved_number`` (a share, or a number of people, that nobody counted or said), ``released``, ``planned``,
    ``rejected_before``, ``duplicate`` (of an idea kept before, `known` included, whatever its theme). Numbers of voices
    not shown are dropped from an idea that has others.

    Raises:
        ModelAccessError: trying again is useless; raised after every ask was yielded.
    """
    lost, spent = threading.Event(), threading.Event()

    def ask(item: Ask) -> IdeasDraft | str:
        if lost.is_set():
            return ModelAccessError.kind
        if spent.is_set():
            return "budget"
        try:
            return engine.suggest_ideas(item.material, item.brief)
        except ModelError as error:
            if isinstance(error, ModelAccessError):
                lost.set()
            if error.kind == "budget":
                spent.set()
            return error.kind

    weights = weights or IdeaWeights()
    seen = Seen(embed, shelf, [text for item in asks for text in anchors_of(item.material)])
    seen.remember(known)
    titles: dict[str, list[str]] = defaultdict(list)
    with ThreadPoolExecutor(engine.concurrency, thread_name_prefix="suggest") as pool:
        for wave in (asks[at : at + WAVE] for at in range(0, len(asks), WAVE)):
            told_of = [_told_of(item, titles) for item in wave]
            for item, answer in zip(told_of, pool.map(ask, told_of), strict=True):
                if isinstance(answer, str):
                    yield Unsuggested(item.scope, answer)
                    continue
                for theme_id in item.theme_ids:
                    titles[theme_id] += [title for idea in answer.ideas if (title := told(idea.title, _TITLE))]
                yield _kept(answer, item, engine, seen, weights)
    if lost.is_set():
        raise ModelAccessError("the model endpoint refused the request for ideas: check the key and the model's name")


def _told_of(item: Ask, titles: Mapping[str, Sequence[str]]) -> Ask:
    """The ask with the titles of ideas suggested in this run for the themes beside its own, its own themes' first."""
    found = [title for theme_id in item.beside for title in titles.get(theme_id, ())]
    earlier = tuple(dict.fromkeys((*item.brief.earlier, *found)))[:MOST_EARLIER]
    return replace(item, brief=replace(item.brief, earlier=earlier))


def _kept(answer: IdeasDraft, item: Ask, engine: Engine, seen: Seen, weights: IdeaWeights) -> Suggested:
    ideas, refused = [], list[Refusal]()
    shown = {voice.n: voice for voice in item.material.voices}
    numbers = _known_numbers(item)
    products = [product for product, _ in item.material.products]
    for draft in answer.ideas:
        cited = [shown[n] for n in dict.fromkeys(draft.evidence) if n in shown]
        title = told(draft.title, _TITLE)
        reason = _refusal(draft, cited, item, numbers)
        new_id = idea_id(item.scope, draft.nbn_type, title)
        refusal = Refusal(reason, title) if reason else seen.refuse(draft, new_id, products)
        if refusal:
            refused.append(refusal)
        else:
            ideas.append(_idea(new_id, draft, item, cited, engine, weights))
    ideas.sort(key=lambda idea: (-idea.rank, idea.id))
    return Suggested(item.scope, tuple(ideas), tuple(refused))


def _refusal(draft: IdeaDraft, cited: Sequence[Voice], item: Ask, known: KnownNumbers) -> str | None:
    if not draft.title.strip() or not draft.concept.strip():
        return "blank"
    if not draft.evidence:
        return "no_evidence"
    if not cited:
        return "evidence_not_shown"
    if sum(any(first <= voice.n <= last for voice in cited) for first, last in item.brief.spans) == 1:
        return "one_theme"
    text = "。".join([draft.title, draft.job_to_be_done, draft.concept, draft.how_it_differs, *draft.features])
    text = without_named(text, [name for name, _ in item.material.products])
    invented = (n for n in numbers_in(text) if (n.share or n.unit in _PEOPLE) and not known.bears(n))
    return "unproved_number" if next(invented, None) else None


def _known_numbers(item: Ask) -> KnownNumbers:
    theme, material = item.material.theme, item.material
    counts = [theme.records, theme.customers, *(n for _, n in (*material.products, *material.segments))]
    counts += [n for _, n in item.brief.segments]
    said = [voice.quote + (voice.suggestion or "") + voice.context for voice in material.voices]
    return KnownNumbers.of(counts, (), [*said, item.brief.why_now])


def _idea(
    new_id: str, draft: IdeaDraft, item: Ask, cited: Sequence[Voice], engine: Engine, weights: IdeaWeights
) -> Idea:
    parts = score_parts(draft, item.material, cited, item.weight, weights)
    changes = {"surface": draft.changes_surface, "secondary": draft.changes_secondary, "deep": draft.changes_deep}
    assumed = [(text, told(one.test, _TEXT)) for one in draft.assumptions if (text := told(one.text, _TEXT))]
    idea = Idea(
        id=new_id,
        theme_ids=item.theme_ids[::-1] if item.brief.link == "transfer" else item.theme_ids,
        nbn_type=draft.nbn_type,
        title=told(draft.title, _TITLE),
        job_to_be_done=told(draft.job_to_be_done, _TEXT),
        concept=told(draft.concept, _TEXT),
        features=_lines(draft.features, _MOST_FEATURES),
        how_it_differs=told(draft.how_it_differs, _TEXT),
        changes={rung: told(text, _TEXT) for rung, text in changes.items()},
        route=draft.route,
        route_why=told(draft.route_why, _TEXT),
        assumptions=tuple(text for text, _ in assumed[:_MOST_FEATURES]),
        evidence=tuple(voice.insight_id or f"{voice.record_id}:{voice.start}-{voice.end}" for voice in cited),
        score=total(parts, weights),
        score_parts=parts,
        engine=engine.name,
        marks=marks_of(draft),
        tests=tuple(test for _, test in assumed[:_MOST_FEATURES]),
        next_needs=_lines(draft.next_needs, _MOST_NEXT),
        lens=draft.lens,
        audience=told(draft.audience, _TEXT),
        customers=item.material.theme.customers,
        segments=item.brief.segments,
        products=item.material.products,
        why_now=item.brief.why_now,
        scope=item.scope,
    )
    return with_rank(idea, weights)


def with_rank(idea: Idea, weights: IdeaWeights) -> Idea:
    """The idea with the rank it has now."""
    return replace(idea, rank=ranked(idea, weights))


def _lines(texts: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(line for text in texts if (line := told(text, _TEXT)))[:most]
