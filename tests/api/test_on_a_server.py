"""A day of work over HTTP says the same, answer by answer, whether the database is SQLite or PostgreSQL."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.bootstrap import open_app
from assistant.intake.reading import ReadOptions
from assistant.settings import load_settings
from tests.api.conftest import TICKETS, _wire
from tests.api.test_batches import browser, ended

pytestmark = pytest.mark.postgres
QUESTION = "打印机掉线，客户最在意什么？"
_OWN = re.compile(r"\b(?:an|ed|ie|job|key|user|pr|al|id|th|tp|voc)_[\w-]{8,}|[0-9a-f]{64}")
"""Ids and digests that a store makes up for itself."""
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*\+00:00")
_ASIDE = frozenset({"elapsed_ms", "seconds", "searchable_after", "prefix", "files", "bytes", "not_searched"})
"""What hangs on the clock, or on where the store's files are."""


@dataclass
class Day:
    """What was asked, and what was said to it without what is each store's own."""

    client: TestClient
    told: list[tuple[str, int, Any]] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self.client.request(method, path, json=body)
        asked, text = (self._plain(words) for words in (f"{method} {path}", answer.text))
        whole = answer.headers["content-type"].endswith("json")
        self.told.append((asked, answer.status_code, _rounded(json.loads(text)) if whole else text))
        return answer.json() if whole else None

    def _plain(self, text: str) -> str:
        named = _OWN.sub(lambda hit: self._names.setdefault(hit[0], f"#{len(self._names)}"), text)
        return _MOMENT.sub("then", named)


def _rounded(told: Any) -> Any:
    """Without the last places of sums, which hang on the order of their parts, and without how long things took."""
    if isinstance(told, float):
        return round(told, 9)
    if isinstance(told, dict):
        return {name: _rounded(value) for name, value in told.items() if name not in _ASIDE}
    return [_rounded(one) for one in told] if isinstance(told, list) else told


@pytest.fixture
def both(tmp_path: Path, postgres_url: str) -> Iterator[tuple[Day, Day]]:
    """The same tickets in two stores under one key, worked through, each behind a service."""
    source = tmp_path / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    days = []
    with ExitStack() as stack:
        for name, url in (("file", None), ("server", postgres_url)):
            data = tmp_path / name
            data.mkdir()
            (data / "masking.key").write_bytes(b"k" * 32)
            app = stack.enter_context(closing(open_app(load_settings(data_dir=data, engine="rules", database_url=url))))
            assert dict(app.pipeline.run([source], ReadOptions()))
            days.append(Day(stack.enter_context(browser(app))))
        yield days[0], days[1]


def _asked(day: Day) -> None:
    """Questions, talks, thumbs, pins."""
    first = day.ask("POST", "/v1/ask", {"question": QUESTION, "conversation_id": "desk-7"})
    day.ask("POST", "/v1/ask", {"question": "那企业客户呢？", "conversation_id": "desk-7"})
    day.ask("POST", "/v1/ask", {"question": "冰箱的漏水投诉怎么回？"})
    day.ask("POST", "/v1/feedback", {"answer_id": first["id"], "verdict": "down", "comment": "没有说到耗材"})
    day.ask("POST", "/v1/pins", {"answer_id": first["id"]})
    for path in ("conversations", "conversations/desk-7", "feedback", "unanswered", "pins", f"answers/{first['id']}"):
        day.ask("GET", f"/v1/{path}")
    day.ask("DELETE", f"/v1/pins/{first['id']}")
    day.ask("DELETE", "/v1/conversations/desk-7")


def _looked_at(day: Day) -> None:
    """Lists and counts."""
    counted = [f"stats?by={by}" for by in ("theme", "product", "segment", "month", "aspect", "nbn")]
    ranked = ["stats/friction", "stats/delight", "stats/compare?one=segment=enterprise&other=segment=consumer"]
    listed = ["insights", "ideas", "leads", "leads/funnel?by=type", "customers", "customers/screening", "alerts"]
    grouped = ["themes", "themes/health", "themes/spikes", "themes/parents", "themes/edits", "ideas/history"]
    for path in (*counted, *ranked, *listed, *grouped, "search?q=掉线", "records/T-2", "alerts/digest?week=2026-W33"):
        day.ask("GET", f"/v1/{path}")


def _decided(day: Day) -> None:
    """Themes, ideas, leads and proposals changed by people, and changes taken back."""
    theme, *others = [one["theme_id"] for one in day.ask("GET", "/v1/themes")["items"]]
    day.ask("PATCH", f"/v1/themes/{theme}", {"title": "升级后连不上网"})
    if others:
        edit = day.ask("POST", "/v1/themes/merge", {"theme_ids": others[:1], "into": theme})["edit_id"]
        day.ask("POST", f"/v1/themes/edits/{edit}/undo")
    day.ask("GET", f"/v1/themes/{theme}/lineage")
    idea, other = [one["idea_id"] for one in day.ask("GET", "/v1/ideas")["items"]][:2]
    day.ask("POST", f"/v1/ideas/{idea}/votes", {"value": 1, "why": "客户天天问"})
    day.ask("PATCH", f"/v1/ideas/{idea}", {"title": "升级前先试连", "why": "说得更清楚"})
    edit = day.ask("POST", "/v1/ideas/merge", {"idea_ids": [other], "into": idea, "why": "同一件事"})["edit_id"]
    day.ask("POST", f"/v1/ideas/edits/{edit}/undo")
    proposal = day.ask("POST", "/v1/proposals", {"idea_id": idea})["id"]
    day.ask("PATCH", f"/v1/proposals/{proposal}", {"status": "in_review", "comment": "请看价值一节"})
    day.ask("POST", f"/v1/proposals/{proposal}/outcome", {"launched": "2026-09-01", "window": 60})
    for path in (f"proposals/{proposal}/outcome", f"proposals/{proposal}/history", "themes/edits", "ideas/history"):
        day.ask("GET", f"/v1/{path}")
    for lead in day.ask("GET", "/v1/leads")["items"][:1]:
        day.ask("PATCH", f"/v1/leads/{lead['id']}", {"owner": "李客服", "note": "周五回电"})
        day.ask("GET", f"/v1/leads/{lead['id']}")


def _administered(day: Day) -> None:
    """Records in and out, jobs, retention, erasing, keys; after the first key nobody comes in without one."""
    more = json.loads(_wire(("T-9", "P2", "2026-09-20", "sme", "打印机卡纸卡得厉害。")))
    day.ask("POST", "/v1/records", [more])
    job = day.ask("POST", "/v1/batches", {"kind": "run"})["id"]
    assert ended(day.client, job)["state"] == "done"
    day.ask("GET", "/v1/themes")
    day.ask("PUT", "/v1/retention", {"source": "api", "days": 36_500})
    day.ask("POST", "/v1/retention")
    day.ask("DELETE", "/v1/customers/C-T-2?reason=客户要求删除")
    day.ask("GET", "/v1/customers")
    day.ask("GET", "/v1/stats?by=product")
    made = day.ask("POST", "/v1/keys", {"name": "root", "role": "admin"})
    day.client.headers["authorization"] = f"Bearer {made['key']}"
    day.ask("GET", "/v1/keys")
    day.ask("POST", "/v1/users", {"name": "wang", "role": "manager", "password": "一句长长的只有自己知道的话"})
    day.ask("GET", "/v1/users")
    day.ask("GET", "/v1/audit/verdict")


def test_a_day_of_work_is_the_same_on_both(both: tuple[Day, Day]) -> None:
    for part in (_asked, _looked_at, _decided, _administered):
        for day in both:
            part(day)
        one, other = (day.told for day in both)
        for (asked, status, said), there in zip(one, other, strict=True):
            assert (asked, status, said) == there
            assert status < 300 or "keys" in asked, (asked, status, said)
    assert both[1].told[-1][2]["stands"] is True
