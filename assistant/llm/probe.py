"""Knows how to find out what an endpoint can do before work depends on it: each way of asking for JSON is tried once."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from assistant.llm.capabilities import LADDER, Rung
from assistant.llm.chat import ChatEndpoint, opening
from assistant.llm.parsing import UnusableAnswer, parse_answer
from assistant.llm.vendor import CallFault
from prompts import RenderedPrompt

Verdict = Literal["works", "refused", "unusable answer"]


class ProbeDraft(BaseModel):
    """The small answer that a probe asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    colour: Literal["red", "green", "blue"]
    letters: int


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one endpoint and model can do; `rung` is the way that will be used."""

    endpoint: str
    model: str
    rungs: dict[Rung, Verdict]
    rung: Rung | None
    tells_usage: bool
    """Whether answers come with their count of tokens; where not, they are estimated."""


def probe(endpoint: ChatEndpoint) -> ProbeResult:
    """Try every rung with a harmless question and remember the strictest that works.

    Raises:
        ModelError: the endpoint can't be used at all (no access, down): the first such failure.
    """
    endpoint.forget()
    rungs: dict[Rung, Verdict] = {}
    tells_usage = False
    for rung in LADDER:
        try:
            reply = endpoint.send(rung, opening(rung, _QUESTION, ProbeDraft), ProbeDraft)
            tells_usage = tells_usage or reply.prompt_tokens is not None
            parse_answer(reply.text, ProbeDraft)
            rungs[rung] = "works"
        except CallFault as fault:
            if not fault.refused:
                raise fault.error from None
            rungs[rung] = "refused"
        except UnusableAnswer:
            rungs[rung] = "unusable answer"
    best = next((rung for rung, verdict in rungs.items() if verdict == "works"), None)
    if best is not None:
        endpoint.learn(best)
    return ProbeResult(endpoint.shaping["endpoint"], endpoint.model, rungs, best, tells_usage)


_QUESTION = RenderedPrompt(
    "Answer with one JSON object with exactly the fields colour (red, green or blue) and letters (an integer).",
    "Name the colour of grass, and how many letters its name has. Answer in JSON.",
    "",
    "probe",
)
