"""What a recording does not hold is never served: the rules do it and say so; what is recorded anew asks only what is missing."""

from pathlib import Path
from typing import Any

import pytest

from assistant.bootstrap import App, open_app
from assistant.cli.demo.script import read_script
from assistant.cli.demo.staging import recording_app
from assistant.domain.filters import Filters
from assistant.errors import SettingError, UsageError
from assistant.insight.accepting import misquotes
from assistant.intake.reading import ReadOptions
from assistant.llm.company import NOTHING
from assistant.llm.recording import Recording, read_recording
from assistant.llm.replaying import (
    NOTE,
    RECORDING,
    RecordedEngine,
    Replay,
    circumstances,
    first_questions,
    made_with,
    noted,
    replay_of,
    stale_parts,
    told_of,
)
from assistant.rules.engine import RulesEngine
from assistant.settings import Settings, load_settings
from tests.stub_model import StubModel

QUESTION = "客户说热水忽冷忽热，怎么回？"
HEAD: dict[str, Any] = {
    "task": "demo", "shaping": {"endpoint": "http://localhost/v1", "model": "m", "temperature": "0"},
    "made_with": made_with(), "recorded": "2026-11-22", "today": "2026-11-02",
}  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> Recording:
    """A recording in which nothing stands, as after a change of every prompt."""
    return Recording(tmp_path / "empty.jsonl.gz", dict(HEAD))


def test_a_prompt_that_reads_otherwise_makes_its_part_stale(empty: Recording) -> None:
    assert stale_parts(empty) == []
    empty.head["made_with"] = {**made_with(), "name_theme": "name_theme.v1 0123", "draft_need": "draft_need.v2 4567"}
    assert stale_parts(empty) == ["name_theme", "draft_need"]


def test_what_is_stale_is_done_by_the_rules_who_say_so(empty: Recording, tmp_path: Path) -> None:
    replay = Replay(empty, circumstances(load_settings(data_dir=tmp_path)))
    rules = RulesEngine()
    engine = RecordedEngine(replay, b"secret", rules, None, NOTHING, misquotes)
    assert set(first_questions(engine)) < set(read_script().questions)
    assert first_questions(rules) == []
    app = open_app(load_settings(data_dir=tmp_path, engine="rules"), engine=engine)
    receipts: dict[str, Any] = dict(app.pipeline.run([_tickets(tmp_path)], ReadOptions()))
    assert receipts["analyse"].engine == "llm (recorded m, 2026-11-22)"
    assert receipts["analyse"].by_rules == receipts["analyse"].done - receipts["analyse"].same_text > 0
    assert receipts["ideas"].by_rules > 0
    assert {one.engine for one in app.store.list_insights(Filters(), None)[0]} == {"rules"}
    assert {one.engine for one in app.store.themes()} == {"rules"}
    ideas = app.store.all_ideas()
    assert {one.engine for one in ideas} == {"rules"}
    assert app.pipeline.propose(ideas[0].id).engine == "rules"
    answer = app.ask.ask(QUESTION)
    assert answer.engine == "rules"
    assert {"extract_insights", "name_theme", "suggest_ideas", "draft_need"} <= set(empty.lacking)
    app.close()


def test_a_directory_says_which_recording_it_is_played_back_from(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, engine="auto", openai_api_key=None, openai_base_url=None)
    assert replay_of(settings) is None
    (tmp_path / NOTE).write_text('{"digest": "another"}', encoding="utf-8")
    with pytest.raises(SettingError, match="another recording"):
        replay_of(settings)
    note = told_of(read_recording(RECORDING))
    (tmp_path / NOTE).write_text(str(note).replace("'", '"'), encoding="utf-8")
    assert noted(tmp_path) == note
    for engine in ("auto", "rules"):
        assert replay_of(load_settings(data_dir=tmp_path, engine=engine, openai_api_key=None)) is not None
    assert replay_of(load_settings(data_dir=tmp_path, engine="auto", openai_api_key="k")) is None


def test_recording_goes_on_where_it_was_stopped_and_asks_only_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl.gz"
    with StubModel() as stub:
        settings = load_settings(openai_base_url=stub.base_url, openai_api_key="k", data_dir=tmp_path)
        with pytest.raises(RuntimeError, match="stopped"):
            _ask_and_stop(settings, path)
        asked = len(stub.chats)
        assert asked
        assert not path.exists()
        with recording_app(settings, path) as app:
            _ask(app, tmp_path)
        assert len(stub.chats) == asked
    kept = read_recording(path)
    assert len(kept.answers) == asked
    assert kept.head["made_with"] == made_with()
    assert stale_parts(kept) == []
    assert not list(tmp_path.glob("*.part"))


def _ask_and_stop(settings: Settings, path: Path) -> None:
    with recording_app(settings, path) as app:
        _ask(app, settings.data_dir)
        raise RuntimeError("stopped")


def _ask(app: App, folder: Path) -> None:
    app.pipeline.ingest([_tickets(folder)], ReadOptions())
    app.pipeline.index()
    app.ask.ask(QUESTION)


def _tickets(folder: Path) -> Path:
    """Eight customers who tell of the same."""
    rows = "".join(f"{n},客户{n},X5,热水忽冷忽热第{n}回，孩子洗澡哭了，修了三次都没修好\n" for n in range(1, 9))
    file = folder / "own.csv"
    file.write_text("编号,客户编号,产品,内容\n" + rows, encoding="utf-8")
    return file


def test_recording_needs_a_model(tmp_path: Path) -> None:
    settings = load_settings(engine="rules", data_dir=tmp_path)
    with pytest.raises(UsageError, match="set OPENAI_API_KEY"), recording_app(settings, tmp_path / "r.gz"):
        pass
