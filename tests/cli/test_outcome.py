"""The outcome of a launch through the command line and HTTP: the planted fix of the sample is seen, and too early is said."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import open_app
from assistant.domain.outcomes import Launch
from assistant.pipeline.measuring import look
from assistant.settings import Settings
from tests.cli.conftest import Voc

FIXED = "2026-09-06"
"""The day after the last of the tickets that firmware 3.2 brought; 3.3 mended it."""


def the_spike(voc: Voc) -> str:
    """The theme of printers that drop off."""
    themes = voc("list", "themes", "--json").json["items"]
    return next(str(theme["theme_id"]) for theme in themes if "掉线" in theme["title"] + theme["surface"])


def test_the_fix_of_the_firmware_is_seen_and_its_proposal_measured(voc: Voc, sample: Path, tmp_path: Path) -> None:
    shutil.copytree(sample, tmp_path / "data")
    theme = the_spike(voc)
    proposal = voc("propose", theme, "--json").json["id"]
    early = voc("outcome", proposal, "--launched", FIXED, "--window", 90, "--json").json
    assert (early["measured"], early["elapsed"] < 1) == (False, True)

    told = voc("outcome", theme, "--launched", FIXED, "--window", 45, "--json").json
    assert (told["verdict"], told["effective"], told["measured"]) == ("down", True, True)
    assert told["launch"]["products"] == ["P2"]
    assert (told["before"]["since"], told["before"]["until"]) == ("2026-07-23", "2026-09-05")
    assert told["before"]["voices"] >= 10 * told["after"]["voices"]
    assert told["by_customers"]["high"] < 1
    assert told["against_others"]["high"] < 1
    assert "just_risen" in told["notes"]
    assert told["told"][0].endswith("上线后的结果")

    before_it = voc("outcome", theme, "--launched", "2026-12-01", "--json").json
    assert (before_it["verdict"], before_it["measured"]) == ("not_begun", False)
    nothing = voc("outcome", theme, "--launched", "2026-05-01", "--window", 30, "--json").json
    assert nothing["verdict"] == "too_few"

    for arguments, code in ((("nothing",), 2), ((proposal, "--product", "P2"), 2)):
        assert voc("outcome", *arguments).code == code
    shown = voc("outcome", theme)
    assert shown.code == 0
    assert "95" in shown.out or "97" in shown.out
    http(tmp_path / "data", proposal)


def http(data: Path, proposal: str) -> None:
    """The same over HTTP, and what is written into the proposal's history."""
    app = open_app(Settings(engine="rules", data_dir=data))
    client = TestClient(create_app(app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))
    address = f"/v1/proposals/{proposal}/outcome"
    again: Any = client.get(address, params={"history": True}).json()
    assert (again["launch"]["window"], len(again["history"])) == (90, 1)
    assert client.post(address, json={"launched": "2026-13-01"}).status_code == 422
    assert client.get("/v1/proposals/pr_none/outcome").status_code == 404
    for status in ("in_review", "approved", "in_development", "launched"):
        answer = client.patch(f"/v1/proposals/{proposal}", json={"status": status, "actor": "王经理"})
        assert answer.status_code == 200, answer.text
    launch = {"launched": FIXED, "window": 45}
    nowhere = client.post(
        address, json={**launch, "window": 200, "region": "四川13812345678", "model": "电话13812345678"}
    )
    assert nowhere.json()["launch"]["region"].startswith("四川⟦phone:")
    assert "13812345678" not in str(client.get(address, params={"history": True}).json())
    history = len(app.store.outcomes.told(proposal))
    app.store.outcomes.save(look(app.pipeline.context, proposal, Launch(FIXED, window=45)), "somebody else")
    assert client.get(address).json()["measured"]
    assert client.get(f"/v1/proposals/{proposal}").json()["status"] == "launched"
    assert len(app.store.outcomes.told(proposal)) == history + 1
    measured = client.post(address, json=launch).json()
    assert measured["measured"]
    assert client.get(f"/v1/proposals/{proposal}").json()["status"] == "measured"


@pytest.mark.parametrize("arguments", [("--window", "3"), ("--hoped", "1.5"), ("--launched", "soon")])
def test_wrong_use_is_told(voc: Voc, arguments: tuple[str, str]) -> None:
    assert voc("outcome", "th_1", *arguments).code == 2
