"""Masking against the planted values of the sample corpus and of texts from trades the word lists were not made for."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path

from assistant.domain.records import RawRecord
from assistant.intake.privacy import KnownValue, MaskingPolicy, known_values
from assistant.intake.privacy.engine import Engine, taken_out
from assistant.intake.privacy.masker import joined
from assistant.intake.reading import ReadOptions, read_paths
from evals.floors import floors_of
from evals.metrics.marked_texts import MarkedText, read_marked_texts
from evals.metrics.measured import share
from evals.metrics.privacy import Report as Scored
from evals.metrics.privacy import Span, planted_spans, score_masking, touches, without
from evals.naive_masking import found_plainly
from evals.report import Report
from evals.workbench import MEASURING_KEY, Workbench

SERVICES = Path(__file__).parents[1] / "cases" / "privacy" / "services.tsv"
"""Service texts of other trades, written before the engine was tried on them; every value is made up."""
UNSEEN = SERVICES.with_name("unseen.tsv")
"""Forty more texts of yet other trades, written when the engine was done with the first; at first sight recall .92,
precision .99."""
SECOND_LOOK = SERVICES.with_name("second_look.tsv")
"""172 texts that somebody else wrote without knowing the engine: rare surnames, minority and foreign names, names
without any word before them, villages, Hong Kong, Taiwan. At first sight recall .77 (names .60), precision .95."""
FIRST_SIGHT = SERVICES.with_name("first_sight.tsv")
"""Forty texts written when the engine was done with those. What it made of them at first sight, recall .875 (names
.77, all else .94) and precision .94, is nearer to what a newcomer's texts will meet than any figure here."""
_MARKED = {"services_": SERVICES, "unseen_": UNSEEN, "second_look_": SECOND_LOOK, "first_sight_": FIRST_SIGHT}
Measured = tuple[str, str, Sequence[Span], Sequence[Span]]


def run(bench: Workbench) -> Report:
    """Recall and precision over both case sets and by type, every miss and false alarm, and of the hard negatives of
    the marked sets (prices, times, models, staff, places …) the share that stayed."""
    sample = score_masking(_sample(bench))
    scores, figures = [sample], dict(_figures(sample, ""))
    figures |= _plainly(score_masking(_sample(bench, plainly=True)), "")
    for prefix, path in _MARKED.items():
        cases = [(case, found_in(case.text)) for case in read_marked_texts(path)]
        scores.append(score_masking(_service(case, found) for case, found in cases))
        kept = share(not touches(span, found) for case, found in cases for span in case.kept)
        figures |= {**_figures(scores[-1], prefix), f"{prefix}kept": kept}
        figures |= _plainly(score_masking(_service(case, found_plainly(case.text)) for case, _ in cases), prefix)
    planted = sum(scored.overall.found + scored.overall.missed for scored in scores)
    floors = floors_of("privacy", "any", figures)
    return Report("privacy", planted, figures, floors, tuple(line for scored in scores for line in _worst(scored)))


def found_in(text: str, known: Sequence[KnownValue] = ()) -> list[Span]:
    """What the whole of masking, with all its searches, takes out of a raw text."""
    engine = Engine(MEASURING_KEY, MaskingPolicy())
    return [Span(span.type, span.start, span.end) for span in taken_out(engine, text, known)]


def _sample(bench: Workbench, *, plainly: bool = False) -> Iterator[Measured]:
    with as_file(files("assistant.sample") / "xinglan" / "source") as source:
        for raw in read_paths([source], ReadOptions()):
            if isinstance(raw, RawRecord):
                planted = [(item["type"], item["text"]) for item in bench.truth[raw.external_id]["pii"]]
                known = known_values(raw.customer)
                for text in filter(None, [raw.title, joined(raw)[0]]):
                    found = found_plainly(text) if plainly else found_in(text, known)
                    yield raw.external_id, text, planted_spans(text, planted), found


def _service(case: MarkedText, found: Sequence[Span]) -> Measured:
    return case.id, case.text, case.planted, without(found, case.planted, case.either)


def _figures(scored: Scored, prefix: str) -> Mapping[str, float]:
    figures = {f"{prefix}recall": scored.overall.recall, f"{prefix}precision": scored.overall.precision}
    for kind, score in scored.by_type.items():
        figures |= {f"{prefix}{kind}_recall": score.recall, f"{prefix}{kind}_precision": score.precision}
    return figures


def _plainly(scored: Scored, prefix: str) -> Mapping[str, float]:
    return {f"{prefix}naive_recall": scored.overall.recall, f"{prefix}naive_precision": scored.overall.precision}


def _worst(scored: Scored) -> tuple[str, ...]:
    """Where to look, without the value itself: a report travels."""
    misses = (f"missed in {record}: {kind} of {len(text)} characters" for record, kind, text in scored.misses)
    false = (f"false in {record}: {kind} of {len(text)} characters" for record, kind, text in scored.false_alarms)
    return (*misses, *false)
