"""Knows which figures a reader is shown, in which order, under which words, and what each of them means."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from evals.scores.kept import Figure, Scores

_COLUMNS = ("rules", "recorded", "naive")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing measured, by every way that was measured."""

    label: str
    label_zh: str
    means: str
    rules: Figure | None
    recorded: Figure | None
    naive: tuple[tuple[str, Figure], ...]
    """Who, and the figure."""
    lower: bool
    """Whether less is better."""
    charted: bool
    in_readme: str
    """What a README calls it; blank: no README tells of it."""

    @property
    def measured(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.rules or self.recorded or self.naive)


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one suite."""

    title: str
    about: str
    naive_way: str
    columns: tuple[str, str, str]
    """What its columns are called: rules, recorded model, naive way, where it says nothing else."""
    chart: str
    """What its chart is called; blank: it has none."""
    lines: tuple[Line, ...]
    runs: tuple[tuple[str, str], ...]
    """The ways and suites that it tells of."""

    @property
    def name(self) -> str:
        """As part of an address or a file's name."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def sections(scores: Scores) -> list[Section]:
    """Every section, with the figures of these scores; lines without any are left out."""
    return [_section(one, scores) for one in _told()["section"]]


def ways() -> Mapping[str, str]:
    """What each way is called."""
    return dict(_told()["ways"])


def honest() -> Sequence[str]:
    """What must be known of all figures."""
    return tuple(_told()["honest"])


def meaning(suite: str, figure: str) -> str:
    """What a figure means, in one sentence; blank where nobody has written it."""
    for section in _told()["section"]:
        for row in section.get("row", ()) if section["suite"] == suite else ():
            refs = [row.get("rules"), row.get("recorded"), *(ref for _, ref in row.get("naive", ()))]
            if figure in {str(ref).rpartition(":")[2] for ref in refs if ref}:
                return str(row["means"])
    for group in _told()["means"]:
        for pattern, told in group["figures"] if group["suite"] == suite else ():
            if re.fullmatch(pattern, figure):
                return str(told)
    return ""


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads((files("evals.scores") / "sections.toml").read_text(encoding="utf-8"))


def _section(row: Mapping[str, Any], scores: Scores) -> Section:
    suite, lines = row["suite"], []
    for one in row["row"]:
        naive = [(who, _figure(scores, suite, "rules", ref)) for who, ref in one.get("naive", ())]
        lines.append(
            Line(
                one["label"],
                one.get("zh", one["label"]),
                one["means"],
                _figure(scores, suite, "rules", one.get("rules")),
                _figure(scores, suite, "recorded", one.get("recorded")),
                tuple((who, figure) for who, figure in naive if figure),
                one.get("lower", False),
                one.get("chart", False),
                one.get("readme", ""),
            )
        )
    told = ("rules", "recorded") if "way" not in row else ("recorded40", "alone40", "naive40")
    return Section(
        row["title"],
        row["about"],
        row["naive_way"],
        tuple(row.get("columns", [ways()[name] for name in _COLUMNS])),
        row.get("chart", ""),
        tuple(line for line in lines if line.measured),
        tuple((way, suite) for way in told if scores.run(way, suite)),
    )


def _figure(scores: Scores, suite: str, way: str, ref: str | None) -> Figure | None:
    if ref is None:
        return None
    of, _, name = ref.rpartition(":")
    run = scores.run(of or way, suite)
    return run.figures.get(name) if run else None


def unexplained(scores: Scores) -> Iterator[str]:
    """Figures whose meaning nobody has written, as ``suite figure``."""
    for run in scores.runs:
        yield from (f"{run.suite} {name}" for name in run.figures if not meaning(run.suite, name))


def dangling(scores: Scores) -> Iterator[str]:
    """Cells that name a figure which a run that was made has not."""
    for section in _told()["section"]:
        for row in section["row"]:
            refs = [("rules", row.get("rules")), ("recorded", row.get("recorded"))]
            refs += [("rules", ref) for _, ref in row.get("naive", ())]
            for way, ref in refs:
                run = scores.run(str(ref).rpartition(":")[0] or way, section["suite"]) if ref else None
                if run and run.figures and ref.rpartition(":")[2] not in run.figures:
                    yield f"{section['title']}: {ref}"
