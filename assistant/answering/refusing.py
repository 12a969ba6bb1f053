"""Answers that tell nothing of the feedback: refusals, and questions back with what to choose from."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.answering.planning import Read
from assistant.answering.ports import Counting
from assistant.domain.answers import Answer, Plan
from assistant.domain.filters import Filters
from assistant.domain.knowledge import House
from assistant.domain.vocabulary import EngineName

_NO_DATA = (
    "资料不足：还没有导入任何反馈。先运行 voc run 文件或文件夹，或在“数据与任务”页导入；只想看看，运行 voc demo。"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A masked question, when it came (`time.monotonic`), and its plan once there is one."""

    question: str
    begun: float
    plan: Plan | None = None

    @property
    def elapsed(self) -> int:
        """Milliseconds since it came."""
        return round(1000 * (time.monotonic() - self.begun))


def refusal(asked: Asked, reason: str, warnings: Sequence[str], engine: EngineName) -> Answer:
    """An answer that says why there is none; what was refused before it had a plan was refused by rules."""
    return Answer(
        id=new_id(),
        question=asked.question,
        text=reason,
        engine=engine if asked.plan is not None else "rules",
        refused=True,
        refusal_reason=reason,
        warnings=tuple(dict.fromkeys(warnings)),
        elapsed_ms=asked.elapsed,
        plan=asked.plan,
    )


def no_data(counting: Counting, documents: Callable[[], Sequence[House]]) -> str | None:
    """Why no question can be answered where nothing was imported and no document learned, and what to do; else None."""
    return None if counting.totals(Filters()).records or documents() else _NO_DATA


def turned_back(asked: Asked, read: Read, engine: EngineName) -> Answer:
    """A refusal, or a question back with what to choose from."""
    if read.refusal is not None:
        return refusal(asked, read.refusal, (), engine)
    assert read.back is not None
    question, choices = read.back
    return replace(refusal(asked, question, (), engine), refused=False, refusal_reason=None, clarify=choices)


def new_id() -> str:
    """An id for an answer."""
    return "an_" + secrets.token_hex(8)
