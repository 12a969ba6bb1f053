"""Misfits are remembered with a theme's lineage: the last word on each theme counts."""

from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme
from assistant.records.repository import Repository


def test_the_last_misfits_of_each_theme_are_known(store: Repository) -> None:
    themes = [Theme(n, n, "", "", "", "", LadderStanding(), "trust", "llm") for n in ("th_1", "th_2")]
    assert store.theme_misfits() == {}
    store.save_themes(themes, {}, {}, [("th_1", "misfits", {"insights": ["in_1"]})])
    store.save_themes(
        themes,
        {},
        {},
        [("th_1", "misfits", {"insights": ["in_2", "in_3"]}), ("th_2", "misfits", {"insights": []})],
    )
    assert store.theme_misfits() == {"th_1": {"in_2", "in_3"}, "th_2": frozenset()}
