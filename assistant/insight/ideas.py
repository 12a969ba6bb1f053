"""From themes to NBN ideas: which drafts are kept, against what evidence, and how they rank."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from assistant.domain.drafts import IdeaDraft, IdeasDraft
from assistant.domain.engine import Engine
from assistant.domain.ideas import Idea, idea_id
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.errors import ModelAccessError, ModelError
from assistant.insight.features import Embed, Vectors
from assistant.insight.scoring import Weight, marks_of, score_parts, total
from assistant.insight.wording import tidy

SAME = 0.92
"""Cosine above which two ideas of one type are the same idea."""
_TITLE, _TEXT, _MOST_FEATURES = 40, 400, 8


@dataclass(frozen=True, slots=True)
class Suggested:
    """What came of one theme: the ideas kept, best first, and why others were not."""

    theme_id: str
    ideas: tuple[Idea, ...]
    rejected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unsuggested:
    """A theme for which the engine gave nothing usable, with the reason that receipts count."""

    theme_id: str
    reason: str


def suggest(
    engine: Engine,
    materials: Sequence[tuple[ThemeMaterial, Weight]],
    embed: Embed,
    known: Sequence[Idea] = (),
) -> Iterator[Suggested | Unsuggested]:
    """Ideas for each theme in order, `engine.concurrency` themes at once; each theme is yielded exactly once.

    Rejected by reason: ``blank`` (no title or concept), ``no_evidence``, ``evidence_not_shown`` (not one of its
    numbers is a voice it was shown), ``duplicate`` (of an idea of the same type kept before, `known` included).
    Numbers of voices not shown are dropped from an idea that has others.

    Raises:
        ModelAccessError: trying again is useless; raised after every theme was yielded.
    """
    lost = threading.Event()

    def ask(item: tuple[ThemeMaterial, Weight]) -> IdeasDraft | str:
        if lost.is_set():
            return ModelAccessError.kind
        try:
            return engine.suggest_ideas(item[0])
        except ModelError as error:
            if isinstance(error, ModelAccessError):
                lost.set()
            return error.kind

    seen = _Seen(embed, known)
    with ThreadPoolExecutor(engine.concurrency, thread_name_prefix="suggest") as pool:
        for (material, weight), answer in zip(materials, pool.map(ask, materials), strict=True):
            if isinstance(answer, str):
                yield Unsuggested(material.theme.id, answer)
            else:
                yield _kept(answer, material, weight, engine, seen)
    if lost.is_set():
        raise ModelAccessError("the model endpoint refused the request for ideas: check the key and the model's name")


class _Seen:
    """Ideas kept so far, by type, as unit rows."""

    def __init__(self, embed: Embed, known: Sequence[Idea]) -> None:
        self._embed = embed
        self._rows: dict[str, list[Vectors]] = {}
        if known:
            for idea, row in zip(known, embed([_gist(i.title, i.concept) for i in known]), strict=True):
                self._rows.setdefault(idea.nbn_type, []).append(row)

    def repeats(self, nbn_type: str, title: str, concept: str) -> bool:
        """Whether an idea of this type was kept before; if not, it is remembered."""
        row = self._embed([_gist(title, concept)])[0]
        rows = self._rows.setdefault(nbn_type, [])
        if rows and float((np.stack(rows) @ row).max()) > SAME:
            return True
        rows.append(row)
        return False


def _kept(answer: IdeasDraft, material: ThemeMaterial, weight: Weight, engine: Engine, seen: _Seen) -> Suggested:
    ideas, rejected = [], Counter[str]()
    shown = {voice.n: voice for voice in material.voices}
    for draft in answer.ideas:
        cited = [shown[n] for n in dict.fromkeys(draft.evidence) if n in shown]
        reason = _refusal(draft, cited) or (
            "duplicate" if seen.repeats(draft.nbn_type, draft.title, draft.concept) else None
        )
        if reason:
            rejected[reason] += 1
        else:
            ideas.append(_idea(draft, material, cited, weight, engine))
    ideas.sort(key=lambda idea: (-idea.score, idea.id))
    return Suggested(material.theme.id, tuple(ideas), dict(rejected))


def _refusal(draft: IdeaDraft, cited: Sequence[Voice]) -> str | None:
    if not draft.title.strip() or not draft.concept.strip():
        return "blank"
    if not draft.evidence:
        return "no_evidence"
    return None if cited else "evidence_not_shown"


def _idea(draft: IdeaDraft, material: ThemeMaterial, cited: Sequence[Voice], weight: Weight, engine: Engine) -> Idea:
    parts = score_parts(draft, material, cited, weight)
    title = tidy(draft.title, _TITLE)
    changes = {"surface": draft.changes_surface, "secondary": draft.changes_secondary, "deep": draft.changes_deep}
    return Idea(
        id=idea_id(material.theme.id, draft.nbn_type, title),
        theme_ids=(material.theme.id,),
        nbn_type=draft.nbn_type,
        title=title,
        job_to_be_done=tidy(draft.job_to_be_done, _TEXT),
        concept=tidy(draft.concept, _TEXT),
        features=_lines(draft.features),
        how_it_differs=tidy(draft.how_it_differs, _TEXT),
        changes={rung: tidy(text, _TEXT) for rung, text in changes.items()},
        route=draft.route,
        route_why=tidy(draft.route_why, _TEXT),
        assumptions=_lines(draft.assumptions),
        evidence=tuple(voice.insight_id or f"{voice.record_id}:{voice.start}-{voice.end}" for voice in cited),
        score=total(parts),
        score_parts=parts,
        engine=engine.name,
        marks=marks_of(draft),
    )


def _gist(title: str, concept: str) -> str:
    return f"{title}。{concept}"


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for text in texts if (line := tidy(text, _TEXT)))[:_MOST_FEATURES]
