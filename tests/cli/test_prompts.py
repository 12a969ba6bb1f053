"""`voc prompts` shows what is sent, letter for letter; a company file is told in it; nothing is sent or kept by looking."""

from importlib.resources import files
from pathlib import Path

import pytest

from prompts import prompt_names
from tests.cli.conftest import Voc
from tests.stub_model.server import StubModel

SAMPLE = Path(str(files("assistant.sample") / "xinglan"))


@pytest.fixture
def filled(voc: Voc) -> Voc:
    """A store with the first 40 records read by the rules, grouped."""
    assert voc("ingest", SAMPLE / "source" / "回访问卷_2026.csv", "--json").code == 0
    assert voc("run", "--json").code in (0, 3)
    return voc


def test_every_prompt_is_listed_with_its_digest(voc: Voc) -> None:
    listed = voc("prompts", "list", "--json").json
    assert {item["name"] for item in listed["items"]} == set(prompt_names())
    assert all(len(item["digest"]) == 64 and item["purpose"] for item in listed["items"])


def test_a_bare_prompt_is_its_file(voc: Voc) -> None:
    shown = voc("prompts", "show", "extract_insights", "--json").json
    assert "{{company}}" in shown["system"]
    assert voc("prompts", "show", "extract_insights.en", "--json").json["system"].startswith("You are")


def test_what_is_shown_of_a_record_is_what_is_sent(filled: Voc, tmp_path: Path) -> None:
    record = filled("list", "records", "--limit", "1", "--json").json["items"][0]
    with StubModel() as stub:
        known = {
            "OPENAI_BASE_URL": stub.base_url,
            "OPENAI_API_KEY": "k",
            "VOC_COMPANY_FILE": str(SAMPLE / "company.toml"),
        }
        shown = filled("prompts", "show", "extract_insights", "--record", record["external_id"], "--json", **known).json
        assert stub.chats == []
        assert filled("analyse", "--json").json["done"] == 28
        systems = {request.system for request in stub.chats}
    (request,) = shown["requests"]
    assert {request["messages"][0]["content"]} == systems
    assert "燃气热水器" in request["messages"][0]["content"]
    assert record["text"] in request["messages"][1]["content"]
    assert request["schema"]["additionalProperties"] is False


@pytest.mark.parametrize("name", ["name_theme", "suggest_ideas", "draft_proposal"])
def test_prompts_of_a_theme(filled: Voc, name: str) -> None:
    theme = next(t for t in filled("list", "themes", "--json").json["items"])
    filled("ideas", "--json")
    shown = filled("prompts", "show", name, "--theme", theme["theme_id"], "--json").json
    assert "声音 开始" in shown["requests"][0]["messages"][1]["content"]


@pytest.mark.parametrize(("name", "part"), [("answer_question", "声音 开始"), ("plan_question", "规则的读法 开始")])
def test_the_prompts_of_a_question_and_nothing_is_kept(filled: Voc, name: str, part: str) -> None:
    shown = filled("prompts", "show", name, "--question", "客户在意什么", "--json").json
    content = shown["requests"][0]["messages"][1]["content"]
    assert "客户在意什么" in content
    assert part in content


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nope",), "no prompt 'nope'"),
        (("answer_question", "--record", "x"), "give --question"),
        (("repair_quotes", "--theme", "x"), "can only be shown bare"),
        (("extract_insights", "--record", "x"), "x"),
    ],
)
def test_what_cannot_be_shown_is_said(voc: Voc, arguments: tuple[str, ...], says: str) -> None:
    ran = voc("prompts", "show", *arguments)
    assert ran.code == 2
    assert says in ran.err


@pytest.mark.usefixtures("english")
def test_a_company_file_with_a_telephone_stops_the_start(voc: Voc, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('name = "星澜"\nrules = ["有事打13812345678"]\n', encoding="utf-8")
    ran = voc("prompts", "show", "extract_insights", "--record", "x", VOC_COMPANY_FILE=str(path))
    assert ran.code == 2
    assert "take it out" in ran.err
    assert "13812345678" not in ran.err
