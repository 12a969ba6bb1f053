"""Whatever people decide about themes, in whatever order, the runs between leave it as it is, and it can be taken back."""

import copy
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.bootstrap import App, open_app
from assistant.intake.shapes import ReadOptions
from assistant.records.curation import Edit
from assistant.settings import Settings

CASES = Path(__file__).parents[2] / "evals" / "cases" / "xinglan" / "records.jsonl"
EDITS = ("reword", "merge", "split", "move", "lock", "archive")


@dataclass
class Wanted:
    """What people decided and nobody took back."""

    titles: dict[str, str] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    closed: dict[str, frozenset[str]] = field(default_factory=dict)
    put_away: set[str] = field(default_factory=set)


class People:
    """Somebody who edits at random, remembers what was decided, and looks whether it holds."""

    def __init__(self, app: App, dice: random.Random) -> None:
        self.app, self.dice = app, dice
        self.wanted = Wanted()
        self.done: list[tuple[Edit, Wanted]] = []

    def members(self) -> dict[str, frozenset[str]]:
        return {theme.id: insights for theme, insights, _ in self.app.store.theme_members() if insights}

    def edit(self, kind: str) -> None:
        open_ones = {
            theme_id: own
            for theme_id, own in sorted(self.members().items())
            if theme_id not in self.wanted.closed and theme_id not in self.wanted.put_away
        }
        if len(open_ones) < 2:
            return
        before = copy.deepcopy(self.wanted)
        one, other = self.dice.sample(sorted(open_ones), 2)
        edit = getattr(self, f"_{kind}")(one, other, open_ones)
        if edit is not None:
            self.done.append((edit, before))

    def _reword(self, one: str, other: str, members: dict[str, frozenset[str]]) -> Edit:
        title = f"人写的名字{len(self.done)}{self.dice.random()}"
        self.wanted.titles[one] = title
        return self.app.pipeline.curate(lambda store: store.reword_theme(one, {"title": title}, "w"))

    def _merge(self, one: str, other: str, members: dict[str, frozenset[str]]) -> Edit:
        self.wanted.homes |= dict.fromkeys(members[one] | members[other], other)
        self.wanted.titles.pop(one, None)
        return self.app.pipeline.curate(lambda store: store.merge_themes([one], other, "w"))

    def _split(self, one: str, other: str, members: dict[str, frozenset[str]]) -> Edit | None:
        own = sorted(members[one])
        if len(own) < 2:
            return None
        out = self.dice.sample(own, len(own) // 2)
        title = f"分出来的{len(self.done)}{self.dice.random()}"
        edit = self.app.pipeline.curate(lambda store: store.split_theme(one, out, title, "w"))
        self.wanted.titles[edit.themes[-1]] = title
        self.wanted.homes |= {i: edit.themes[-1] if i in out else one for i in own}
        return edit

    def _move(self, one: str, other: str, members: dict[str, frozenset[str]]) -> Edit:
        moved = self.dice.choice(sorted(members[one]))
        self.wanted.homes[moved] = other
        return self.app.pipeline.curate(lambda store: store.move_insights([moved], other, "w"))

    def _lock(self, one: str, other: str, members: dict[str, frozenset[str]]) -> Edit:
        self.wanted.closed[one] = members[one]
        return self.app.pipeline.curate(lambda store: store.flag_theme(one, "locked", True, "w"))

    def _archive(self, one: str, other: str, members: dict[str, frozenset[str]]) -> Edit:
        self.wanted.put_away.add(one)
        return self.app.pipeline.curate(lambda store: store.flag_theme(one, "archived", True, "w"))

    def undo(self) -> None:
        if self.done:
            edit, self.wanted = self.done.pop()
            self.app.pipeline.curate(lambda store: store.undo_edit(edit.id, "w"))

    def look(self) -> None:
        members = self.members()
        home = {insight: theme for theme, own in members.items() for insight in own}
        titles = {theme.id: theme.title for theme in self.app.store.every_theme()}
        assert {theme: titles[theme] for theme in self.wanted.titles} == self.wanted.titles
        assert {insight: home.get(insight) for insight in self.wanted.homes} == self.wanted.homes
        for theme, own in self.wanted.closed.items():
            assert members[theme] == own
        listed = [theme.id for theme in self.app.store.themes()]
        assert not self.wanted.put_away & set(listed)
        assert len(listed) == len({titles[theme] for theme in listed}), "no two themes have one title"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a part of the sample read and put into themes."""
    folder = tmp_path_factory.mktemp("decisions")
    lines = CASES.read_text(encoding="utf-8").splitlines()
    (folder / "half.jsonl").write_text("\n".join(lines[:70]), encoding="utf-8")
    (folder / "more.jsonl").write_text("\n".join(lines[70:82]), encoding="utf-8")
    app = opened(folder / "data")
    app.pipeline.ingest([folder / "half.jsonl"], ReadOptions())
    app.pipeline.analyse()
    app.pipeline.index()
    app.pipeline.themes()
    app.store.database.close()
    return folder


def opened(folder: Path) -> App:
    return open_app(Settings(engine="rules", data_dir=folder, language="zh"))


def steps() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([*EDITS, "undo", "run", "rebuild"]), min_size=3, max_size=7)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps(), seed=st.integers(0, 10_000))
def test_no_run_writes_over_a_decision_and_each_can_be_taken_back(
    base: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[str], seed: int
) -> None:
    for people in playing(base, tmp_path_factory.mktemp("played"), random.Random(seed)):
        for step in [*steps, "more", "run"]:
            if step in ("run", "rebuild"):
                people.app.pipeline.themes(rebuild=step == "rebuild")
            elif step == "more":
                people.app.pipeline.ingest([base / "more.jsonl"], ReadOptions())
                people.app.pipeline.analyse()
            elif step == "undo":
                people.undo()
            else:
                people.edit(step)
            people.look()
        while people.done:
            people.undo()
            people.look()
        assert not set(people.app.store.theme_decisions()) & set(people.members())


def playing(base: Path, folder: Path, dice: random.Random) -> Iterator[People]:
    shutil.copytree(base / "data", folder / "data")
    app = opened(folder / "data")
    yield People(app, dice)
    app.store.database.close()
