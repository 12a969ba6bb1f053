"""The demo itself: everything in order on the sample, then proposals and answers."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import as_file
from pathlib import Path

from assistant.bootstrap import App
from assistant.cli.demo.choosing import one_for_each, one_of_each
from assistant.cli.output import Progress
from assistant.domain.answers import Answer
from assistant.domain.engine import Recalling
from assistant.domain.ideas import Idea
from assistant.domain.proposals import Proposal
from assistant.errors import ModelError, NotRecordedError
from assistant.insight.markdown import render
from assistant.intake.reading import ReadOptions
from assistant.llm.replaying import SAMPLE
from assistant.pipeline import Receipt
from assistant.records.exports import write_atomically

_AT_ONCE = 64
"""Proposals and questions put to a model side by side while it is recorded."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of the demo."""

    receipts: Mapping[str, Receipt]
    ideas: tuple[Idea, ...]
    """The best of each NBN type."""
    proposals: Mapping[str, Proposal]
    """By the audience for whom each is; the one to be shown is the first."""
    files: Mapping[str, Path]
    """Proposal's id → where it was written."""
    answers: tuple[Answer, ...]


def play(app: App, questions: Iterable[str], progress: Progress, *, every: bool) -> Played:
    """The whole way: the sample in, needs, themes, ideas, proposals and answers out.

    Args:
        every: a proposal for each audience; else one alone.

    Raises:
        ModelError: nothing was left to go on with: no idea.
    """
    receipts = _run(app, progress)
    ideas = app.store.all_ideas()
    if not ideas:
        problem = getattr(receipts.get("analyse"), "problem", None) or "the engine gave none that could be kept"
        raise ModelError(f"the demo ends without an idea: {problem}")
    proposals = _proposals(app, one_for_each(ideas, app.store.themes()), progress, every=every)
    files = {one.id: _written(one, app) for one in proposals.values()}
    answers = []
    for n, question in enumerate(questions, 1):
        answers.append(app.ask.ask(question))
        progress("answers", n, None)
    return Played(receipts, tuple(one_of_each(ideas)), proposals, files, tuple(answers))


def in_its_stead(app: App, played: Played) -> int:
    """How much of it the rules did because the recording that is played back does not hold it."""
    if not isinstance(app.engine, Recalling):
        return 0
    receipts = played.receipts.values()
    lost = sum(getattr(one, "failed", {}).get(NotRecordedError.kind, 0) for one in receipts)
    lost += sum(getattr(one, "by_rules", 0) for one in receipts)
    said = [*(one.engine for one in played.proposals.values()), *(one.engine for one in played.answers)]
    return int(lost) + said.count("rules")


def record(app: App, questions: Iterable[str], progress: Progress) -> list[str]:
    """Have everything said once that the demo needs; what could not be had is returned, a sentence each."""
    receipts = _run(app, progress)
    failed = [_lost(stage, lost) for stage, receipt in receipts.items() if (lost := getattr(receipt, "failed", None))]
    chosen = one_for_each(app.store.all_ideas(), app.store.themes())
    jobs: list[tuple[str, Callable[[], object]]] = [
        (idea.title, lambda idea=idea: app.pipeline.propose(idea.id))  # type: ignore[misc]
        for idea in chosen.values()
    ]
    jobs += [(question, lambda question=question: _answered(app, question)) for question in questions]  # type: ignore[misc]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="record") as pool:
        running = [(told, pool.submit(job)) for told, job in jobs]
        for n, (told, future) in enumerate(running, 1):
            error = future.exception()
            if isinstance(error, ModelError):
                failed.append(f"{told}: {error}")
            elif error is not None:
                raise error
            progress("proposals and answers", n, len(running))
    return failed


def _lost(stage: str, lost: Mapping[str, int]) -> str:
    return f"{stage}: " + ", ".join(f"{n} {reason}" for reason, n in lost.items())


def _answered(app: App, question: str) -> Answer:
    """The answer of the model.

    Raises:
        ModelError: the rules had to answer in its place.
    """
    answer = app.ask.ask(question)
    if answer.engine == "rules":
        raise ModelError("; ".join(answer.warnings) or "the model said nothing that could be verified")
    return answer


def _run(app: App, progress: Progress) -> dict[str, Receipt]:
    with as_file(SAMPLE / "source") as source:
        return dict(app.pipeline.run([source], ReadOptions(), progress=progress))


def _proposals(app: App, chosen: Mapping[str, Idea], progress: Progress, *, every: bool) -> dict[str, Proposal]:
    """A proposal for each audience, that which most customers bear first."""
    found: dict[str, Proposal] = {}
    most_first = sorted(chosen.items(), key=lambda item: (-item[1].customers, item[0]))
    for n, (audience, idea) in enumerate(most_first if every else most_first[:1], 1):
        found[audience] = app.pipeline.propose(idea.id)
        progress("proposals", n, len(most_first) if every else 1)
    return found


def _written(proposal: Proposal, app: App) -> Path:
    target = app.settings.data_dir / f"proposal-{proposal.id}.md"
    write_atomically(target, render(proposal, proposal.language).encode("utf-8"))
    return target
