"""How themes, ideas and proposals lose what they took from somebody's records, and what is left of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from assistant.domain.drafts import ThemeDraft
from assistant.domain.proposal_texts import worded
from assistant.domain.vocabulary import by_model
from assistant.records.database import now
from assistant.records.erased_decisions import trim_decisions
from assistant.records.erasing import Belongings
from assistant.records.proposal_store import to_proposal
from assistant.records.record_store import chunks
from assistant.records.tables import (
    idea_themes,
    ideas,
    insights,
    proposal_events,
    proposals,
    records,
    theme_events,
    themes,
)
from assistant.records.traces import Traces

TEXTS = ("title", "definition", "surface", "secondary", "deep")
FEW = 3
"""People; what a model says of fewer may be recognised as one of them."""
ERASED = "erased"
"""The mark of an idea, and the kind of a theme's event."""
_WORDED = frozenset({"title", "from", "to", "before", "after"})
"""What in an event of a theme may be words of it."""
_SENTENCE_ENDS = "。！？!?；;\n"


@dataclass(slots=True)
class Changed:
    """What became of the texts."""

    themes_reworded: int = 0
    themes_gone: int = 0
    ideas_trimmed: int = 0
    ideas_removed: int = 0
    proposals_marked: int = 0
    proposals_withdrawn: int = 0
    reverified: int = 0
    gone: list[str] = field(default_factory=list)
    """Ids of the themes that nobody is left in."""


def quoting_themes(connection: Connection, theirs: Belongings, traces: Traces) -> list[str]:
    """Ids of the themes whose own texts hold any of the traces, or may tell of them in other words.

    The latter are those that a model worded when it was shown them, and that few others remain in.
    """
    gone = set(theirs.record_ids)
    found = []
    for row in connection.execute(select(themes)).mappings():
        quoted = traces.within([row[name] for name in TEXTS])
        shown = by_model(row["engine"]) and not theirs.insight_ids.isdisjoint(row["voices"])
        if quoted or (shown and _people(connection, row["id"], gone) < FEW):
            found.append(row["id"])
    return found


def _people(connection: Connection, theme_id: str, without: Collection[str]) -> int:
    query = select(records.c.id, records.c.person).join(insights, insights.c.record_id == records.c.id)
    rows = connection.execute(query.where(insights.c.theme_id == theme_id)).all()
    return len({row.person for row in rows if row.id not in without})


def reword_themes(
    connection: Connection, theirs: Belongings, reworded: Mapping[str, ThemeDraft], quoting: Sequence[str],
    changed: Changed,
) -> None:  # fmt: skip
    """Give quoting themes the words made from those who remain, forget erased voices, and remove empty themes."""
    members = set(connection.scalars(select(insights.c.theme_id).where(insights.c.theme_id.is_not(None)).distinct()))
    for row in connection.execute(select(themes)).mappings().all():
        voices = [voice for voice in row["voices"] if voice not in theirs.insight_ids]
        where, theme_id = themes.c.id == row["id"], row["id"]
        quotes = theme_id in quoting
        if (quotes or len(voices) < len(row["voices"])) and theme_id not in members:
            changed.gone.append(theme_id)
            for table, column in ((theme_events, "theme_id"), (idea_themes, "theme_id"), (themes, "id")):
                connection.execute(delete(table).where(table.c[column] == theme_id))
        elif quotes:
            draft = reworded.get(theme_id)
            values: dict[str, Any] = {name: getattr(draft, name) if draft else "" for name in TEXTS}
            values |= {"deep_category": draft.deep_category} if draft else {"title": theme_id}
            values |= {"engine": "rules", "updated_at": now()}
            connection.execute(update(themes).where(where).values(voices=voices, **values))
            _forget_words(connection, theme_id)
            event = {"theme_id": theme_id, "kind": ERASED, "detail": {"reworded": True}, "at": now()}
            connection.execute(insert(theme_events).values(**event))
            changed.themes_reworded += 1
        elif voices != row["voices"]:
            connection.execute(update(themes).where(where).values(voices=voices))
    changed.themes_gone = len(changed.gone)


def _forget_words(connection: Connection, theme_id: str) -> None:
    """Take the words that a theme had before out of its lineage, so that no undo brings them back."""
    for row in connection.execute(select(theme_events).where(theme_events.c.theme_id == theme_id)).all():
        detail = {name: item for name, item in row.detail.items() if name not in _WORDED}
        if detail != row.detail:
            connection.execute(update(theme_events).where(theme_events.c.id == row.id).values(detail=detail))


def trim_ideas(connection: Connection, theirs: Belongings, traces: Traces, changed: Changed) -> None:
    """Take erased evidence out of ideas and mark them; one that rests on nothing else, or is worded in their words, goes.

    What is kept is looked up again: evidence that no insight stands behind any more goes as well.
    """
    standing = set(connection.scalars(select(insights.c.id)))
    for row in connection.execute(select(ideas.c.id, ideas.c.content)).all():
        content = row.content
        touched = not theirs.insight_ids.isdisjoint(content["evidence"])
        kept = [one for one in content["evidence"] if not touched or one in standing - theirs.insight_ids]
        worded = traces.within({name: item for name, item in content.items() if name != "evidence"})
        if worded or (content["evidence"] and not kept):
            connection.execute(delete(ideas).where(ideas.c.id == row.id))
            changed.ideas_removed += 1
        elif len(kept) < len(content["evidence"]):
            marks = [*(mark for mark in content["marks"] if mark != ERASED), ERASED]
            values = {"content": {**content, "evidence": kept, "marks": marks}}
            connection.execute(update(ideas).where(ideas.c.id == row.id).values(**values))
            changed.ideas_trimmed += 1
    trim_decisions(connection, theirs, traces)


def mark_proposals(
    connection: Connection, theirs: Belongings, traces: Traces, reworded: Mapping[str, ThemeDraft], changed: Changed
) -> None:
    """Take erased evidence and words out of proposals and mark them; one without evidence left is withdrawn.

    A rung of the ladder that was worded in their words is worded like the theme is now.
    """
    for row in connection.execute(select(proposals)).mappings().all():
        _forget_events(connection, row["id"], traces)
        content, erased = cleaned(row["content"], theirs, traces)
        if content == row["content"]:
            continue
        quotes = [*content["evidence"], *content["counter_evidence"]]
        if broken := _broken(connection, quotes):
            content, more = cleaned(content, theirs, traces, broken)
            erased += more
        changed.reverified += len(quotes)
        if (theme := reworded.get(row["theme_id"])) is not None:
            rungs = {name: getattr(theme, name) for name in ("surface", "secondary", "deep")}
            ladder = content["need_ladder"]
            content["need_ladder"] = {**ladder, **{name: text for name, text in rungs.items() if not ladder[name]}}
        withdrawn = bool(row["content"]["evidence"]) and not content["evidence"]
        before = int(content["provenance"].get("erased", 0))
        marks: dict[str, Any] = {"erased": before + erased, "erased_at": now(), "reverified": len(quotes)}
        if withdrawn:
            content["status"], marks["withdrawn"] = "rejected", "erased"
        content["provenance"] = {**content["provenance"], **marks}
        values = {"content": content, "title": content["title"], "status": content["status"], "updated_at": now()}
        connection.execute(update(proposals).where(proposals.c.id == row["id"]).values(**values))
        changed.proposals_withdrawn += withdrawn
        changed.proposals_marked += not withdrawn


def _broken(connection: Connection, quotes: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """Numbers of the quotes that do not stand, letter for letter, where their record is said to have them."""
    texts: dict[str, str] = {}
    for some in chunks(list({quote["record_id"] for quote in quotes})):
        texts.update(connection.execute(select(records.c.id, records.c.text).where(records.c.id.in_(some))).all())
    return frozenset(
        quote["n"]
        for quote in quotes
        if texts.get(quote["record_id"], "")[quote["start"] : quote["end"]] != quote["quote"]
    )


def cleaned(
    content: Mapping[str, Any], theirs: Belongings, traces: Traces, broken: Collection[int] = ()
) -> tuple[dict[str, Any], int]:
    """A proposal's content without them (and without quotes that are broken), and how many quotes went.

    A statement that keeps no evidence, or holds their words, goes too: it can't be verified any more. Other texts lose
    the sentences that hold their words. Counts stay as they were when they were counted.
    """
    gone = set(theirs.record_ids)
    kept: dict[str, Any] = dict(content)
    lost = {
        item["n"]
        for name in ("evidence", "counter_evidence")
        for item in content[name]
        if item["record_id"] in gone or item["n"] in broken
    }
    for name in ("evidence", "counter_evidence"):
        kept[name] = [item for item in content[name] if item["n"] not in lost]
    kept["statements"] = [
        {**statement, "evidence": left}
        for statement in content["statements"]
        if (
            (left := [n for n in statement["evidence"] if n not in lost])
            or not statement["evidence"]
            or statement.get("figures")
        )
        and not traces.within(statement["text"])
    ]
    if kept["statements"] != content["statements"]:
        kept = _worded(kept)
    target = dict(content["target"])
    target["seed_customers"] = [one for one in target.get("seed_customers", []) if not _is_theirs(one, theirs)]
    kept["target"] = (
        target if target["seed_customers"] != content["target"].get("seed_customers", []) else content["target"]
    )
    kept["provenance"] = _without_insights(content["provenance"], theirs)
    held = {"evidence", "counter_evidence", "statements"}
    rest = {name: item if name in held else _unsaid(item, traces) for name, item in kept.items()}
    rest["title"] = rest["title"] or content["id"]
    return rest, len(lost)


def _worded(content: Mapping[str, Any]) -> dict[str, Any]:
    """A proposal's content with its texts made anew out of the statements that are left."""
    made: dict[str, Any] = json.loads(json.dumps(asdict(worded(to_proposal(content)))))
    return made


def _forget_events(connection: Connection, proposal_id: str, traces: Traces) -> None:
    """Take their words out of what people said and wrote in a proposal's history."""
    query = select(proposal_events.c.id, proposal_events.c.detail).where(proposal_events.c.proposal_id == proposal_id)
    for row in connection.execute(query).all():
        detail = _unsaid(row.detail, traces)
        if detail != row.detail:
            where = proposal_events.c.id == row.id
            connection.execute(update(proposal_events).where(where).values(detail=detail))


def _is_theirs(seed: Mapping[str, Any], theirs: Belongings) -> bool:
    gone = set(theirs.record_ids)
    same = theirs.customer_id is not None and seed.get("customer_id") == theirs.customer_id
    return same or seed.get("customer_id") in gone or not gone.isdisjoint(seed.get("records", ()))


def _without_insights(provenance: Mapping[str, Any], theirs: Belongings) -> Mapping[str, Any]:
    listed = provenance.get("insight_ids")
    if not isinstance(listed, list) or theirs.insight_ids.isdisjoint(listed):
        return provenance
    return {**provenance, "insight_ids": [one for one in listed if one not in theirs.insight_ids]}


def _unsaid(value: Any, traces: Traces) -> Any:
    """A JSON value whose texts have lost the sentences that hold a trace; list items that do are left out."""
    if isinstance(value, str):
        return value if not traces.stand_in(value) else _other_sentences(value, traces)
    if isinstance(value, dict):
        return {name: _unsaid(item, traces) for name, item in value.items() if not traces.within(name)}
    if isinstance(value, list | tuple):
        return [_unsaid(item, traces) for item in value if not (isinstance(item, str) and traces.stand_in(item))]
    return value


def _other_sentences(text: str, traces: Traces) -> str:
    sentences, begin = [], 0
    for at, character in enumerate(text, 1):
        if character in _SENTENCE_ENDS or at == len(text):
            sentences.append(text[begin:at])
            begin = at
    kept = "".join(sentence for sentence in sentences if not traces.stand_in(sentence)).strip()
    return "" if traces.stand_in(kept) else kept
