"""An idea as a reader is shown it whole, and all of them as a portfolio."""

from dataclasses import asdict
from typing import Any

from assistant.domain.filters import Filters
from assistant.domain.ideas import IdeaHead
from assistant.errors import NotFoundError
from assistant.insight.likeness import most_alike
from assistant.insight.portfolio import Card, Portfolio
from assistant.insight.scoring import effort_class
from assistant.pipeline.asking_ideas import Corpus
from assistant.pipeline.context import Context
from assistant.pipeline.ideating import WELL_HEARD, coverage, likeness_of
from assistant.records.idea_weights import read_idea_weights
from assistant.records.repository import Repository
from assistant.records.views import idea_row

_QUOTES = 3
_ALIKE = 5


def idea_sheet(store: Repository, idea_id: str) -> dict[str, Any]:
    """An idea with its themes, the quotes of its evidence, its assumptions beside their tests, votes and history.

    Raises:
        NotFoundError: there is none.
    """
    idea = store.idea(idea_id)
    weights = read_idea_weights(store.database.folder)
    tests = [*idea.tests, *[""] * len(idea.assumptions)]
    known = {theme.id: theme for theme in store.every_theme()}
    return {
        **idea_row(idea),
        "effort_class": effort_class(idea.score_parts.get("effort", 0.0)),
        "assumed": [{"text": text, "test": test} for text, test in zip(idea.assumptions, tests, strict=False)],
        "themes": [
            {"theme_id": one, "title": known[one].title, "customers": known[one].customers, "trend": known[one].trend}
            for one in idea.theme_ids
            if one in known
        ],
        "voices": _voices(store, idea.evidence),
        "voted": store.idea_votes(idea_id),
        "history": store.idea_history(idea_id)[0],
        "weights": weights.parts,
        "ranked_by": f"score × {weights.mark:g} where it misses the loop + {weights.vote:g} × (for − against) / (votes + 2)"
        f" + {weights.edit:g} where a person wrote in it",
    }


def similar_ideas(store: Repository, idea_id: str, most: int = _ALIKE) -> list[tuple[IdeaHead, float]]:
    """The ideas in force that are most like one, with their likeness of 0 to 1.

    Raises:
        NotFoundError: there is none with this id.
    """
    heads = {one.id: one for one in store.idea_heads(Filters())}
    if idea_id not in heads:
        raise NotFoundError(f"there is no idea {idea_id!r}: `voc list ideas` shows which there are")
    others = [one for one in heads.values() if one.id != idea_id and one.status == "proposed"]
    return most_alike(heads[idea_id], others, most)


def portfolio(context: Context) -> Portfolio:
    """Everything in force, with how far it lies apart and what it covers."""
    store, corpus = context.store, Corpus.of(context)
    ideas = store.all_ideas()
    quotes = {one.id: one.quote for one in store.list_insights(Filters(), None)[0]}
    titles = {theme.id: theme.title for theme in store.every_theme()}
    cards = [
        Card(
            idea,
            tuple(titles[one] for one in idea.theme_ids if one in titles),
            tuple(quotes[one] for one in idea.evidence if one in quotes)[:_QUOTES],
        )
        for idea in ideas
    ]
    apart = likeness_of(context, ideas, corpus.materials)
    heard = sum(theme.customers >= WELL_HEARD for theme in corpus.themes)
    return Portfolio(tuple(cards), apart, coverage(corpus, ideas), heard)


def _voices(store: Repository, evidence: tuple[str, ...]) -> list[dict[str, Any]]:
    found = [insight for one in evidence if (insight := store.insight(one)) is not None]
    ids = store.external_ids([insight.record_id for insight in found])
    return [
        {"insight_id": i.id, "record_id": i.record_id, "external_id": ids[i.record_id], **_place(asdict(i))}
        for i in found
    ]


def _place(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("quote", "start", "end", "theme_id")}
