"""Every setting, command, route, prompt, metric and MCP tool is documented, and every document is in the index."""

import re
from pathlib import Path

import pytest

from api.app import create_app
from api.mcp_tools import TOOLS
from assistant.bootstrap import open_app
from assistant.settings import Settings
from evals.command import SUITES
from tests.docs.blocks import ROOT, text_of
from tests.docs.reference import AGAIN, PARTS, marked


@pytest.mark.parametrize("part", PARTS)
def test_made_parts_are_as_the_program_is(part: str) -> None:
    document, make = PARTS[part]
    hit = marked(part).search(text_of(f"docs/{document}"))
    assert hit, f"docs/{document} has lost the marks of {part}"
    assert hit[2] == f"{make()}\n", f"docs/{document} is not as the program is now: {AGAIN}"


def test_every_metric(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient  # slow to import, needed here alone

    documented = set(re.findall(r"^\| `(voc_\w+)`", text_of("docs/metrics.md"), re.MULTILINE))
    in_code = {
        name
        for path in ("api/gauges.py", "api/watching.py")
        for name in re.findall(r'"(voc_[a-z_]+)"', (ROOT / path).read_text(encoding="utf-8"))
    }
    told = {re.sub(r"_total$", "", name) for name in documented}
    assert {re.sub(r"_total$", "", name) for name in in_code} == told
    service = create_app(open_app(Settings(engine="rules", data_dir=tmp_path)))
    with TestClient(service, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as client:
        client.get("/healthz")
        served = set(re.findall(r"^# TYPE (\w+) ", client.get("/metrics").text, re.MULTILINE))
    assert served <= documented


def test_every_tool_of_mcp() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", text_of("docs/mcp.md"), re.MULTILINE))
    assert {tool.name for tool in TOOLS} == documented


def test_every_suite() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", text_of("docs/evaluation.md"), re.MULTILINE))
    assert set(SUITES) <= documented


def test_every_file_of_the_house() -> None:
    documented = set(re.findall(r"^\| `(\w+\.toml)`", text_of("docs/settings.md"), re.MULTILINE))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "assistant").rglob("*.py"))
    assert set(re.findall(r'^[A-Z]+_FILE = "(\w+\.toml)"', code, re.MULTILINE)) == documented


def test_the_index_names_every_document() -> None:
    index = text_of("docs/README.md")
    for path in sorted((ROOT / "docs").glob("*.md")):
        assert path.name == "README.md" or f"]({path.name})" in index, f"docs/README.md does not name {path.name}"


@pytest.mark.parametrize("name", ["for-staff", "for-managers", "for-administrators"])
def test_guides_are_alike_in_both_languages(name: str) -> None:
    """As many chapters, the same pictures and the same commands."""
    english, chinese = (text_of(f"docs/{name}{ending}") for ending in (".md", ".zh-CN.md"))
    for pattern in (r"^(#+) ", r"!\[[^\]]*\]\(([^)]+)\)", r"^ *```(\w*)$", r"^ *(voc .*|make .*)$"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(pattern, chinese, re.MULTILINE), pattern


def test_pictures_are_there_and_small() -> None:
    for path in Path(ROOT / "docs/images").glob("*.png"):
        assert path.stat().st_size < 400_000, path.name
