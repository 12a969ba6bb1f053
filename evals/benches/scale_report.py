"""Knows how the figures of `evals.benches.scale` are told: tables, how steeply cost grows, pictures, and bounds."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.benches.plan import money_table
from evals.charts import Axis, Line, line_chart

STAGES = {"ingest": "ingest", "index": "index", "extraction": "extraction", "themes": "themes"}
FILTERED_P95, INGEST_MEGABYTES, RECALL = 150.0, 600.0, 0.98
"""Milliseconds of a filtered search, megabytes of an ingest, and share of the nearest that are found, at any size."""
DATABASES = ("sqlite", "postgresql")
_RECORDS = Axis("records", log=True)
Found = dict[str, Any]
"""`machine`, and for each database the sizes with their stages."""
Sizes = dict[str, Any]
"""Number of records → stage → what was measured."""


def growth(smaller: float, bigger: float, times: float) -> float:
    """The exponent with which something grew while the records grew so many times: 1 is in proportion, 0 not at all."""
    return math.log(bigger / smaller) / math.log(times)


def table(found: Sizes) -> str:
    """All figures as Markdown."""
    sizes = _sizes(found)
    return "\n\n".join((_stages(found, sizes), _searches(found, sizes), _counts(found, sizes)))


def bounds(found: Sizes) -> list[str]:
    """Every bound that was not kept, as a sentence."""
    broken = []
    for size in _sizes(found):
        of = found[str(size)]
        if of["ingest"]["megabytes"] > INGEST_MEGABYTES:
            broken.append(
                f"{size:,} records taken in with {of['ingest']['megabytes']} MB, {INGEST_MEGABYTES:.0f} at most"
            )
        for name, (_, p95, _) in of["search"]["milliseconds"].items():
            if p95 > FILTERED_P95:
                broken.append(f"search over {size:,} records, {name}: p95 {p95} ms, {FILTERED_P95:.0f} at most")
        for name, share in of["search"].get("recall", {}).items():
            if share < RECALL:
                broken.append(f"recall over {size:,} records, {name}: {share}, {RECALL} at least")
    return broken


def pictures(found: Sizes) -> dict[str, str]:
    """File name → chart."""
    sizes = _sizes(found)
    of = {size: found[str(size)] for size in sizes}

    def line(name: str, stage: str, field: str) -> Line:
        return Line(name, [(size, of[size][stage][field]) for size in sizes])

    def each(name: str, stage: str) -> Line:
        steps = [(size, of[size][stage]) for size in sizes]
        return Line(name, [(size, 1000 * step["processor"] / step["records"]) for size, step in steps])

    filters = list(of[sizes[-1]]["search"]["milliseconds"])
    searched = [Line(name, [(size, of[size]["search"]["milliseconds"][name][1]) for size in sizes]) for name in filters]
    worst = [(size, max(of[size]["counting"].values())) for size in sizes]
    times = [line(told, stage, "seconds") for stage, told in STAGES.items() if stage != "extraction"]
    found_all = Line("index: all found", [(size, of[size]["index"]["until_found"]) for size in sizes])
    disk = [line("taken in", "ingest", "disk"), line("and indexed", "index", "disk")]
    memory = [line(told, stage, "megabytes") for stage, told in STAGES.items()]
    serving = Line("service", [(size, of[size]["search"]["megabytes"]) for size in sizes])
    return {
        "scale-time.svg": line_chart(
            "Seconds of a whole stage",
            [*times, found_all, Line("slowest count", worst)],
            _RECORDS,
            Axis("seconds", log=True),
        ),
        "scale-processor.svg": line_chart(
            "Processor time of a record",
            [each(told, stage) for stage, told in STAGES.items()],
            _RECORDS,
            Axis("milliseconds"),
        ),
        "scale-search.svg": line_chart("Search over HTTP, p95", searched, _RECORDS, Axis("milliseconds")),
        "scale-memory.svg": line_chart(
            "Peak memory of a stage, helping processes too", [*memory, serving], _RECORDS, Axis("MB")
        ),
        "scale-disk.svg": line_chart("Size of the data directory", disk, _RECORDS, Axis("MB", log=True)),
    }


def written(found: Found) -> str:
    """The figures as they are kept."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def write_docs(found: Found, docs: Path) -> None:
    """Put the tables between the marks of `scaling.md`, the figures and the pictures (of SQLite) beside it."""
    page = docs / "scaling.md"
    page.write_text(with_tables(page.read_text(encoding="utf-8"), found), encoding="utf-8")
    (docs / "images" / "scale.json").write_text(written(found), encoding="utf-8")
    for name, drawn in pictures(found[DATABASES[0]]).items():
        (docs / "images" / name).write_text(drawn, encoding="utf-8")


def with_tables(page: str, found: Found) -> str:
    """The page with these figures between its marks, ``<!-- sqlite -->`` and so on."""
    machine = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    told = {name: table(found[name]) for name in DATABASES if name in found}
    told |= {"machine": f"Measured on: {machine}.", "money": money_table()}
    for name, block in told.items():
        marked = f"<!-- {name} -->\n\n{block}\n\n<!-- /{name} -->"
        before, begun, rest = page.partition(f"<!-- {name} -->")
        _, ended, after = rest.partition(f"<!-- /{name} -->")
        page = f"{before}{marked}{after}" if begun and ended else page
    return page


def _sizes(found: Sizes) -> list[int]:
    return sorted(int(size) for size in found)


def _stages(found: Sizes, sizes: Sequence[int]) -> str:
    rows = []
    for stage, told in STAGES.items():
        steps = [found[str(size)][stage] for size in sizes]
        each = [1000 * step["seconds"] / step["records"] for step in steps]
        whole = [cost * size for cost, size in zip(each, sizes, strict=True)]
        read = [
            "" if step["records"] == size else f" (of {step['records']:,})"
            for step, size in zip(steps, sizes, strict=True)
        ]
        rows.append(
            [
                f"{told}: time",
                *(f"{_time(step['seconds'])}{part}" for step, part in zip(steps, read, strict=True)),
                _growths(whole, sizes),
            ]
        )
        rows.append(
            [
                f"{told}: processor, ms a record",
                *(f"{1000 * step['processor'] / step['records']:.2f}" for step in steps),
                "",
            ]
        )
        memory = [step["megabytes"] for step in steps]
        rows.append([f"{told}: peak memory", *(f"{one:,.0f} MB" for one in memory), _growths(memory, sizes)])
    more = [found[str(size)]["ten more"]["seconds"] for size in sizes]
    rows.append(["ten more records taken in", *map(_time, more), _growths(more, sizes)])
    for stage, told in (("ingest", "taken in"), ("index", "taken in and indexed")):
        disk = [found[str(size)][stage]["disk"] for size in sizes]
        rows.append([f"disk: {told}", *(f"{one:,.0f} MB" for one in disk), _growths(disk, sizes)])
    return _markdown(["", *(f"{size:,} records" for size in sizes), "exponent"], rows)


def _searches(found: Sizes, sizes: Sequence[int]) -> str:
    told = [found[str(size)]["search"] for size in sizes]
    rows = []
    for name in told[-1]["milliseconds"]:
        each = [one["milliseconds"][name] for one in told]
        rows.append([name, *(" / ".join(f"{n:g}" for n in of) for of in each), _growths([of[1] for of in each], sizes)])
    recalls = told[-1].get("recall", {})
    rows += [
        [f"recall@10 against exact, {name}", *(f"{one['recall'][name]:.3f}" for one in told), ""] for name in recalls
    ]
    rows.append(["memory of the service", *(f"{one['megabytes']:,} MB" for one in told), ""])
    return _markdown(["search, ms: p50 / p95 / worst", *(f"{size:,}" for size in sizes), "exponent"], rows)


def _counts(found: Sizes, sizes: Sequence[int]) -> str:
    told = [found[str(size)]["counting"] for size in sizes]
    rows = [
        [f"`voc stats {name}`", *(f"{one[name]:.2f} s" for one in told), _growths([one[name] for one in told], sizes)]
        for name in told[-1]
    ]
    return _markdown(["counting, a whole process", *(f"{size:,}" for size in sizes), "exponent"], rows)


def _growths(values: Sequence[float], sizes: Sequence[int]) -> str:
    """The exponent of each step from one size to the next."""
    steps = zip(values, values[1:], sizes, sizes[1:], strict=False)
    return ", ".join(f"{growth(a, b, after / before):.2f}" for a, b, before, after in steps if a > 0 and b > 0)


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
