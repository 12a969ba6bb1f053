"""Knows a reply that staff may send: fitting the need behind the question, with one question, promising nothing."""

import re
from collections.abc import Iterable
from functools import cache
from typing import cast

from assistant.domain.answers import AnswerMaterial
from assistant.domain.vocabulary import ASPECTS, DEEP_CATEGORIES, Aspect, DeepCategory
from assistant.rules.gist import motives_in
from assistant.rules.house import rules_to_read_out
from assistant.rules.lexicon import lexicon, normalise, table, words
from assistant.rules.telling import frame_of
from assistant.rules.topics import frame_fields
from assistant.rules.trades import worded
from assistant.rules.trouble import said_back, told

_ASKS_REPLY = re.compile(r"怎么(?:回(?!事)|答|说|讲|跟|安抚|解释|处理)|如何(?:回|答|安抚|解释)|话术|怎样回|回复客户")
_ONE_CUSTOMER = re.compile(
    r"^(?:有个?|这位|那位|一位|一个)?(?:客户|用户|顾客)(?:说|问|抱怨|投诉|反映|来电|打电话)"
    r"(?!(?:了|过|得|的)?(?:最|什么|啥|哪|多少|几|的是))(?!.*(?:最多|哪些|多少|几[条个位]|趋势|占比|原话))"
)
"""A question that is about the trouble of one customer."""
_COMPLAINS = re.compile(words("replies", "lacking", "complains"))
_CLAUSE = re.compile(r"[^,，。;；!！?？\n]+")
_SHOWN, _HINTED = 3.0, 2.0
"""Weight of a situation's cues in the question from which the question itself says what it is about, and from which it bears
out what the theme says."""

_COSTS_MOST = 2
_OF_DEALINGS = frozenset(
    {"price", "installation", "delivery", "after_sales", "staff", "privacy", "settlement", "parts", "recycling"}
)
"""Aspects of which a customer is asked otherwise than of a thing that does not work."""

_HARMFUL = frozenset({"danger", "bad_smell", "temperature_unsteady"})
_NEEDS_HARM = frozenset({"heat", "injury", "smell", "brake", "fire"})
"""Kinds of danger whose words mean harm only beside a situation that does."""

_Scores = dict[tuple[str, str], float]


def reply_to(material: AnswerMaterial) -> tuple[str | None, list[str]]:
    """A reply staff may send, and the names (``D1``) of the documents it reads out of; None where the question asks for none.

    It begins with what the customer says it cost them (time, effort, money, rest …), says a clause of theirs back, and asks
    one thing: that of the situation their own words show; else what helps with any trouble and was not told yet. A rule of
    the house that the trouble falls under is read out in its own words.
    """
    if not _wanted(material):
        return None, []
    trouble = told(material.question)
    scores = _scores([trouble])
    frame = _frame(material, scores)
    if _praises(material, frame):
        return f"{words('replies', 'opening', 'praise')}{words('replies', 'body', 'thanks')}" + _close("positive"), []
    read_out, backed_by = rules_to_read_out(material, trouble)
    asked = words("replies", "body", "question").replace("{ask}", _ask(material, trouble, frame, scores))
    body = [
        _safety(material, frame),
        *_opening(material, trouble, frame),
        *read_out,
        asked,
        words("replies", "body", "record"),
    ]
    return f"您好，{''.join(body)}{_close('negative')}", backed_by


def _praises(material: AnswerMaterial, frame: str | None) -> bool:
    if _displeased(material.question):
        return False
    return (frame is not None and _glad(frame)) or _heard_of("praise", material.question)


def _glad(frame: str) -> bool:
    return frame_fields()[frame].get("mood") == "positive"


def _displeased(question: str) -> bool:
    """Whether a question tells of a complaint, a cost or a harm: a word that also stands in praise then is none."""
    return any(_costs(question)) or _COMPLAINS.search(_plain(question)) is not None


def _opening(material: AnswerMaterial, trouble: str, frame: str | None) -> list[str]:
    """What the customer says it cost them, of two kinds at most, and their own words; where they say of no cost, the motive
    of the situation that their words show, and where these show none, their words alone."""
    costs = list(_costs(material.question))[:_COSTS_MOST]
    opening = [_heard()[kind][1] for kind in costs]
    opening = [*(text.replace(words("replies", "body", "sorry"), "") for text in opening[:-1]), *opening[-1:]]
    if not opening and (frame is not None or not tells_a_trouble(material)):
        motive = _motive(material, frame, _aspect(material, frame, _scores([trouble])), _scores([trouble]))
        opening = [words("replies", "opening", motive)]
    echo = said_back(trouble) if trouble != material.question else None
    if echo is not None:
        return [*opening, words("replies", "body", "echo").replace("{echo}", echo)]
    return opening or [words("replies", "body", "plain")]


def tells_a_trouble(material: AnswerMaterial) -> bool:
    """Whether a question tells of a trouble in words of its own, beside asking for a reply."""
    trouble = told(material.question)
    return trouble != material.question and said_back(trouble) is not None


def _costs(question: str) -> Iterable[str]:
    """The kinds of cost that a question tells of, the gravest first."""
    return (kind for kind in _heard() if kind != "praise" and _heard_of(kind, question))


def _heard_of(kind: str, question: str) -> bool:
    return _heard()[kind][0].search(_plain(question)) is not None


def _ask(material: AnswerMaterial, trouble: str, frame: str | None, scores: _Scores) -> str:
    """One question that helps: of the situation or the aspect that a trouble's own words show, else what is not told yet."""
    if not tells_a_trouble(material):
        return worded(frame or "", "ask", [material.question]) or words("replies", "ask", "default")
    if asked := next((ask for kind in _costs(trouble) if (ask := _heard()[kind][2])), None):
        return asked
    if frame is not None and scores.get(("frame", frame), 0.0) >= _SHOWN:
        return worded(frame, "ask", [trouble])
    aspect = _best("aspect", ASPECTS, scores)
    if aspect in _OF_DEALINGS and scores["aspect", aspect] >= _SHOWN:
        return words("replies", "ask", aspect)
    lacking = [] if material.plan.filters.product else [words("replies", "lacking", "model")]
    lacking += (
        []
        if re.search(words("replies", "lacking", "told_time"), normalise(trouble))
        else [words("replies", "lacking", "time")]
    )
    return "，".join([*lacking, words("replies", "lacking", "signs")])


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
    own = _tells(material.question) or tells_a_trouble(material)
    texts = [material.question] if own else [v.quote for v in material.voices[:2]]
    heard = _plain("\n".join(texts))
    hurt = own and _heard_of("hurt", material.question)
    harm = (
        hurt
        or frame in _HARMFUL
        or any(hit.label == "danger" and hit.weight >= _SHOWN for hit in lexicon().scan(heard))
    )
    for kind, line in table("replies")["safety"].items():
        marks, advice = str(line).split("|")
        if any(mark in heard for mark in marks.split()) and (harm or kind not in _NEEDS_HARM):
            return advice
    if hurt:
        return words("replies", "safety", "injury").split("|")[1]
    return words("replies", "safety", "default").removeprefix("|") if frame == "danger" else ""


def _plain(text: str) -> str:
    """A text normalised, in which a thing that was scratched (快递划伤新车) is damaged and not hurt."""
    harm, body = (re.compile(words("replies", "things", name)) for name in ("harm", "body"))

    def told_of(clause: re.Match[str]) -> str:
        return clause.group() if body.search(clause.group()) else harm.sub(r"\1坏", clause.group())

    return _CLAUSE.sub(told_of, normalise(text))


def _tells(question: str) -> bool:
    """Whether a question says by a plain word of its own what happened."""
    return any(hit.kind == "frame" and hit.weight >= _SHOWN for hit in lexicon().scan(_plain(question)))


def _close(mood: str) -> str:
    return words("replies", "close", mood)


@cache
def _heard() -> dict[str, tuple[re.Pattern[str], str, str]]:
    """Kind of cost → how customers tell of it, what is said to that, and what is asked of it (empty: nothing of its own)."""
    rows = cast("dict[str, dict[str, str]]", table("replies")["heard"])
    return {kind: (re.compile(row["told"]), row["said"], row.get("ask", "")) for kind, row in rows.items()}


def _frame(material: AnswerMaterial, scores: _Scores) -> str | None:
    """The situation that the question's own words show; the theme's where they show none, and do not tell another trouble."""
    echo = said_back(told(material.question)) if tells_a_trouble(material) else None
    plain = _scores([echo]) if echo else {}
    situations = [name for name in frame_fields() if not (_displeased(material.question) and _glad(name))]
    shown = _best("frame", situations, plain)
    if shown is not None and plain["frame", shown] >= _SHOWN:
        return shown
    themed = next((frame for need in material.needs[:1] if (frame := frame_of(need.surface))), None)
    best = _best("frame", situations, scores)
    if best is None or scores["frame", best] < _SHOWN:
        own = tells_a_trouble(material)
        return themed if not own or scores.get(("frame", themed or ""), 0.0) >= _HINTED else None
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
        motives = [deep for deep in DEEP_CATEGORIES if deep in motives_in(need.deep)]
        if motives:
            return motives[0]
    name = frame_fields()[frame]["deep"] if frame else _best("deep", DEEP_CATEGORIES, scores)
    name = name or words("words", "deep_by_aspect", aspect or "after_sales")
    return next((deep for deep in DEEP_CATEGORIES if deep == name), "respect")


def _scores(texts: Iterable[str]) -> _Scores:
    scores: _Scores = {}
    for text in texts:
        for hit in lexicon().scan(_plain(text)):
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
