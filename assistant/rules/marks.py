"""Knows the side notes of a record: severity, signals, journey stage, wishes, chances, circumstances of a failure."""

from typing import cast

from assistant.domain.drafts import FailureContextDraft, OpportunityDraft, SignalsDraft
from assistant.domain.vocabulary import JourneyStage, OpportunityType
from assistant.rules.lexicon import table
from assistant.rules.orders import without_orders
from assistant.rules.segment import cut
from assistant.rules.topics import Topic
from assistant.rules.view import Seen, View

_GRAVE = {"danger", "locked_out"}
_CHANCES_MOST = 2
_PIECE_MOST = 60


def severity_of(topic: Topic, view: View) -> int:
    """1 praise or trifle · 2 nuisance · 3 disturbs use · 4 costs money, face, work or repeats · 5 danger or great loss."""
    if topic.sentiment == "positive":
        return 1
    if topic.sentiment == "neutral":
        return 2
    far = view.labels("severity")
    near = {label: sum(seen.weight("severity", label) for seen in topic.sentence) for label in far}
    if topic.frame in _GRAVE and (near.get("danger", 0) or topic.weight >= 6):
        return 5
    if near.get("danger", 0) >= 3 or near.get("loss", 0) >= 3 or far.get("danger", 0) + far.get("loss", 0) >= 9:
        return 5
    if (
        near.get("cost", 0) >= 3
        or far.get("cost", 0.0) >= 6
        or near.get("danger")
        or topic.frame in _GRAVE
        or view.prior <= -2
    ):
        return 4
    return 2 if near.get("nuisance", 0) >= 3 else 3


def effort_of(topic: Topic, view: View) -> int:
    """Trouble taken: 1 none (praise) · 2 said once · 4 came again or went higher · 5 both; 3 the rules can't tell."""
    if topic.sentiment == "positive":
        return 1
    found = view.labels("signal")
    marks = sum(found.get(signal, 0.0) >= 3 for signal in ("repeat_contact", "escalation"))
    return (2, 4, 5)[marks]


def signals_of(view: View, topics: list[Topic]) -> SignalsDraft:
    """The five signals of a record, from its cue words and its needs."""
    found = view.labels("signal")
    glad = bool(topics) and topics[0].sentiment == "positive"
    hurt = any(topic.sentiment == "negative" for topic in topics)
    return SignalsDraft(
        churn_risk=found.get("churn_risk", 0.0) >= 3 and (hurt or not glad),
        advocate=found.get("advocate", 0.0) >= 3 and any(topic.sentiment == "positive" for topic in topics),
        resale_aversion=found.get("resale_aversion", 0.0) >= 3,
        escalation=found.get("escalation", 0.0) >= 3 and not glad,
        repeat_contact=found.get("repeat_contact", 0.0) >= 3 and not glad,
    )


def stage_of(view: View, topics: list[Topic]) -> JourneyStage:
    """Where in the journey the record speaks; after sale where nothing says otherwise."""
    text = view.read + without_orders(view.record.title or "")
    marks = {
        stage: sum(text.count(word) for word in str(listed).split())
        for stage, listed in table("words")["stage"].items()
    }
    aspects = {topic.aspect for topic in topics}
    if marks["pre_sale"] >= 1 and marks["pre_sale"] > marks["after_sale"]:
        return "pre_sale"
    if aspects & {"installation", "delivery"} or (marks["in_sale"] >= 2 and marks["in_sale"] > marks["after_sale"]):
        return "in_sale"
    return "after_sale"


def suggestion_of(view: View) -> str | None:
    """The wish that the maker change or offer something, verbatim; "repair mine" is none."""
    best: tuple[float, int, Seen] | None = None
    for number, seen in enumerate(view.seen):
        wish, mine = seen.weight("wish", "wish"), seen.weight("wish", "repair_mine")
        if wish and wish > mine and (best is None or wish - mine > best[0]):
            best = (wish - mine, number, seen)
    if best is None:
        return None
    end = best[2].clause.end
    for seen in view.seen[best[1] + 1 :]:
        if seen.clause.sentence != best[2].clause.sentence or seen.clause.end - best[2].clause.start > _PIECE_MOST:
            break
        end = seen.clause.end
    start = best[2].clause.start
    end = cut(view.text, start, end, 2 * _PIECE_MOST)
    return view.text[start:end] if end - start >= 6 else None


def chances_of(view: View, topics: list[Topic]) -> list[OpportunityDraft]:
    """Chances in the customer's own words, strongest first, at most two, each type once."""
    ranked: list[tuple[float, OpportunityType, Seen]] = []
    frames = {topic.frame for topic in topics}
    for label in sorted(view.labels("chance").keys() - {"pay", "pressed"}):
        fields = table("opportunities")[label]
        gate = fields.get("frames", [])
        lift = 2.0 if isinstance(gate, list) and frames & set(gate) else (-2.0 if gate else 0.0)
        gated = bool(fields.get("gate"))
        weight, _, best = max(
            ((_chance(view, seen, label, gated), -at, seen) for at, seen in enumerate(view.seen)),
            key=lambda item: item[:2],
        )
        if weight and weight + lift >= 3:
            ranked.append((weight + lift, cast("OpportunityType", label), best))
    ranked.sort(key=lambda item: -item[0])
    return [OpportunityDraft(type=kind, quote=_piece(view, seen)) for _, kind, seen in ranked[:_CHANCES_MOST]]


def _chance(view: View, seen: Seen, label: str, gated: bool) -> float:
    """Weight of a chance in a clause; where it is gated, only beside a wish or an offer to pay, which add to it.

    None in a sentence that is angry at being made to buy, unless it wishes for something.
    """
    weight = min(seen.weight("chance", label), 6.0)
    if not weight:
        return 0.0
    beside = [other for other in view.seen if abs(other.clause.sentence - seen.clause.sentence) <= 1]
    near = [other for other in beside if other.clause.sentence == seen.clause.sentence]
    pays = any(other.weight("chance", "pay") for other in beside)
    wishes = any(other.weight("wish", "wish") for other in near)
    if gated and not pays and not wishes:
        return 0.0
    if not wishes and any(other.weight("chance", "pressed") for other in near):
        return 0.0
    return weight + 1.5 * pays + 0.5 * wishes


def _piece(view: View, seen: Seen) -> str:
    """The clause with what follows in its sentence, as far as it stays short."""
    end = seen.clause.end
    for other in view.seen:
        after = other.clause.sentence == seen.clause.sentence and other.clause.start > seen.clause.start
        if after and other.clause.end - seen.clause.start <= _PIECE_MOST and "⟦" not in view.quote(other):
            end = other.clause.end
    return view.text[seen.clause.start : cut(view.text, seen.clause.start, end, _PIECE_MOST)]


def failure_of(topic: Topic, view: View) -> FailureContextDraft | None:
    """Symptom, surroundings, condition and suspected cause as the customer tells them; None without a symptom."""
    if topic.sentiment in {"positive", "neutral"} or topic.aspect not in _CAN_FAIL:
        return None
    parts = {label: _best_clause(view, topic, label) for label in table("failure")}
    if not parts["symptom"]:
        return None
    return FailureContextDraft(
        symptom=parts["symptom"],
        environment=parts["environment"],
        condition=parts["condition"],
        suspected_cause=parts["cause"],
    )


_CAN_FAIL = {
    "quality",
    "performance",
    "software",
    "usability",
    "design",
    "consumables",
    "installation",
    "parts",
    "after_sales",
}


def _best_clause(view: View, topic: Topic, label: str) -> str:
    near = topic.best.clause.sentence
    scored = [
        (seen.weight("failure", label) + 1.0 * (abs(seen.clause.sentence - near) <= 1), -at, seen)
        for at, seen in enumerate(view.seen)
        if seen.weight("failure", label) and "⟦" not in view.quote(seen)
    ]
    return view.quote(max(scored, key=lambda item: item[:2])[2])[:40] if scored else ""
