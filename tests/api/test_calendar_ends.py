"""The first and the last days that a calendar has: counted or refused, and never a fault."""

from itertools import product

import pytest
from fastapi.testclient import TestClient

ENDS = ("0001-01", "0001-01-01", "9999-12", "9999-12-31")
LISTS = ("stats", "stats/friction", "stats/delight", "themes", "themes/parents", "insights", "ideas", "leads", "leads/funnel", "customers", "audit")  # fmt: skip


@pytest.mark.parametrize("way", LISTS)
def test_filters_reach_from_end_to_end(client: TestClient, way: str) -> None:
    for since, until in product((None, *ENDS), repeat=2):
        given = {name: day for name, day in (("since", since), ("until", until)) if day is not None}
        assert client.get(f"/v1/{way}", params=given).status_code in (200, 422)


@pytest.mark.parametrize("by", ["product", "month", "week", "theme"])
def test_before_the_first_day_there_is_no_period_to_compare_with(client: TestClient, by: str) -> None:
    rows = client.get("/v1/stats", params={"by": by, "since": "0900-01"}).json()["items"]
    assert rows
    assert {row["previous"] for row in rows} == {None}


def test_questions_are_answered_of_any_days(client: TestClient) -> None:
    for since, until in product(ENDS, repeat=2):
        asked = {"question": "打印机每月有多少投诉,同比如何", "filters": {"since": since, "until": until}}
        assert client.post("/v1/ask", json=asked).status_code in (200, 422)
    assert client.post("/v1/ask", json={"question": "9999年12月打印机有多少投诉"}).status_code == 200


def test_groups_may_be_months_at_the_ends(client: TestClient) -> None:
    for one, other in product(("0001-01", "9999-12", "0001-01..9999-12"), repeat=2):
        assert client.get("/v1/stats/compare", params={"one": one, "other": other}).status_code in (200, 422)


@pytest.mark.parametrize("day", ["0001-01-05", "9999-12-31", "1969-12-31"])
def test_nothing_was_launched_on_such_a_day(client: TestClient, day: str) -> None:
    idea = client.get("/v1/ideas").json()["items"][0]["idea_id"]
    proposal = client.post("/v1/proposals", json={"idea_id": idea}).json()["id"]
    refused = client.post(f"/v1/proposals/{proposal}/outcome", json={"launched": day})
    assert refused.status_code == 422
    assert day in refused.json()["detail"]
