"""Two answers to one question before a judge who does not know whose they are: ours, and that of a plain chain."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from assistant.domain.answers import Answer
from assistant.domain.drafts import Draft
from assistant.domain.records import Record
from assistant.domain.vocabulary import zh
from assistant.llm.cache import digest_of
from assistant.llm.fence import Fence, fenced
from assistant.llm.shapes import schema_text
from evals.answer_cases import Case
from evals.metrics.measured import Measured, mean, share
from evals.oracle import Oracle
from evals.peers import CHUNK
from prompts import Prompt, RenderedPrompt, load
from prompts.loader import parse

NAIVE, JUDGE = "naive_answers.v1", "judge_answers"
CRITERIA = ("asked", "numbers", "grounded", "usable", "honest", "overall")
Origin = Literal["ours", "naive"]
Verdict = Literal["A", "B", "tie"]
FORM = "2"
"""Part of how judgements are made: raise it when the judge is shown answers in another form."""
CHUNKS = 6
"""So many chunks the plain chain is shown."""
_MARKS = re.compile(r"\s*[\[【]\s*(D?\d{1,3}(?:\s*[,，、]\s*D?\d{1,3})*)\s*[\]】]")
_FORM = re.compile(r"\*\*|__|`|^[ \t]*(?:#{1,6}|>)[ \t]+", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[-*+•·]|\d{1,2}[.、)])[ \t]+", re.MULTILINE)
_LINES = re.compile(r"\n\s*\n+")


class NaiveAnswer(Draft):
    """What the plain chain answers."""

    text: str


class AnswersJudgement(Draft):
    """Which of two answers is better, each reason before its verdict."""

    asked_reason: str
    asked: Verdict
    numbers_reason: str
    numbers: Verdict
    grounded_reason: str
    grounded: Verdict
    usable_reason: str
    usable: Verdict
    honest_reason: str
    honest: Verdict
    overall_reason: str
    overall: Verdict


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer before it is shown: its text, and the whole passages that its marks in brackets point to."""

    text: str
    sources: Mapping[str, str]


def naive_prompt(case: Case, chunks: Sequence[str]) -> RenderedPrompt:
    """The plain question over some chunks."""
    context = "\n\n".join(f"[{n}] {chunk}" for n, chunk in enumerate(chunks, 1))
    return _naive_file().render(context=context, earlier="；".join(case.history) or "无", question=case.question)


def _naive_file() -> Prompt:
    """The plain question as its file says it."""
    return parse(NAIVE, (files("evals") / f"{NAIVE}.md").read_text(encoding="utf-8"))


def judging_ingredients() -> dict[str, str]:
    """What the plain answers and the judgements are made with, for the head of a recording."""
    return {
        "naive_digest": digest_of(_naive_file().digest, schema_text(NaiveAnswer), CHUNKS),
        "judge_digest": digest_of(load(JUDGE).digest, schema_text(AnswersJudgement), FORM),
    }


def place(record: Record) -> str:
    """Where, when and from whom a record is, as both ways and the judge are told."""
    segment = record.customer.segment if record.customer else None
    of = (zh(record.channel), record.product, (record.created_at or "")[:10], zh(segment) if segment else "")
    return "·".join(part for part in of if part)


def shown_ours(answer: Answer, record_of: Callable[[str], Record]) -> Shown:
    """Our answer without what would tell that it is ours: its text, what it offers to choose from, the reply, and around
    the words cited a passage as long as a chunk of the plain chain, with its place."""
    reply = f"\n建议回复：{answer.suggested_reply}" if answer.suggested_reply else ""
    choices = "".join(f"\n- {choice}" for choice in answer.clarify if choice not in answer.text)
    cited = {str(c.n): _passage(record_of(c.record_id), c.start, c.end) for c in answer.citations}
    house = {f"D{n}": backing.quote for n, backing in enumerate(answer.backings, 1)}
    return Shown(f"{answer.text}{choices}{reply}", cited | house)


def shown_naive(text: str, chunks: Sequence[str]) -> Shown:
    """The plain chain's answer, with the chunks that it points to."""
    return Shown(text, {str(n): chunk for n, chunk in enumerate(chunks, 1)})


def _passage(record: Record, start: int, end: int) -> str:
    first = max(0, min((start + end - CHUNK) // 2, len(record.text) - CHUNK))
    return f"（{place(record)}）{record.text[first : first + CHUNK]}"


def judge_prompt(
    case: Case, truth: str, both: Mapping[Origin, Shown], fence: Fence
) -> tuple[RenderedPrompt, list[Origin]]:
    """What the judge is shown, and whose answers A and B are: an order that tells nothing, always the same."""
    order: list[Origin] = sorted(
        both, key=lambda origin: _digest(case.id, origin, both["ours"].text, both["naive"].text)
    )
    earlier = f"先前问过：{'；'.join(case.history)}\n" if case.history else ""
    asked, blocks = f"{earlier}{case.question}", [_block(both[origin]) for origin in order]
    token = fence.token([asked, truth, *blocks])
    answers = "\n\n".join(fenced(f"回答 {name}", token, block) for name, block in zip("AB", blocks, strict=True))
    prompt = load(JUDGE).render(
        token=token, question=fenced("问题", token, asked), truth=fenced("真相", token, truth), answers=answers
    )
    return prompt, order


def truth_of(case: Case, oracle: Oracle) -> str:
    """What is known to be true of a question, for the judge."""
    if case.kind == "unanswerable":
        return f"资料里没有（{case.why}）：应当直说没有，不该硬答。"
    if case.kind == "clarify":
        return f"问题本身不清楚（{case.why}）：应当先问清楚。"
    ways = ["；".join(f"{label} {number:g}" for label, number in rows) for rows in oracle.readings(case.sql)]
    told = [f"从数据库数出来的：{' 。或按另一种读法：'.join(ways)}"] if ways else []
    told += [
        f"该讲到的需求（{oracle.size_of(need)} 条记录里有），例如：\n" + "\n".join(oracle.ladders_of(need))
        for need in sorted(case.needs)
    ]
    return "\n".join(told) or "没有给出真相，只看依据。"


def judge_figures(results: Iterable[tuple[Case, Mapping[str, Origin | None]]]) -> dict[str, float]:
    """Share of questions on which ours is better, half for a tie, on each criterion, and overall by kind of question."""
    found = list(results)
    figures = {"judged": float(len(found))}
    for criterion in CRITERIA:
        figures[f"win_{criterion}"] = _win(verdict[criterion] for _, verdict in found)
    figures["ours_better"] = share(verdict["overall"] == "ours" for _, verdict in found)
    figures["naive_better"] = share(verdict["overall"] == "naive" for _, verdict in found)
    for kind in dict.fromkeys(case.kind for case, _ in found):
        figures[f"win_{kind}"] = _win(verdict["overall"] for case, verdict in found if case.kind == kind)
    return figures


def told_apart(judgement: AnswersJudgement, order: Sequence[Origin]) -> dict[str, Origin | None]:
    """Whose answer is better on each criterion; None for a tie."""
    of: dict[str, Origin | None] = {"A": order[0], "B": order[1], "tie": None}
    return {criterion: of[getattr(judgement, criterion)] for criterion in CRITERIA}


def _block(shown: Shown) -> str:
    """An answer in plain lines, its marks numbered in order of use, one number a passage; then these passages."""
    places: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        names = [name.strip() for name in re.split("[,，、]", match[1])]
        return "".join(f"[{places.setdefault(shown.sources.get(name, name), len(places) + 1)}]" for name in names)

    text = _MARKS.sub(numbered, _LINES.sub("\n", _BULLET.sub("- ", _FORM.sub("", shown.text.strip()))))
    text = re.sub(r"(\[\d+\])\1+", r"\1", text)
    known = set(shown.sources.values())
    notes = [f"[{n}] {' '.join(passage.split())}" for passage, n in places.items() if passage in known]
    return f"{text}\n\n它引用的原话：\n" + ("\n".join(notes) or "（没有）")


def _win(verdicts: Iterable[Origin | None]) -> Measured:
    return mean({"ours": 1.0, "naive": 0.0}.get(verdict or "", 0.5) for verdict in verdicts)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
