"""How what people decided about ideas, and why ideas were refused, lose what they took from somebody's records."""

from sqlalchemy import Connection, select, update

from assistant.records.erasing import Belongings
from assistant.records.tables import idea_asks, idea_events, idea_votes
from assistant.records.traces import Traces


def trim_decisions(connection: Connection, theirs: Belongings, traces: Traces) -> None:
    """Take erased words and evidence out of what was decided about ideas, and out of the reasons why some were refused."""
    for event in connection.execute(select(idea_events.c.id, idea_events.c.why, idea_events.c.detail)).all():
        held = any(not theirs.insight_ids.isdisjoint(side.get("evidence", ())) for side in event.detail.values())
        if held or traces.within({"why": event.why, "detail": event.detail}):
            gone: dict[str, object] = {"why": None, "detail": {"before": {}, "after": {}}}
            connection.execute(update(idea_events).where(idea_events.c.id == event.id).values(**gone))
    for vote in connection.execute(select(idea_votes)).all():
        if vote.why and traces.within({"why": vote.why}):
            where = idea_votes.c.idea_id == vote.idea_id, idea_votes.c.actor == vote.actor
            connection.execute(update(idea_votes).where(*where).values(why=None))
    for row in connection.execute(select(idea_asks.c.scope, idea_asks.c.refused)).all():
        kept = [one for one in row.refused if not traces.within(one)]
        if len(kept) < len(row.refused):
            connection.execute(update(idea_asks).where(idea_asks.c.scope == row.scope).values(refused=kept))
