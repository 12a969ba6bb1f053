"""Knows how to say a need on its three rungs, and how far each rung is proved."""

from dataclasses import dataclass

from assistant.domain.vocabulary import DeepCategory, Standing, zh
from assistant.rules.lexicon import table, words
from assistant.rules.scenes import borne_out
from assistant.rules.segment import cut
from assistant.rules.topics import Topic, frame_fields
from assistant.rules.view import Seen, View
from assistant.rules.wording import neat

QUOTE_LEAST, QUOTE_GOOD, QUOTE_MOST = 6, 14, 80
"""Characters of a quote: at least, where possible; enough to stand alone; at most."""
_SURFACE_MOST = 44


@dataclass(frozen=True, slots=True)
class Rung:
    """A sentence and how far it is proved."""

    text: str
    standing: Standing


def quote_of(topic: Topic, view: View) -> str:
    """The words that hurt or please: the topic's best clause, widened inside its sentence until it stands alone."""
    sentence = [seen for seen in topic.sentence if seen.clause.span == topic.best.clause.span]
    first = last = sentence.index(topic.best)
    while _length(sentence, first, last) < QUOTE_GOOD:
        options = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last + 1 < len(sentence))
        fitting = [
            o for o in options if _length(sentence, *o) <= QUOTE_MOST and not _masked(view, sentence, o, (first, last))
        ]
        if not fitting:
            break
        first, last = max(fitting, key=lambda o: _worth(topic, sentence[o[0] if o[0] < first else o[1]]))
    start, end = sentence[first].clause.start, sentence[last].clause.end
    return view.text[start : cut(view.text, start, end, QUOTE_MOST)]


def _length(sentence: list[Seen], first: int, last: int) -> int:
    return sentence[last].clause.end - sentence[first].clause.start


def _masked(view: View, sentence: list[Seen], option: tuple[int, int], now: tuple[int, int]) -> bool:
    return "⟦" in view.quote(sentence[option[0] if option[0] < now[0] else option[1]])


def _worth(topic: Topic, seen: Seen) -> float:
    own = seen.weight("frame", topic.frame) if topic.frame else seen.weight("aspect", topic.aspect)
    return own + 0.5 * abs(seen.mood)


def surface_of(topic: Topic, quote: str) -> str:
    """The complaint or praise in short: the kind of situation before the customer's own clause, or behind it in
    brackets where no situation is known."""
    clause = neat(quote)
    if len(clause) > _SURFACE_MOST:
        clause = clause[: cut(clause, 0, len(clause), _SURFACE_MOST)] + "…"
    if not clause:
        return label_of(topic)
    return f"{label_of(topic)}：{clause}" if topic.frame else f"{clause}（{label_of(topic)}）"


def label_of(topic: Topic) -> str:
    """The name of the situation, or of the aspect and feeling where no situation is known."""
    if topic.frame:
        return frame_fields()[topic.frame]["label"]
    return f"{zh(topic.aspect)}{ {'negative': '不满', 'positive': '称赞', 'neutral': '询问', 'mixed': '褒贬皆有'}[topic.sentiment] }".replace(
        " ", ""
    )


def secondary_of(topic: Topic, view: View) -> Rung:
    """What it does to the customer's dealings: implied where a clause shows it, else the situation's usual reading."""
    best: tuple[float, str, Seen] | None = None
    for seen in view.seen:
        near = 1.5 if seen.clause.sentence == topic.best.clause.sentence else 0.0
        for (kind, label), weight in seen.cues.items():
            if kind == "relation" and _fits(label, topic) and (best is None or weight + near > best[0]):
                best = (weight + near, label, seen)
    if best:
        clause = _piece(view.quote(best[2]))
        return Rung(words("relations", best[1], "text").replace("{q}", clause), "implied")
    said = _usual_secondary(topic)
    if topic.sentiment != "positive":
        said = borne_out(topic.frame or topic.aspect, "secondary", said, _own_words(view))
    return Rung(said.replace("{who}", who(view)), "hypothesis")


def _fits(relation: str, topic: Topic) -> bool:
    glad = words("relations", relation, "mood") == "positive"
    return glad == (topic.sentiment == "positive")


def _usual_secondary(topic: Topic) -> str:
    if topic.sentiment == "positive":
        if topic.frame and frame_fields()[topic.frame].get("mood") == "positive":
            return frame_fields()[topic.frame]["secondary"]
        return words("words", "positive_by_aspect", topic.aspect) or words("words", "positive_by_aspect", "default")
    if topic.frame:
        return frame_fields()[topic.frame]["secondary"]
    return words("words", "secondary_by_aspect", topic.aspect)


def deep_text_of(topic: Topic, deep: DeepCategory, shown: bool, quote: str, view: View) -> Rung:
    """The motive in one sentence; with the quote it is inferred from where the words show it."""
    fields = frame_fields().get(topic.frame or "", {})
    usual = fields.get("deep") == deep
    if usual:
        text = borne_out(topic.frame or "", "deep_text", fields["deep_text"], _own_words(view))
    else:
        text = str(table("deep")[deep]["text"])
    text = text.replace("{who}", who(view))
    if view.record.product and len(view.record.product) <= 12:
        text = f"{text}（谈的是{view.record.product}）"
    return Rung(f"从“{_piece(quote)}”看，{text}", "implied") if shown else Rung(text, "hypothesis")


def _own_words(view: View) -> list[str]:
    """All that the customer said, as one text."""
    return ["\n".join(view.quote(seen) for seen in view.seen)]


def who(view: View) -> str:
    """How the speaker is named, by segment."""
    return words("words", "who", view.segment or "unknown")


def _piece(text: str) -> str:
    short = neat(text)
    return short if len(short) <= 30 else short[:29].split("⟦")[0] + "…"
