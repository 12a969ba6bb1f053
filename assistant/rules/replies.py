"""Knows a reply that staff may send: fitting the need behind the question, with one question, promising nothing."""

import re
from collections.abc import Iterable

from assistant.domain.answers import AnswerMaterial
from assistant.domain.vocabulary import ASPECTS, DEEP_CATEGORIES, Aspect, DeepCategory
from assistant.rules.gist import motives_in
from assistant.rules.house import rules_to_read_out
from assistant.rules.lexicon import lexicon, normalise, table, words
from assistant.rules.telling import frame_of
from assistant.rules.topics import frame_fields
from assistant.rules.trades import worded

_ASKS_REPLY = re.compile(r"怎么(?:回(?!事)|答|说|讲|跟|安抚|解释|处理)|如何(?:回|答|安抚|解释)|话术|怎样回|回复客户")
_ONE_CUSTOMER = re.compile(
    r"^(?:有个?|这位|那位|一位|一个)?(?:客户|用户|顾客)(?:说|问|抱怨|投诉|反映|来电|打电话)"
    r"(?!(?:了|过|得|的)?(?:最|什么|啥|哪|多少|几|的是))(?!.*(?:最多|哪些|多少|几[条个位]|趋势|占比|原话))"
)
"""A question that is about the trouble of one customer."""
_SHOWN = 3.0
"""Weight of a situation's cues in the question from which the question itself says what it is about."""

_HARMFUL = frozenset({"danger", "bad_smell", "temperature_unsteady"})
_NEEDS_HARM = frozenset({"heat", "injury", "smell", "brake", "fire"})
"""Kinds of danger whose words mean harm only beside a situation that does."""

_Scores = dict[tuple[str, str], float]


def reply_to(material: AnswerMaterial) -> tuple[str | None, list[str]]:
    """A reply staff may send, by situation, motive and aspect, and the names (``D1``) of the documents it reads out of;
    None where the question asks for none.

    The situation is the one the question shows; else that of the theme that fits it best. The motive is that of the
    theme, else the situation's own. A rule of the house that the trouble falls under is read out in its own words.
    """
    if not _wanted(material):
        return None, []
    scores = _scores([material.question])
    frame = _frame(material, scores)
    if frame is not None and frame_fields()[frame].get("mood") == "positive":
        return f"{words('replies', 'opening', 'praise')}{words('replies', 'body', 'thanks')}" + _close("positive"), []
    scores = _scores([material.question] * 3 + [voice.quote for voice in material.voices[:4]])
    aspect = _aspect(material, frame, scores)
    opening = words("replies", "opening", _motive(material, frame, aspect, scores))
    ask = worded(frame or "", "ask", [material.question]) or words("replies", "ask", aspect or "default")
    asked = words("replies", "body", "question").replace("{ask}", ask)
    read_out, backed_by = rules_to_read_out(material)
    body = [_safety(material, frame), opening, *read_out, asked, words("replies", "body", "record")]
    return f"您好，{''.join(body)}{_close('negative')}", backed_by


def _wanted(material: AnswerMaterial) -> bool:
    """Whether a reply is asked for, or the question is one customer's trouble; what is counted by something is neither."""
    plan, question = material.plan, material.question
    if "reply" in plan.intents or _ASKS_REPLY.search(question):
        return True
    return (
        plan.by is None
        and not {"count", "compare", "trend"} & set(plan.intents)
        and bool(_ONE_CUSTOMER.search(question))
    )


def _safety(material: AnswerMaterial, frame: str | None) -> str:
    """What to do before anything else where somebody may come to harm, by the kind of danger; empty where there is none.

    The question tells; where it names no matter of its own, the first voices do.
    """
    texts = [material.question] if _tells(material.question) else [v.quote for v in material.voices[:2]]
    heard = normalise("\n".join(texts))
    harm = frame in _HARMFUL or any(hit.label == "danger" and hit.weight >= _SHOWN for hit in lexicon().scan(heard))
    for kind, line in table("replies")["safety"].items():
        marks, advice = str(line).split("|")
        if any(mark in heard for mark in marks.split()) and (harm or kind not in _NEEDS_HARM):
            return advice
    return words("replies", "safety", "default").removeprefix("|") if frame == "danger" else ""


def _tells(question: str) -> bool:
    """Whether a question says by a plain word of its own what happened."""
    return any(hit.kind == "frame" and hit.weight >= _SHOWN for hit in lexicon().scan(normalise(question)))


def _close(mood: str) -> str:
    return words("replies", "close", mood)


def _frame(material: AnswerMaterial, scores: _Scores) -> str | None:
    themed = next((frame for need in material.needs[:1] if (frame := frame_of(need.surface))), None)
    best = _best("frame", frame_fields(), scores)
    if best is None or scores["frame", best] < _SHOWN:
        return themed
    return themed if themed and scores.get(("frame", themed), 0.0) >= 0.5 * scores["frame", best] else best


def _aspect(material: AnswerMaterial, frame: str | None, scores: _Scores) -> Aspect | None:
    asked = [aspect for aspect in material.plan.filters.aspect if aspect in ASPECTS]
    if asked:
        return asked[0]
    name = frame_fields()[frame]["aspect"] if frame else _best("aspect", ASPECTS, scores)
    return next((aspect for aspect in ASPECTS if aspect == name), None)


def _motive(material: AnswerMaterial, frame: str | None, aspect: Aspect | None, scores: _Scores) -> DeepCategory:
    need = next(iter(material.needs), None)
    if need is not None and (frame is None or frame_of(need.surface) in {frame, None}):
        told = [deep for deep in DEEP_CATEGORIES if deep in motives_in(need.deep)]
        if told:
            return told[0]
    name = frame_fields()[frame]["deep"] if frame else _best("deep", DEEP_CATEGORIES, scores)
    name = name or words("words", "deep_by_aspect", aspect or "after_sales")
    return next((deep for deep in DEEP_CATEGORIES if deep == name), "respect")


def _scores(texts: Iterable[str]) -> _Scores:
    scores: _Scores = {}
    for text in texts:
        for hit in lexicon().scan(normalise(text)):
            marks = [(hit.kind, hit.label)]
            if hit.kind == "frame":
                fields = frame_fields()[hit.label]
                marks += [("aspect", fields["aspect"]), ("deep", fields["deep"])]
            for mark in marks:
                scores[mark] = scores.get(mark, 0.0) + hit.weight
    return scores


def _best(kind: str, labels: Iterable[str], scores: _Scores) -> str | None:
    weight, label = max(((scores.get((kind, label), 0.0), label) for label in labels), key=lambda item: item[0])
    return label if weight else None
