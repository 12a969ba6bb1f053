"""Knows which needs a record speaks of: the situations (frames) that show, or failing them the bare aspects."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from assistant.domain.vocabulary import ASPECTS, Aspect, DeepCategory, Sentiment
from assistant.rules.lexicon import FRAME_FILES, lexicon, normalise, table, words
from assistant.rules.view import Seen, View, summed

FIRST, SECOND, SHARE = 3.0, 6.0, 0.5
"""A frame shows from FIRST on; a second need is told apart from SECOND on and with SHARE of the first one's weight."""
_TOLD, _TWICE = 2.0, 5.0
"""Weight of a cue that says by itself what a text is about, and of two of them."""
_OTHER = 0.3
"""What a situation still weighs beside words for a thing that it is not about."""
_SUBSTANCE = 18
"""Characters from which words without any known cue are still taken for somebody's concern."""
_SCOFF = 4
"""Characters below which a scoff without a matter (呵呵) is no need."""
_IF_ONLY = re.compile(r"(?:如果|要是|假如|若是|要).{0,16}(?:就好了|多好|就行了|就更好)")
MOST = 3
"""A record's needs at most (coding guide)."""
_SPLIT_STAFF = {"no_show": {"installation": "installation"}}


@dataclass(slots=True)
class Topic:
    """One need to be read: its frame (or None), aspect, feeling, and the clause in which it shows best."""

    frame: str | None
    aspect: Aspect
    sentiment: Sentiment
    best: Seen
    weight: float
    sentence: list[Seen] = field(default_factory=list)


@cache
def frame_fields() -> dict[str, dict[str, str]]:
    """Frame → its fields (label, aspect, deep, mood, secondary, deep_text …)."""
    return {name: cast("dict[str, str]", dict(fields)) for file in FRAME_FILES for name, fields in table(file).items()}


def shows_a_matter(text: str) -> bool:
    """Whether a text holds a word of any trade's trouble or dealings: of a situation (praise at large is none) or,
    plainly, of what a maker would have to touch."""
    fields = frame_fields()
    return any(
        (hit.kind == "frame" and hit.weight >= _TOLD and not fields[hit.label].get("loose"))
        or (hit.kind == "aspect" and hit.weight > _TOLD)
        for hit in lexicon().scan(normalise(text))
    )


def matters(text: str) -> set[str]:
    """The situations that a text shows by a word of their own; praise at large and such of many kinds are none."""
    fields = frame_fields()
    hits = (hit for hit in lexicon().scan(normalise(text)) if hit.kind == "frame" and hit.weight >= _TOLD)
    return {hit.label for hit in hits if not (fields[hit.label].get("loose") or fields[hit.label].get("many_kinds"))}


def known_words(text: str) -> list[str]:
    """The words of two to six letters in a text that the cue lists hold as a matter or part of a product, longest first."""
    hits = [hit for hit in lexicon().scan(normalise(text)) if hit.kind in {"frame", "aspect"} and hit.weight >= _TOLD]
    found = {text[hit.start : hit.end].strip() for hit in hits}
    return sorted((word for word in found if 2 <= len(word) <= 6), key=lambda word: (-len(word), word))


def telling_words(text: str) -> list[str]:
    """The words of a text that show the one situation it speaks of most, in order; empty where less than two do."""
    told = [hit for hit in lexicon().scan(normalise(text)) if hit.kind == "frame" and hit.weight >= _TOLD]
    weights: dict[str, float] = defaultdict(float)
    for hit in told:
        weights[hit.label] += hit.weight
    most = max(weights, key=lambda label: weights[label], default=None)
    if most is None or weights[most] < _TWICE:
        return []
    return list(dict.fromkeys(text[hit.start : hit.end] for hit in told if hit.label == most))


def find_topics(view: View) -> list[Topic]:
    """The needs of a record, strongest first, at most `MOST`; empty where nothing is felt or asked."""
    frames = _frame_weights(view)
    topics: list[Topic] = []
    for frame, weight in sorted(frames.items(), key=lambda item: (-item[1], item[0])):
        if weight < (FIRST if not topics else max(SECOND, SHARE * topics[0].weight)) or len(topics) >= MOST:
            break
        topic = _frame_topic(view, frame, weight, topics)
        if topic and all(_differ(topic, other) for other in topics):
            topics.append(topic)
    if not topics and (topic := _aspect_topic(view)):
        topics.append(topic)
    return topics


def _frame_weights(view: View) -> dict[str, float]:
    fields = frame_fields()
    weights: dict[str, float] = defaultdict(float)
    for sentence in view.sentences:
        mood = sum(seen.mood for seen in sentence)
        hurts = sum(seen.hurt for seen in sentence) >= 2
        text = normalise(view.text[sentence[0].clause.start : sentence[-1].clause.end])
        for (kind, frame), weight in _sum([seen for seen in sentence if not seen.past]).items():
            if kind == "frame":
                weight += 1.0 * (hurts and weight > _TOLD and fields[frame].get("mood") == "negative")
                weight = min(weight, 7.0) * _agreement(fields[frame].get("mood"), mood, view)
                weights[frame] += weight * (_OTHER if _of_other_things(frame, text) else 1.0)
    for (kind, frame), weight in view.title.items():
        if kind == "frame":
            weights[frame] += 0.5 * min(weight, 6.0)
    shown = {frame for seen in view.seen for frame in seen.shown} | {f for kind, f in view.title if kind == "frame"}
    for frame in weights:
        if frame not in shown:  # single characters that mean many things don't decide, however many
            weights[frame] = min(weights[frame], _TOLD)
        whose = str(fields[frame].get("segments", ""))
        if whose and view.segment and weights[frame] >= FIRST:
            weights[frame] *= 1.5 if f"'{view.segment}'" in whose else 0.4
    return weights


def _of_other_things(frame: str, text: str) -> bool:
    """Whether a sentence names a thing that the situation's words do not mean beside it (bars of a battery)."""
    return any(word in text for word in frame_fields()[frame].get("unless", "").split())


def _agreement(frame_mood: str | None, mood: float, view: View) -> float:
    if frame_mood == "positive":
        return 0.0 if mood + view.prior < 0.5 else (1.0 if view.prior > -0.5 else 0.5)
    if frame_mood == "negative" and mood + 0.5 * view.prior > 1.0:
        return 0.3 if mood < 4 else 0.15
    return 1.0


def _sum(sentence: list[Seen]) -> dict[tuple[str, str], float]:
    return summed(seen.cues for seen in sentence)


def _frame_topic(view: View, frame: str, weight: float, others: list[Topic]) -> Topic | None:
    fields = frame_fields()[frame]
    glad = fields.get("mood") == "positive"
    taken = {id(other.best) for other in others}

    def score(seen: Seen) -> float:
        feeling = seen.mood if glad else -seen.mood
        severe = sum(w for (kind, _), w in seen.cues.items() if kind == "severity")
        related = sum(w for (kind, _), w in seen.cues.items() if kind == "relation")
        return (
            min(seen.weight("frame", frame), 4.0)
            + 0.7 * max(min(feeling, 6.0), -2.0)
            + 0.2 * min(severe, 6.0)
            + 0.15 * min(related, 6.0)
            - _clumsy(view, seen)
        )

    candidates = [seen for seen in view.seen if id(seen) not in taken and seen.weight("frame", frame)]
    if not candidates:
        return None
    best = max(candidates, key=lambda seen: (score(seen), -seen.clause.start))
    sentence = next(group for group in view.sentences if group[0].clause.sentence == best.clause.sentence)
    return Topic(
        frame,
        _aspect(view, frame, sentence),
        sentiment(view, sentence, fields.get("mood", "open")),
        best,
        weight,
        sentence,
    )


def _clumsy(view: View, seen: Seen) -> float:
    quote = view.quote(seen)
    return 3.0 * ("⟦" in quote) + 1.5 * (len(quote) < 6) + 1.0 * (len(quote) > 60) + seen.weight("mood", "intro")


def _aspect(view: View, frame: str, sentence: list[Seen]) -> Aspect:
    declared = cast("Aspect", frame_fields()[frame]["aspect"])
    bonus = 1.5 if frame_fields()[frame].get("loose") else 6.0
    totals = view.labels("aspect")
    for other, chosen in _SPLIT_STAFF.get(frame, {}).items():
        if totals.get(other, 0.0) >= 3:
            return cast("Aspect", chosen)
    near = {label: w for (kind, label), w in _sum(sentence).items() if kind == "aspect"}
    scores = {
        a: near.get(a, 0.0) + 0.3 * min(totals.get(a, 0.0), 12.0) + (bonus if a == declared else 0.0) for a in ASPECTS
    }
    return max(ASPECTS, key=lambda aspect: scores[aspect])


def _aspect_topic(view: View) -> Topic | None:
    totals = view.labels("aspect")
    if not view.seen or (view.length < _SCOFF and not totals and view.labels("mood").get("sarcasm")):
        return None
    rated = (view.prior != 0 and view.length >= 6) or (view.length >= _SUBSTANCE and not view.labels("noise"))
    felt = [seen for seen in view.seen if rated or seen.pleased or seen.hurt or seen.request]
    if not felt or (not rated and not totals and sum(abs(seen.mood) for seen in felt) < 2):
        return None
    glad = sum(seen.mood for seen in view.seen) + view.prior > 0.5

    def score(seen: Seen) -> float:
        known = sum(w for (kind, _), w in seen.cues.items() if kind in {"aspect", "frame"})
        return known + 0.7 * (seen.mood if glad else -seen.mood) + 0.5 * seen.request - _clumsy(view, seen)

    best = max(felt, key=lambda seen: (score(seen), -seen.clause.start))
    sentence = next(group for group in view.sentences if group[0].clause.sentence == best.clause.sentence)
    near = {label: w for (kind, label), w in _sum(sentence).items() if kind == "aspect"}
    scores = {a: near.get(a, 0.0) + 0.5 * totals.get(a, 0.0) for a in ASPECTS}
    aspect = max(ASPECTS, key=lambda name: scores[name])
    return Topic(None, aspect, sentiment(view, sentence, None), best, 1.0, sentence)


def _differ(one: Topic, other: Topic) -> bool:
    fields = frame_fields()
    deep = [fields[topic.frame]["deep"] if topic.frame else "" for topic in (one, other)]
    return (
        (one.aspect, one.sentiment) != (other.aspect, other.sentiment)
        and (one.best.clause.sentence != other.best.clause.sentence or one.sentiment != other.sentiment)
        and (deep[0] != deep[1] or one.sentiment != other.sentiment)
    )


def sentiment(view: View, sentence: list[Seen], expected: str | None) -> Sentiment:
    """How a need feels: its sentence first, then what its situation usually means, then the stars and the rest."""
    pleased, hurt = sum(seen.pleased for seen in sentence), sum(seen.hurt for seen in sentence)
    rest = sum(max(min(seen.mood, 3.0), -3.0) for seen in view.seen)
    if expected != "positive" and _calm(view, sentence):
        return "neutral"
    usual = {"negative": -2.0, "positive": 2.0, "open": -1.5}.get(expected or "", 0.0)
    score = pleased - hurt + usual + view.prior + 0.15 * max(min(rest, 10.0), -10.0)
    if pleased >= 3 and hurt >= 3 and abs(score) < 1 and not expected:
        return "mixed"
    if score >= 0.8:
        return "positive"
    if score <= -0.8 or (expected == "negative" and score < 0.3):
        return "negative"
    return "neutral"


def _calm(view: View, sentence: list[Seen]) -> bool:
    """Whether a record merely asks: a question or request in which nothing hurts or pleases."""
    felt = sum(seen.hurt for seen in view.seen) + sum(seen.pleased for seen in sentence)
    asks = any(seen.request or seen.weight("wish", "ask") or _IF_ONLY.search(view.quote(seen)) for seen in sentence)
    return asks and abs(view.prior) < 0.5 and (felt < 1.5 or (felt < 3 and view.length < 30))


def deep_of(topic: Topic, view: View) -> tuple[DeepCategory, DeepCategory | None, bool]:
    """Deep category, an equally right second one or None, and whether the customer's words show it (else a guess)."""
    near = {label: w for (kind, label), w in _sum(topic.sentence).items() if kind == "deep"}
    far = view.labels("deep")
    scores = {label: min(near.get(label, 0.0), 6.0) + 0.25 * min(far.get(label, 0.0), 12.0) for label in table("deep")}
    scores[_usual_deep(topic, view)] += 6.0 if topic.frame else 3.0
    ranked = sorted(scores, key=lambda label: -scores[label])
    first, second = cast("DeepCategory", ranked[0]), cast("DeepCategory", ranked[1])
    return first, second if scores[second] >= 0.75 * scores[first] else None, near.get(first, 0.0) >= 3


def _usual_deep(topic: Topic, view: View) -> str:
    if topic.frame:
        return frame_fields()[topic.frame]["deep"]
    if topic.sentiment == "positive":
        return "trust" if topic.aspect in {"staff", "after_sales", "quality", "delivery"} else "ease"
    work = view.segment in {"sme", "enterprise", "government", "dealer", "service_provider"}
    return (work and words("words", "deep_by_work_aspect", topic.aspect)) or words(
        "words", "deep_by_aspect", topic.aspect
    )
