"""Erasing reaches what people wrote and decided: themes put away, notes beside leads, batches under way."""

import shutil
from pathlib import Path

import pytest

from assistant.llm.batch_book import BATCHES, BatchBook
from tests.cli.conftest import Voc


@pytest.fixture
def themed(voc: Voc, sample: Path, tmp_path: Path) -> Voc:
    shutil.copytree(sample, tmp_path / "data")
    return voc


def _quoted_by(voc: Voc) -> tuple[str, str]:
    """A theme that others remain in, and a customer whose quote its words are."""
    for theme in voc("list", "themes", "--limit", 100, "--json").json["items"]:
        shown = voc("show", theme["theme_id"], "--json").json
        for voice in shown["voices"]:
            if voice["customer_id"] and voice["quote"][:12] in shown["surface"] + shown["definition"]:
                return theme["theme_id"], voice["customer_id"]
    raise AssertionError("no theme quotes anybody")


def test_a_theme_that_was_put_away_does_not_stop_an_erasing(themed: Voc) -> None:
    theme, customer = _quoted_by(themed)
    assert themed("theme", "archive", theme, "--json").code == 0
    ran = themed("erase", "--customer", customer, "--yes", "--json")
    assert ran.code == 0, ran.err
    assert themed("show", theme, "--json").json["archived"]


def test_notes_that_name_them_are_blanked(themed: Voc) -> None:
    leads = themed("list", "leads", "--limit", 100, "--json").json["items"]
    named = next(lead["customer_id"] for lead in leads if lead["customer_id"])
    lead = next(one for one in leads if one["customer_id"] != named)
    assert themed("lead", "note", lead["id"], f"与{named}是同一家庭").code == 0
    assert themed("lead", "note", lead["id"], "改过了").code == 0
    ran = themed("erase", "--customer", named, "--yes", "--json")
    assert ran.code == 0, ran.err


def test_a_batch_under_way_brings_nobody_back(themed: Voc, tmp_path: Path) -> None:
    record = themed("list", "records", "--limit", 1, "--json").json["items"][0]
    other = themed("list", "records", "--limit", 1, "--offset", 5, "--json").json["items"][0]
    book = BatchBook(tmp_path / "data" / BATCHES)
    book.intend("http://127.0.0.1:9", "m", "i", {"k1": [record["record_id"], "r_x"], "k2": [other["record_id"]]})
    assert themed("erase", "--record", record["record_id"], "--yes", "--json").code == 0
    (booked,) = book.open_batches()
    assert set(booked.packs) == {"k2"}
