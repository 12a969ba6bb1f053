"""Knows how the rules read one record into a draft: its needs, or that it holds none."""

from assistant.domain.drafts import InsightDraft, OpportunityDraft, ReadingDraft
from assistant.domain.records import Record
from assistant.rules.ladder import deep_text_of, quote_of, secondary_of, surface_of
from assistant.rules.lexicon import Lexicon
from assistant.rules.marks import chances_of, effort_of, failure_of, severity_of, signals_of, stage_of, suggestion_of
from assistant.rules.noise import is_noise
from assistant.rules.topics import Topic, deep_of, find_topics
from assistant.rules.view import View


def read_record(record: Record, lexicon: Lexicon) -> ReadingDraft:
    """The reading of one record: at most three needs, each with a quote verbatim in one customer turn."""
    view = View(record, lexicon)
    topics = find_topics(view)
    if is_noise(view, topics):
        topics = []
    chances = chances_of(view, topics) if topics else []
    wish = suggestion_of(view) if topics else None
    insights = [
        _insight(topic, view, wish if n == 0 else None, chances if n == 0 else []) for n, topic in enumerate(topics)
    ]
    return ReadingDraft(
        record_id=record.id,
        noise=not insights,
        journey_stage=stage_of(view, topics),
        signals=signals_of(view, topics),
        insights=insights,
    )


def _insight(topic: Topic, view: View, wish: str | None, chances: list[OpportunityDraft]) -> InsightDraft:
    quote = quote_of(topic, view)
    deep, alternative, shown = deep_of(topic, view)
    secondary, motive = secondary_of(topic, view), deep_text_of(topic, deep, shown, quote, view)
    return InsightDraft(
        quote=quote,
        more_quotes=[],
        surface=surface_of(topic, quote),
        secondary=secondary.text,
        secondary_standing=secondary.standing,
        deep=motive.text,
        deep_standing=motive.standing,
        deep_category=deep,
        deep_category_alt=alternative,
        aspect=topic.aspect,
        sentiment=topic.sentiment,
        severity=severity_of(topic, view),
        effort=effort_of(topic, view),
        suggestion=wish,
        failure_context=failure_of(topic, view),
        opportunities=chances,
    )
