"""Several ways of reading the same records, side by side: figures with their intervals, and tokens a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import click

from assistant.domain.statistics import wilson
from evals.metrics.extraction import Pair, match
from evals.metrics.reading_counts import reading_counts
from evals.workbench import Workbench


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson)."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class Column:
    """One way of reading."""

    reader: str
    records: int
    shares: dict[str, Share]
    prompt_tokens: float
    """A record."""
    completion_tokens: float
    refused: int
    """Insights and parts of insights whose quotes did not stand."""
    failed: int


def column(bench: Workbench) -> Column:
    """What this workbench's way comes to on the records it looks at."""
    rows, truth = bench.read_insights, bench.truth
    found = match(rows, truth)
    pairs = found.pairs
    chances = next((c for c in reading_counts(rows, truth, bench.noise) if c.name == "opportunity"), None)
    asked, said = bench.tokens
    motives = [{pair.insight.get("deep_category"), pair.insight.get("deep_category_alt")} for pair in pairs]
    return Column(
        bench.reader,
        len(bench.records),
        {
            "need_recall": Share(len(pairs), len(pairs) + len(found.lost)),
            "need_precision": Share(len(pairs), len(rows)),
            "aspect": _same(pairs, "aspect"),
            "sentiment": _same(pairs, "sentiment"),
            "deep": _same(pairs, "deep_category"),
            "deep_or_alt": Share(
                sum(p.need["deep_category"] in m for p, m in zip(pairs, motives, strict=True)), len(pairs)
            ),
            "opportunity_recall": Share(chances.both, chances.true) if chances else Share(0, 0),
            "opportunity_precision": Share(chances.both, chances.said) if chances else Share(0, 0),
        },
        asked,
        said,
        sum(bench.reading.refused.values()),
        sum(bench.reading.failed.values()),
    )


def _same(pairs: Sequence[Pair], field: str) -> Share:
    return Share(sum(pair.insight.get(field) == pair.need.get(field) for pair in pairs), len(pairs))


def show_columns(columns: Sequence[Column]) -> None:
    """The table for a reader at a terminal; intervals of 95 % behind each share."""
    for n, one in enumerate(columns, 1):
        click.echo(f"({n}) {one.reader}, {one.records} records")
    click.secho(f"  {'':22}" + "".join(f"{f'({n})':>24}" for n in range(1, len(columns) + 1)), bold=True)
    for name in columns[0].shares:
        click.echo(f"  {name:22}" + "".join(f"{_told(one.shares[name]):>24}" for one in columns))
    for name in ("prompt_tokens", "completion_tokens", "refused", "failed"):
        click.echo(f"  {name:22}" + "".join(f"{getattr(one, name):>24,.0f}" for one in columns))
    click.echo("  tokens are those of a record; of whole recordings the mean of all that was read")


def _told(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.3f} [{low:.2f}-{high:.2f}] {share.hits}/{share.of}"


def plain_column(one: Column) -> dict[str, object]:
    """A column as JSON."""
    shares = {
        name: {"value": share.value, "hits": share.hits, "of": share.of, "interval": list(share.interval)}
        for name, share in one.shares.items()
    }
    return {
        "reader": one.reader,
        "records": one.records,
        **shares,
        "prompt_tokens_per_record": one.prompt_tokens,
        "completion_tokens_per_record": one.completion_tokens,
        "refused": one.refused,
        "failed": one.failed,
    }
