"""What it takes in tokens to read one record: packs with one static beginning, against one record a call.

Both ways ask the same question in the same words and get the same answers; only the packing differs. Counted with the
estimator that budgets are kept with, the answers being those of the rules, written as a model would write them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from assistant.domain.drafts import ReadingsDraft
from assistant.domain.records import MaskedText, Record
from assistant.llm.budget import estimate_tokens
from assistant.llm.company import context_of, read_company
from assistant.llm.fence import Fence
from assistant.llm.packing import pack_records
from assistant.llm.reader import PROMPT
from assistant.llm.rendering import record_variables
from assistant.llm.shapes import schema_text
from assistant.rules.lexicon import lexicon
from assistant.rules.reading import read_record
from evals.naive import naive_prompt
from prompts import RenderedPrompt, load

MOST_SHARE = 0.45
"""Our way may take at most this part of what one record a call takes."""
SAMPLE = Path(__file__).resolve().parents[1] / "cases" / "xinglan" / "records.jsonl"


@dataclass(frozen=True, slots=True)
class TokenCost:
    """Tokens a record takes, questions and answers, in three ways."""

    packed: float
    alone: float
    """The same prompt, one record a call."""
    plain: float
    """A plain short question, one record a call: cheap, and it reads as it is asked."""
    static: float
    """Part of the packed questions that is the same in every call: a provider with prefix caching bills it less."""

    @property
    def share(self) -> float:
        """Packed against alone."""
        return self.packed / self.alone


def token_cost(records: Iterable[Record]) -> TokenCost:
    """The cost of reading these records; the records have no turns and stand for texts of their length."""
    found, fence, cues = list(records), Fence(b"measure" * 5), lexicon()
    company = context_of(read_company(Path(str(files("assistant.sample") / "xinglan" / "company.toml"))))
    answers = {record.id: _tokens(read_record(record, cues).model_dump_json()) for record in found}
    schema = _tokens(schema_text(ReadingsDraft))

    def asked(pack: list[Record]) -> RenderedPrompt:
        return load(PROMPT).render(**record_variables(pack, fence), company=company)

    packs = [list(pack) for pack in pack_records(iter(found))]
    answered, count = sum(answers.values()), len(found)
    static = _tokens(asked(found[:1]).system) + schema
    packed = sum(_tokens(asked(pack).user) + static for pack in packs)
    alone = sum(_tokens(asked([record]).user) + static for record in found)
    plain = sum(_tokens((question := naive_prompt(record)).system + question.user) + schema for record in found)
    return TokenCost(
        (packed + answered) / count,
        (alone + answered) / count,
        (plain + answered) / count,
        static * len(packs) / packed,
    )


def sample_records() -> list[Record]:
    """The sample's records as plain texts."""
    rows = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] or "\n".join(f"{turn['speaker']}: {turn['text']}" for turn in row["turns"]) for row in rows]
    return [
        Record(row["id"], row["id"], "sample", row["channel"], MaskedText(text), product=row["product"])
        for row, text in zip(rows, texts, strict=True)
    ]


def token_line(cost: TokenCost) -> str:
    """The cost in one line."""
    return (
        f"tokens to read a record: {cost.packed:.0f} in packs, {cost.alone:.0f} one a call ({cost.share:.0%}, at most "
        f"{MOST_SHARE:.0%}), {cost.plain:.0f} with a plain question; {cost.static:.0%} of what is asked is the same "
        "in every call"
    )


def _tokens(text: str) -> int:
    return estimate_tokens(text)
