"""Proposals for the largest needs: is every fact borne, every number counted, every quote verbatim; and what a judge says."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from pydantic import TypeAdapter

from assistant.bootstrap import chat_endpoint
from assistant.domain.engine import Engine
from assistant.domain.filters import Filters
from assistant.domain.proposals import Proposal
from assistant.errors import ModelError, NotRecordedError, UsageError
from assistant.insight.dossier import Dossier
from assistant.insight.proposals import draft
from assistant.llm.fence import Fence, fence_secret
from assistant.llm.recording import Recording, SilentEndpoint, begin, read_recording
from assistant.llm.seams import Endpoint
from assistant.pipeline.proposing import Source, dossier_of
from evals.blinding import plain_lines
from evals.floors import floors_of
from evals.metrics.measured import share
from evals.metrics.proposals import measured, measured_plain
from evals.proposing import (
    Drafts,
    Origin,
    Writer,
    judge_figures,
    judged,
    proposal_ingredients,
    shown_blind,
)
from evals.recording import ReservedEndpoint, fresh
from evals.report import Report
from evals.workbench import MEASURING_KEY, Workbench

THEMES = 3
_JUDGED = "judged_texts"
"""Where the head of a recording keeps the texts that a judge saw: theme → way → text."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who drafts by a model: the writer, and where its exchanges are kept."""

    writer: Writer
    endpoint: Endpoint
    kept: Recording


def run(bench: Workbench) -> Report:
    """Of the rules always; of the model and the plain question where drafts are recorded or a model can be asked.

    ``…_verified``: of the sentences that say how things are, those that code verified; the rest is marked or left out.
    What stands as a fact is checked anew here (quotes, evidence, numbers), without the code that drafted. The judge sees the three drafts of a theme blind and shuffled.
    """
    with _asked(bench) as asked:
        dossiers = _dossiers(bench, asked.kept if asked else None, "llm")
        rules_side = _dossiers(bench, None, "rules")
        figures, notes = dict(_as_counted(bench, rules_side)), []
        texts: list[dict[Origin, str]] = [{} for _ in dossiers]
        by_rules = [draft(bench.app.rules, dossier) for dossier in rules_side]
        figures |= measured("rules", by_rules, bench)
        if asked is not None:
            written, plain, failed = _written(asked, dossiers)
            drafted = [proposal for proposal in written if proposal]
            if not drafted and not bench.only:
                fresh(asked.kept, proposal_ingredients())
            figures |= measured("llm", drafted, bench) if drafted else {}
            figures |= measured_plain(plain, dossiers)
            for at, dossier in enumerate(dossiers):
                own = next((p for d, p in zip(rules_side, by_rules, strict=True) if _theme(d) == _theme(dossier)), None)
                texts[at] = _texts(written[at], plain[at], own)
            cases = [Drafts(d, t) for d, t in zip(dossiers, texts, strict=True) if len(t) > 1]
            cases, older = _as_judged(asked, cases)
            fence = Fence(fence_secret(MEASURING_KEY))
            figures |= judge_figures(list(judged(cases, asked.endpoint, asked.kept, fence)))
            notes = [f"drafted and judged by {asked.kept.model}", *_told_missing(asked.kept), *older, *failed]
    floors = floors_of("proposals", bench.app.engine.name, figures)
    return Report("proposals", len(dossiers), figures, floors, notes=tuple(notes))


def _as_judged(asked: _Asked, cases: list[Drafts]) -> tuple[list[Drafts], list[str]]:
    """The cases with the texts that were judged, where the recording has them and they are worded otherwise now.

    While it is recorded the texts of now are judged and kept in its head.
    """
    kept = asked.kept.head.setdefault(_JUDGED, {})
    if not isinstance(asked.endpoint, SilentEndpoint) or isinstance(asked.endpoint, ReservedEndpoint):
        kept |= {_theme(case.dossier): dict(case.texts) for case in cases}
        return cases, []
    found = [replace(case, texts=kept.get(_theme(case.dossier), case.texts)) for case in cases]
    others = sum(dict(one.texts) != dict(case.texts) for one, case in zip(found, cases, strict=True))
    return found, [
        f"{others} of {len(cases)} themes judged by drafts as recorded, worded otherwise now"
    ] if others else []


def _told_missing(kept: Recording) -> Iterator[str]:
    """What the recording does not hold, and which of the things it was made with are others now."""
    if told := kept.told_missed():
        then, now = kept.head["made_with"], proposal_ingredients()
        changed = [name for name, value in now.items() if then.get(name) != value]
        yield told + (f" (changed since: {', '.join(changed)})" if changed else "")


def _theme(dossier: Dossier) -> str:
    return dossier.material.material.theme.id


@contextmanager
def _asked(bench: Workbench) -> Iterator[_Asked | None]:
    """Who drafts by a model; None where no file for drafts is named."""
    if bench.drafts is None or bench.live is None:
        yield None
        return
    live = bench.live
    made = proposal_ingredients()
    reachable = live.engine_name == "llm"
    endpoint: Endpoint
    if reachable:
        endpoint = chat_endpoint(live, live.data_dir)
        kept = begin(bench.drafts, endpoint.shaping, made, task="proposals")
        endpoint = ReservedEndpoint(kept, endpoint, bench.only) if bench.only else endpoint
        before = read_recording(bench.drafts).head if bench.drafts.exists() else {}
        kept.head |= {name: before[name] for name in ("dossiers", _JUDGED) if name in before}
    else:
        if not bench.drafts.exists():
            raise UsageError(f"{bench.drafts} is not there and no model is set: set OPENAI_BASE_URL to record it")
        kept = read_recording(bench.drafts)
        endpoint = SilentEndpoint(kept)
    try:
        yield _Asked(Writer(live, endpoint, fence_secret(MEASURING_KEY), cache=kept), endpoint, kept)
    finally:
        if reachable:
            kept.close()


def _dossiers(bench: Workbench, kept: Recording | None, engine: str) -> list[Dossier]:
    """What the proposals stand on: as recorded, else counted now of the themes with the most customers."""
    adapter = TypeAdapter(Dossier)
    if kept is not None and "dossiers" in kept.head:
        return [adapter.validate_python(one) for one in kept.head["dossiers"]]
    assert bench.receipts
    context = bench.app.pipeline.context
    writer = cast("Engine", _Named("llm")) if engine == "llm" else bench.app.rules
    context = replace(context, engine=writer)
    themes, _ = bench.app.store.list_themes(Filters(sentiment=("negative",)), None)
    largest = sorted(themes, key=lambda theme: (-theme.customers, theme.id))[:THEMES]
    found = [dossier_of(context, Source(theme.id), "zh") for theme in largest]
    if kept is not None:
        kept.head["dossiers"] = [adapter.dump_python(one, mode="json") for one in found]
    return found


@dataclass(frozen=True, slots=True)
class _Named:
    """As much of an engine as counting for it needs: its name."""

    name: str


def _written(asked: _Asked, dossiers: Sequence[Dossier]) -> tuple[list[Proposal | None], list[str | None], list[str]]:
    """Drafts of the model's path and of the plain question, all side by side, and what failed."""
    failed: list[str] = []

    def ours(dossier: Dossier) -> Proposal | None:
        try:
            return draft(asked.writer, dossier)
        except NotRecordedError:
            return None
        except ModelError as error:
            failed.append(f"our draft of {dossier.material.material.theme.title}: {error}")
            return None

    def plainly(dossier: Dossier) -> str | None:
        try:
            answer = asked.writer.naive_proposal(dossier)
        except NotRecordedError:
            return None
        except ModelError as error:
            failed.append(f"plain draft of {dossier.material.material.theme.title}: {error}")
            return None
        return f"# {answer.title}\n\n{answer.text}"

    with ThreadPoolExecutor(2 * max(1, len(dossiers))) as pool:
        written, plain = pool.map(ours, dossiers), pool.map(plainly, dossiers)
        return list(written), list(plain), failed


def _texts(written: Proposal | None, plain: str | None, by_rules: Proposal | None) -> dict[Origin, str]:
    texts: dict[Origin, str] = {}
    if written is not None:
        texts["llm"] = shown_blind(written)
    if plain is not None:
        texts["naive"] = plain_lines(plain)
    if by_rules is not None:
        texts["rules"] = shown_blind(by_rules)
    return texts


def _as_counted(bench: Workbench, dossiers: Sequence[Dossier]) -> Iterator[tuple[str, float]]:
    """Whether what the proposals tell of a theme is what the counting engine counts of it."""
    counting, same = bench.app.counting, []
    for dossier in dossiers:
        filters = Filters(theme=(_theme(dossier),))
        totals, coverage = counting.totals(filters), dossier.material.coverage
        known = {figure.name: figure.value for figure in dossier.material.figures}
        same += [totals.records == coverage.records_supporting, totals.customers == coverage.customers_supporting]
        same += [
            known.get(f"customers:{row.key}") == row.customers
            for row in counting.rows("segment", filters)
            if row.key in _SEGMENTS
        ]
        same += [
            n == months[1]
            for months in dossier.months
            for month, n, _ in counting.monthly(filters)
            if month == months[0]
        ]
    yield "figures_as_counted", share(same)


_SEGMENTS = frozenset({"consumer", "sme", "enterprise", "government", "dealer", "service_provider"})
