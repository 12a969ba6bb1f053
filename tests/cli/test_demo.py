"""What a newcomer sees without a key: a real model's run played back, whole, named as such, and never when it is stale."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.bootstrap import App, open_app
from assistant.cli.demo.choosing import AUDIENCES
from assistant.cli.demo.command import demo
from assistant.cli.demo.page import Page
from assistant.cli.demo.playing import Played, in_its_stead
from assistant.cli.demo.script import read_script
from assistant.cli.demo.staging import engine_of, prepared, settings_for
from assistant.cli.tables import width
from assistant.domain.filters import Filters
from assistant.domain.proposals import Proposal
from assistant.domain.vocabulary import NBN_TYPES
from assistant.errors import BusyError, SettingError, UsageError
from assistant.intake.reading import ReadOptions
from assistant.llm.recording import read_recording
from assistant.llm.replaying import NOTE, RECORDING, RecordedEngine, replay_of, stale_parts
from assistant.pipeline.turns import run_lock
from assistant.settings import load_settings

ANEW = "record it anew with a model set: `voc demo --record`"
RECORDED = "llm (recorded "


def unset(**given: str) -> dict[str, str | None]:
    """An environment in which nothing of the product is set but this."""
    names = [name for name in os.environ if name.startswith(("VOC_", "OPENAI_"))]
    return {**dict.fromkeys(names), **given}


@dataclass(frozen=True)
class Shown:
    """The demo, played from nothing."""

    folder: Path
    page: str
    code: int


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    data = tmp_path_factory.mktemp("demo")
    ran = CliRunner().invoke(demo, [], env=unset(VOC_DATA_DIR=str(data)), catch_exceptions=False)
    return Shown(data / "demo", ran.stdout, ran.exit_code)


@pytest.fixture(scope="module")
def app(shown: Shown) -> Iterator[App]:
    opened = open_app(load_settings(data_dir=shown.folder, openai_api_key=None, openai_base_url=None, engine="auto"))
    assert isinstance(opened.engine, RecordedEngine)
    yield opened
    opened.close()


def test_no_prompt_or_schema_has_changed_since_it_was_recorded() -> None:
    recording = read_recording(RECORDING)
    assert stale_parts(recording) == [], f"the demo's recording is stale in these parts: {ANEW}"
    assert {"model", "endpoint"} <= set(recording.head["shaping"])
    assert recording.head["recorded"] >= "2026-11-22"


def test_all_of_the_demo_is_in_the_recording(shown: Shown, app: App) -> None:
    assert (shown.code, "规则引擎完成" in shown.page) == (0, False), f"the recording lacks what is asked now: {ANEW}"
    assert app.counting.totals(Filters()).records_read == 350
    assert len(app.store.themes()) > 25
    assert app.pipeline.ideas().coverage == 1
    assert len(_proposals(app)) == len(AUDIENCES) == 6
    for question in read_script().questions:
        answer = app.ask.ask(question)
        assert answer.engine.startswith(RECORDED), f"{question}: {answer.warnings}; {ANEW}"
        assert answer.text
    assert len(read_script().questions) >= 20


def test_everything_says_what_it_is(shown: Shown, app: App) -> None:
    name = app.engine.name
    assert name.startswith(RECORDED)
    assert {one.engine for one in app.store.list_insights(Filters(), None)[0]} == {name}
    assert {one.engine for one in app.store.themes()} == {name}
    assert {one.engine for one in app.store.all_ideas()} == {name}
    assert {one.engine for one in _proposals(app)} == {name}
    assert shown.page.count(f"engine: {name}") == 3


def test_what_the_rules_drafted_in_its_stead_is_counted(app: App) -> None:
    first, second, *_ = _proposals(app)
    played = Played({}, (), {"a": first, "b": replace(second, engine="rules")}, {}, ())
    assert in_its_stead(app, played) == 1


def test_the_page_is_worth_reading(shown: Shown) -> None:
    blocks = [line for line in shown.page.splitlines() if line.startswith("── ")]
    assert [block.split(" ─")[0][3:] for block in blocks] == [
        "350 条声音里有什么", "最伤人的三件事", "8月的一波，起与止", "两个弱信号：说的人还很少", "三个 NBN 点子，每类最好的一个",
        "一份 NBN 提案（草稿）", "两个回答", "接下来",
    ]  # fmt: skip
    assert "\x1b[" not in shown.page
    assert max(width(line) for line in shown.page.partition("── 接下来")[0].splitlines()) <= 96
    assert "此后 8 周共 0 条" in shown.page
    for way in ("make serve", "ask '", "run 你的文件.csv", "OPENAI_BASE_URL="):
        assert way in shown.page
    written = [path.read_text(encoding="utf-8") for path in shown.folder.glob("proposal-*.md")]
    assert len(written) == len(AUDIENCES)
    assert all(RECORDED in text for text in written)


def test_what_was_recorded_stays_and_new_questions_are_the_rules(app: App) -> None:
    before = [one.id for one in app.store.themes()]
    receipts = dict(app.pipeline.run([], ReadOptions()))
    assert receipts["analyse"].pending == 0  # type: ignore[union-attr]
    assert [one.id for one in app.store.themes()] == before
    answer = app.ask.ask("上个月热水器的工单有多少条")
    assert answer.engine == "rules"
    assert any("录下的模型回答里没有这个问题" in warning for warning in answer.warnings)
    asked = Filters(product=("X5",), channel=("ticket",), since="2026-10-01", until="2026-10-31")
    assert app.counting.totals(asked).records in [figure.value for figure in answer.figures]
    nothing = app.ask.ask("火星上的天气怎么样")
    assert (nothing.refused, nothing.engine) == (True, "rules")


def test_nobodys_own_records_are_masked_with_a_key_that_everybody_knows(app: App, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("编号,内容\n1,门锁没电打不开\n", encoding="utf-8")
    with pytest.raises(UsageError, match="holds the demo"):
        app.pipeline.ingest([own], ReadOptions())
    assert app.pipeline.ingest([own], ReadOptions(), dry_run=True).read == 1


def test_a_directory_of_another_making_is_moved_aside(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert prepared(folder) is None
    assert prepared(folder) is None
    (folder / NOTE).unlink()
    assert prepared(folder) == tmp_path / "demo-1"
    assert (tmp_path / "demo-1" / "masking.key").is_file()
    assert (folder / NOTE).is_file()


def test_what_was_made_with_other_prompts_is_moved_aside(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    prepared(folder)
    note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    (folder / NOTE).write_text(json.dumps({**note, "prompts": "others"}), encoding="utf-8")
    assert replay_of(load_settings(data_dir=folder, engine="auto", openai_api_key=None, openai_base_url=None))
    with run_lock(folder), pytest.raises(BusyError):
        prepared(folder)
    assert prepared(folder) == tmp_path / "demo-1"


def test_a_file_in_the_place_of_the_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "demo").touch()
    with pytest.raises(SettingError, match="name a folder"):
        prepared(tmp_path / "demo")


def test_recording_is_a_models_work() -> None:
    ran = CliRunner().invoke(demo, ["--record", "--engine", "rules"], env=unset())
    assert (ran.exit_code, "does not go with it" in ran.stderr) == (2, True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_named_stands_under_one_another(language: Any, capsys: pytest.CaptureFixture[str]) -> None:
    page = Page(language, wide=80)
    for label in ("surface", "job", "reply"):
        page.row(page.said(label), "x")
    page.command(page.said("way_own"), "x")
    assert len({width(line) for line in capsys.readouterr().out.splitlines()}) == 1


@pytest.mark.parametrize(
    ("engine", "key", "asked", "chosen", "folder"),
    [
        ("auto", None, None, "recorded", "demo"),
        ("auto", "k", None, "llm", "demo-llm"),
        ("rules", "k", None, "rules", "demo-rules"),
        ("auto", "k", "recorded", "recorded", "demo"),
        ("auto", None, "rules", "rules", "demo-rules"),
    ],
)
def test_who_thinks_and_where(
    tmp_path: Path, engine: str, key: str | None, asked: Any, chosen: str, folder: str
) -> None:
    settings = load_settings(engine=engine, openai_api_key=key, openai_base_url=None, data_dir=tmp_path)
    found = engine_of(settings, asked)
    assert found == chosen
    assert settings_for(settings, found).data_dir == tmp_path / folder


def test_a_model_that_is_asked_for_must_be_set(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="set OPENAI_API_KEY"):
        settings_for(load_settings(openai_api_key=None, openai_base_url=None, data_dir=tmp_path), "llm")


def test_the_demo_by_the_rules_says_rules(tmp_path: Path) -> None:
    env = unset(VOC_DATA_DIR=str(tmp_path))
    ran = CliRunner().invoke(demo, ["--engine", "rules", "--json"], env=env, catch_exceptions=False)
    assert ran.exit_code == 0
    told = json.loads(ran.stdout)
    assert (told["engine"], told["data_dir"]) == ("rules", str(tmp_path / "demo-rules"))
    assert {one["engine"] for one in (*told["ideas"], told["proposal"], *told["answers"])} == {"rules"}
    assert len(told["findings"]["frictions"]) == 3
    assert [idea["nbn_type"] for idea in told["ideas"]] == list(NBN_TYPES)


def _proposals(app: App) -> list[Proposal]:
    return app.store.list_proposals(Filters(), None)[0]
