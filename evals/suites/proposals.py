"""Proposals for the largest needs: is every fact borne, every number counted, every quote verbatim; and what a judge says."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic import TypeAdapter

from assistant.bootstrap import chat_endpoint
from assistant.domain.engine import Engine
from assistant.domain.filters import Filters
from assistant.domain.proposals import Proposal
from assistant.errors import ModelError, UsageError
from assistant.insight.dossier import Dossier
from assistant.insight.numbers import numbers_in
from assistant.insight.proposals import draft
from assistant.insight.wordings import quotations, unit_of, unquoted
from assistant.llm.engine import Endpoint
from assistant.llm.fence import Fence, fence_secret
from assistant.pipeline.proposing import Source, dossier_of
from evals.proposing import (
    Drafts,
    Origin,
    Writer,
    judge_figures,
    judged,
    proposal_ingredients,
    shown_blind,
)
from evals.recording import Recording, SilentEndpoint, begin, fresh, read_recording
from evals.report import Report
from evals.workbench import MEASURING_KEY, Workbench

THEMES = 3
FLOORS = {
    "rules_verified": 0.95,
    "rules_quotes_verbatim": 1.0,
    "rules_evidence_verbatim": 1.0,
    "rules_numbers_counted": 1.0,
    "rules_complete": 1.0,
    "figures_as_counted": 1.0,
}
_OF_MODEL = {
    "llm_verified": 0.95,
    "llm_quotes_verbatim": 1.0,
    "llm_evidence_verbatim": 1.0,
    "llm_numbers_counted": 1.0,
    "llm_complete": 1.0,
}
_MUST = (
    "title", "summary", "evidence", "concept.what", "concept.features", "concept.how_it_differs", "route.why",
    "departments.service", "departments.product", "departments.marketing_sales", "departments.after_sales",
    "marketing_7p.product", "marketing_7p.price", "marketing_7p.place", "marketing_7p.promotion",
    "marketing_7p.people", "marketing_7p.process", "marketing_7p.physical_evidence", "value.service_income",
    "value.service_marketing", "value.service_value", "value.assumptions", "friction_removed.text", "next_needs",
    "risks", "metrics", "next_test", "disconfirming_question", "concerns_by_segment", "coverage", "target",
)  # fmt: skip


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
        figures |= _measured("rules", by_rules, bench)
        if asked is not None:
            written, plain, failed = _written(asked, dossiers)
            figures |= _measured("llm", [p for p in written if p], bench) | _measured_plain(plain, dossiers)
            for at, dossier in enumerate(dossiers):
                own = next((p for d, p in zip(rules_side, by_rules, strict=True) if _theme(d) == _theme(dossier)), None)
                texts[at] = _texts(written[at], plain[at], own)
            cases = [Drafts(d, t) for d, t in zip(dossiers, texts, strict=True) if len(t) > 1]
            fence = Fence(fence_secret(MEASURING_KEY))
            figures |= judge_figures(list(judged(cases, asked.endpoint, asked.kept, fence)))
            notes = [f"drafted and judged by {asked.kept.model}", *failed]
    floors = FLOORS | (_OF_MODEL if asked is not None else {})
    return Report("proposals", len(dossiers), figures, floors, notes=tuple(notes))


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
        if bench.drafts.exists() and "dossiers" in (before := read_recording(bench.drafts).head):
            kept.head["dossiers"] = before["dossiers"]
    else:
        if not bench.drafts.exists():
            raise UsageError(f"{bench.drafts} is not there and no model is set: set OPENAI_BASE_URL to record it")
        kept = read_recording(bench.drafts)
        fresh(kept, made)
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
        except ModelError as error:
            failed.append(f"our draft of {dossier.material.material.theme.title}: {error}")
            return None

    def plainly(dossier: Dossier) -> str | None:
        try:
            answer = asked.writer.naive_proposal(dossier)
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
        texts["naive"] = plain
    if by_rules is not None:
        texts["rules"] = shown_blind(by_rules)
    return texts


def _measured(name: str, proposals: Sequence[Proposal], bench: Workbench) -> dict[str, float]:
    """The receipts summed up, and what is checked anew without the drafting code: quotes, evidence, numbers, fields."""
    receipts = [cast("Mapping[str, int]", p.provenance["coverage_receipt"]) for p in proposals]
    total = {key: sum(one[key] for one in receipts) for key in ("statements", "facts", "verified", "marked", "removed")}
    facts = max(1, total["facts"])
    quotes, evidence, numbers = zip(*(_anew(p, bench) for p in proposals), strict=True) if proposals else ((), (), ())
    return {
        f"{name}_proposals": float(len(proposals)),
        f"{name}_statements": float(total["statements"]),
        f"{name}_facts": float(total["facts"]),
        f"{name}_verified": total["verified"] / facts,
        f"{name}_marked": float(total["marked"]),
        f"{name}_removed": float(total["removed"]),
        f"{name}_quotes_verbatim": _share(quotes),
        f"{name}_evidence_verbatim": _share(evidence),
        f"{name}_numbers_counted": _share(numbers),
        f"{name}_complete": _share([[_holds(p, place) for place in _MUST] for p in proposals]),
    }


def _anew(proposal: Proposal, bench: Workbench) -> tuple[list[bool], list[bool], list[bool]]:
    """Of each quotation, each evidence and each count in a fact: whether it stands, looked up in the store again."""
    cited = (*proposal.evidence, *proposal.counter_evidence)
    records = bench.app.store.records_by_id([e.record_id for e in cited])
    texts = {e.n: str(records[e.record_id].text) if e.record_id in records else "" for e in cited}
    values = {f.key: (f.unit, {f.value, *(f.interval or ())}) for f in proposal.figures}
    facts = [statement for statement in proposal.statements if statement.kind == "fact"]
    names = [proposal.title, *(str(t) for t in cast("Sequence[str]", proposal.provenance["theme_ids"]))]
    quotes = [
        any(quote in texts[n] for n in statement.evidence)
        for statement in facts
        for quote in quotations(statement.text)
        if "「" not in statement.text and not any(quote in name for name in names)
    ]
    numbers = [
        any(
            unit == unit_of(number) and any(number.value in (v, round(v)) for v in of)
            for unit, of in (values[key] for key in statement.figures)
        )
        or any(number.text in texts[n] for n in statement.evidence)
        for statement in facts
        for number in numbers_in(unquoted(statement.text))
        if unit_of(number) is not None
    ]
    return quotes, [texts[e.n][e.start : e.end] == e.quote for e in cited], numbers


def _measured_plain(texts: Sequence[str | None], dossiers: Sequence[Dossier]) -> dict[str, float]:
    """Of the plain drafts: quotations that stand in what was shown, and counts that anybody counted."""
    quotes, numbers = [], []
    for text, dossier in zip(texts, dossiers, strict=True):
        shown = "\n".join(voice.quote for voice in dossier.material.material.voices)
        values = {v for f in dossier.material.figures for v in (f.value, *(f.interval or ()))}
        quotes.append([quote in shown for quote in quotations(text or "")])
        counted = [n for n in numbers_in(unquoted(text or "")) if unit_of(n) is not None]
        numbers.append([n.value in values or n.text in shown for n in counted])
    return {
        "naive_quotes_verbatim": _share(quotes),
        "naive_numbers_counted": _share(numbers),
        "naive_numbers": float(sum(map(len, numbers))),
    }


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
    yield "figures_as_counted", sum(same) / max(1, len(same))


_SEGMENTS = frozenset({"consumer", "sme", "enterprise", "government", "dealer", "service_provider"})


def _holds(proposal: Proposal, place: str) -> bool:
    found: Any = proposal
    for part in place.split("."):
        found = found.get(part) if isinstance(found, Mapping) else getattr(found, part)
    return bool(found)


def _share(groups: Sequence[Sequence[bool]]) -> float:
    found = [one for group in groups for one in group]
    return sum(found) / len(found) if found else 1.0
