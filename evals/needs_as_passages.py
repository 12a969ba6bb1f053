"""What search gains when the needs read out of records are indexed beside them: by nobody, by the rules, by a model."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assistant.domain.records import Record
from assistant.records.indexing import passages_of
from evals.peers import Search, naive
from evals.throwaway import indexed
from evals.workbench import Way, Workbench, workbench
from vectorstore.index import Passage, PassageIndex

RECORDING = Path(__file__).with_name("recordings") / "xinglan.jsonl.gz"
Needs = Mapping[str, Sequence[str]]
"""External id → the ladders of a record's needs, each a line a rung."""


def ways_with_needs(bench: Workbench, records: Mapping[str, Record]) -> Iterator[tuple[str, Search]]:
    """Each way to search by its name, to be used before the next is taken.

    ``records_alone`` is what is found before anything has been read; ``…_half_read`` what is found while every second
    record has been; ``planted_needs`` what the corpus was written from. Where it must be quick, the model's alone.
    """
    read = dict(_read(bench))
    half = {key: told for key, told in read.get("model", {}).items() if key in sorted(records)[::2]}
    sets: dict[str, Needs] = {"records_alone": {}}
    sets |= {f"with_needs_of_{reader}": told for reader, told in read.items()}
    sets |= {"with_needs_of_model_half_read": half} if half else {}
    sets["with_planted_needs_upper_bound"] = {
        key: [_ladder(need) for need in truth["needs"]] for key, truth in bench.truth.items() if key in records
    }
    for name, told in sets.items():
        if bench.quick and name != "with_needs_of_model":
            continue
        with indexed(*_passages(records, told)) as index:
            yield name, _by(index)
            if name == "with_needs_of_model":
                called, plain = naive(_joined(records, told), index.embedder)
                yield f"{called}_{name}", plain


def recorded() -> bool:
    """Whether a model's reading of the sample lies here."""
    return RECORDING.exists()


def _read(bench: Workbench) -> Iterator[tuple[str, Needs]]:
    if bench.app.engine.name == "rules":
        yield "rules", _by_record(bench.read_insights)
    if recorded():
        with workbench(bench.app.settings, Way(recorded=RECORDING)) as other:
            yield "model", _by_record(other.read_insights)


def _by_record(insights: Sequence[Mapping[str, object]]) -> Needs:
    found: dict[str, list[str]] = {}
    for insight in insights:
        found.setdefault(str(insight["external_id"]), []).append(_ladder(insight))
    return found


def _passages(records: Mapping[str, Record], told: Needs) -> tuple[dict[str, list[Passage]], ...]:
    own = {
        key: [Passage(key, p.ordinal, p.start, p.end, p.text, p.kind) for p in passages_of(record)]
        for key, record in records.items()
    }
    needs = {
        key: [
            Passage(key, n, 0, 0, f"{records[key].product or ''}\n{ladder}", "insight")
            for n, ladder in enumerate(told.get(key, ()))
        ]
        for key in records
    }
    return (own, needs) if told else (own,)


def _joined(records: Mapping[str, Record], told: Needs) -> dict[str, str]:
    return {key: "\n".join([str(record.text), *told.get(key, ())]) for key, record in records.items()}


def _ladder(need: Mapping[str, object]) -> str:
    return "\n".join(str(need[rung]) for rung in ("surface", "secondary", "deep") if need.get(rung))


def _by(index: PassageIndex) -> Search:
    return lambda question, limit: [hit.document_id for hit in index.search(question, limit=limit)]
