"""A throwaway copy of a small house for every document: tickets read, grouped, with ideas, leads, a proposal, an answer."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.bootstrap import App, open_app
from assistant.domain.filters import Filters
from assistant.intake.shapes import ReadOptions
from assistant.records.views import Kind, page
from assistant.settings import Settings
from tests.docs.blocks import ROOT

SOURCES = Path(__file__).with_name("tickets.csv"), ROOT / "assistant/sample/xinglan/source/回访问卷_2026.csv"
_KINDS: tuple[Kind, ...] = ("records", "insights", "themes", "ideas", "leads")
_ID = re.compile(r"\b(th|id|pr|ld|an|r|in|ed)_[0-9a-f]{8,16}(?![0-9a-z])|\bC\d{4}\b|\b[A-E]-\d{3}\b")


@dataclass(frozen=True, slots=True)
class House:
    """A directory to work in, with the data directory `data` and files to import in `exports`."""

    place: Path
    ids: dict[str, str]

    def at_home(self, text: str) -> str:
        """A text with the ids of this house in the place of those it shows."""
        return _ID.sub(self._known, text)

    def _known(self, hit: re.Match[str]) -> str:
        kind = hit[1] or ("customer" if hit[0][1] != "-" else "record")
        return self.ids.get(kind, hit[0])


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house that the others are copies of."""
    place = tmp_path_factory.mktemp("house")
    exports = place / "exports"
    exports.mkdir()
    for source in SOURCES:
        shutil.copy(source, exports)
    app = open_app(Settings(engine="rules", data_dir=place / "data"))
    dict(app.pipeline.run([exports], ReadOptions()))
    return House(place, _ids(app))


def _ids(app: App) -> dict[str, str]:
    """One id of each kind."""
    first = {kind: page(app.store, kind, Filters(), 1, 0)[0][0] for kind in _KINDS}
    answer = app.ask.ask("8月有多少条打印机掉线的反馈？", Filters())
    idea = first["ideas"]["idea_id"]
    return {
        "th": first["themes"]["theme_id"], "in": first["insights"]["insight_id"],
        "id": idea, "pr": app.pipeline.propose(idea).id, "ld": first["leads"]["id"], "an": answer.id,
        "r": first["records"]["record_id"], "record": first["records"]["external_id"],
        "customer": first["leads"]["customer_id"],
    }  # fmt: skip


@pytest.fixture
def copied(built: House, tmp_path: Path) -> Callable[[], House]:
    """Makes a copy to be thrown away."""

    def copy() -> House:
        place = tmp_path / "house"
        shutil.copytree(built.place, place)
        return House(place, built.ids)

    return copy


@pytest.fixture
def house(copied: Callable[[], House], monkeypatch: pytest.MonkeyPatch) -> House:
    """A copy that is the working directory, every setting the default."""
    for name in list(os.environ):
        if name.startswith(("VOC_", "OPENAI_")):
            monkeypatch.delenv(name)
    made = copied()
    monkeypatch.chdir(made.place)
    return made
