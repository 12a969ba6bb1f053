"""Knows the written questions by which answering is measured, and what is true of each; see ``cases/answers``."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

FOLDER = Path(__file__).with_name("cases") / "answers"
TODAY = date(2026, 11, 2)
"""The day on which the questions are asked: "last month" is the last one of the sample."""
Kind = Literal["counting", "finding", "mixed", "unanswerable", "clarify"]
Half = Literal["tuned", "held_out"]
HALVES: tuple[Half, ...] = get_args(Half)
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is true of it."""

    id: str
    half: Half
    kind: Kind
    question: str
    history: tuple[str, ...] = ()
    plan: Mapping[str, Any] = field(default_factory=dict)
    sql: tuple[str, ...] = ()
    """What counts the truth; where there are several, each of them is a right way to understand the question."""
    needs: frozenset[str] = frozenset()
    """Planted needs whose records are right to cite."""
    why: str = ""
    """What makes it unanswerable."""

    @property
    def answerable(self) -> bool:
        """Whether a refusal would be wrong."""
        return self.kind not in {"unanswerable", "clarify"}


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """All questions, those tuned on first."""
    return [
        Case(
            id=row["id"],
            half=half,
            kind=kind,
            question=row["question"],
            history=tuple(row.get("history", ())),
            plan=row.get("plan", {}),
            sql=tuple(row.get("sql", ())),
            needs=frozenset(row.get("needs", ())),
            why=row.get("why", ""),
        )
        for half in HALVES
        for kind, row in _rows(tomllib.loads((folder / f"{half}.toml").read_text(encoding="utf-8")))
    ]


def _rows(data: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[Kind, Mapping[str, Any]]]:
    return [(kind, row) for kind in KINDS for row in data.get(kind, ())]


def balanced(cases: Sequence[Case], most: int) -> list[Case]:
    """At most so many, of every kind and half in turn: always the same ones."""
    queues = [[c for c in cases if (c.kind, c.half) == (kind, half)] for kind in KINDS for half in HALVES]
    turns = [
        queue[place] for place in range(max(map(len, queues), default=0)) for queue in queues if place < len(queue)
    ]
    return turns[:most]
