"""Knows how an answer about a small corpus of another trade is judged: by the rows of its file, and by nothing of ours."""

import csv
import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answering.compose import AnswerService
from assistant.bootstrap import App, open_app
from assistant.domain.answers import Answer, Plan
from assistant.domain.filters import Filters
from assistant.intake.reading import ReadOptions
from assistant.settings import load_settings

FOLDER = Path(__file__).with_name("carehome")
TODAY = date(2026, 10, 8)
_COLUMNS = {"product": "产品", "channel": "渠道", "segment": "客户类型", "region": "地区"}


def questions(half: str) -> list[dict[str, Any]]:
    """The questions of one half, with what is true of each."""
    data = tomllib.loads((FOLDER / "questions.toml").read_text(encoding="utf-8"))
    return list(data[half])


class Trade:
    """A corpus run through the whole path by rules, and its own rows to judge answers by."""

    def __init__(self, data_dir: Path) -> None:
        self.app: App = open_app(load_settings(data_dir=data_dir, engine="rules"))
        for _ in self.app.pipeline.run([FOLDER / "records.csv"], ReadOptions()):
            pass
        with closing((FOLDER / "records.csv").open(encoding="utf-8", newline="")) as file:
            self._rows = list(csv.DictReader(file))
        insights, _ = self.app.store.list_insights(Filters(), None)
        known, _ = self.app.store.list_records(Filters(), None)
        outer = {record.id: record.external_id for record in known}
        self._moods = {(outer[insight.record_id], insight.sentiment) for insight in insights}
        self._service = AnswerService(
            store=self.app.store, counting=self.app.counting, finder=self.app.finder, engine=self.app.rules,
            fallback=self.app.rules, masker=self.app.masker, today=lambda: TODAY,
        )  # fmt: skip

    def ask(self, question: str) -> Answer:
        """The rules' answer on the day of the questions."""
        return self._service.ask(question)

    def true(self, condition: Mapping[str, Any]) -> int:
        """How many rows satisfy a condition."""
        return sum(self._holds(row, condition) for row in self._rows)

    def _holds(self, row: Mapping[str, str], wanted: Mapping[str, Any]) -> bool:
        day, mood = row["日期"], wanted.get("mood")
        return (
            all(row[column] == wanted.get(name, row[column]) for name, column in _COLUMNS.items())
            and all(word in row["内容"] for word in wanted.get("say", ()))
            and day.startswith(wanted.get("month", ""))
            and wanted.get("since", "") <= day <= wanted.get("until", "9")
            and (mood is None or (row["编号"], mood) in self._moods)
        )

    def faults(self, case: Mapping[str, Any], answer: Answer) -> list[str]:
        """What is wrong with an answer, in words; empty where nothing is."""
        if case.get("back"):
            return [] if answer.clarify else ["not asked back"]
        if case.get("refused"):
            return [] if answer.refused else [f"not refused: {answer.text[:60]}"]
        if answer.refused or answer.clarify or answer.plan is None:
            return [f"refused: {answer.text[:60]}"]
        return plan_faults(case, answer.plan) + self._told(case, answer)

    def _told(self, case: Mapping[str, Any], answer: Answer) -> list[str]:
        counts = {figure.value for figure in answer.figures if figure.unit == "条"}
        wrong = []
        for condition in case.get("truth", ()):
            n = self.true(condition)
            if n not in counts or f"{n}条" not in answer.text.replace(" ", ""):
                wrong.append(f"{condition} is {n}, not among {sorted(counts)}")
        if word := case.get("cites"):
            beside = [c.quote for c in answer.citations if word not in self._text_of(c.record_id)]
            wrong += [f"no citation of {word}"] if len(beside) == len(answer.citations) else []
        return wrong

    def _text_of(self, record_id: str) -> str:
        return self.app.store.record(record_id).text


def plan_faults(case: Mapping[str, Any], made: Plan) -> list[str]:
    """Where a plan is not what the question asks for."""
    free, filters = set(case.get("free", ())), case.get("filters", {})
    wrong = []
    if "intents" not in free:
        wanted = [set(one.split("|")) for one in case.get("intents", ())]
        wrong += [f"intents {made.intents}" for one in wanted if not one & set(made.intents)]
    if "by" not in free and made.by != case.get("by"):
        wrong.append(f"by {made.by}")
    if "words" not in free and made.query != case.get("words", ""):
        wrong.append(f"words {made.query!r}")
    for name in (field.name for field in fields(Filters)):
        value, true = getattr(made.filters, name), filters.get(name)
        if name not in free and (set(value) if isinstance(value, tuple) else value) != (
            set(true or ()) if isinstance(value, tuple) else true
        ):
            wrong.append(f"{name} {value}")
    return wrong
