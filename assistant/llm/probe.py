"""Knows how to find out what an endpoint can do before work depends on it: each way and each trap is tried once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from assistant.llm.capabilities import LADDER, Rung
from assistant.llm.chat import ChatEndpoint, opening
from assistant.llm.faults import CallFault
from assistant.llm.parsing import UnusableAnswer, parse_answer
from prompts import RenderedPrompt

Verdict = Literal["works", "refused", "unusable answer"]
LONG_LINES = 500
"""Lines of the long prompt: about 8,000 tokens, twice what a server that cuts in silence lets through."""


class ProbeDraft(BaseModel):
    """The small answer that a probe asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    colour: Literal["red", "green", "blue"]
    letters: int


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one endpoint and model can do; `rung` is the way that will be used. None: it could not be found out."""

    endpoint: str
    model: str
    provider: str
    """The profile that is followed."""
    rungs: dict[Rung, Verdict]
    rung: Rung | None
    tells_usage: bool
    """Whether answers come with their count of tokens; where not, they are estimated."""
    stream_usage: bool | None
    """Whether streamed answers do."""
    temperature: bool
    """Whether temperature 0 is taken."""
    thinks: bool
    """Whether answers are thought over although the profile asks not to: that is paid for."""
    reads_long: bool | None
    """Whether the beginning of a long prompt is still known at its end."""
    embeddings: int | None
    """Texts in one embedding request; 0: the embedding model of the settings does not work there."""
    traps: tuple[str, ...]
    """What is known to surprise people at this provider, and what this probe found."""


def probe(endpoint: ChatEndpoint, embedding_model: str | None = None) -> ProbeResult:
    """Try everything once with harmless questions, and remember it. About a dozen small calls and one long one.

    Raises:
        ModelError: the endpoint can't be used at all (no access, down): the first such failure.
    """
    knowledge = endpoint.knowledge
    knowledge.forget()
    knowledge.learn(owner=_owner(endpoint))
    rungs: dict[Rung, Verdict] = {}
    tells_usage = thinks = False
    for rung in LADDER:
        try:
            reply = endpoint.send(rung, opening(rung, _QUESTION, ProbeDraft), ProbeDraft)
            tells_usage = tells_usage or reply.prompt_tokens is not None
            thinks = thinks or reply.thought
            parse_answer(reply.text, ProbeDraft)
            rungs[rung] = "works"
        except CallFault as fault:
            if not fault.refused:
                raise fault.error from None
            rungs[rung] = "refused"
        except UnusableAnswer:
            rungs[rung] = "unusable answer"
    best = next((rung for rung, verdict in rungs.items() if verdict == "works"), None)
    knowledge.learn(rung=best, thinks=thinks)
    if best is not None:
        knowledge.learn(stream_usage=_stream_usage(endpoint), reads_long=_reads_long(endpoint))
    if embedding_model is not None:
        knowledge.learn(embeddings=_embeddings(endpoint, embedding_model, knowledge.profile.embeddings))
    seen = knowledge.seen
    return ProbeResult(
        endpoint.shaping["endpoint"], endpoint.model, knowledge.profile.name, rungs, best, tells_usage,
        seen.stream_usage, knowledge.temperature, thinks, seen.reads_long, seen.embeddings,
        tuple(knowledge.profile.traps) + _found(thinks, seen.reads_long, seen.extras),
    )  # fmt: skip


def _found(thinks: bool, reads_long: bool | None, extras: bool) -> tuple[str, ...]:
    said = []
    if thinks:
        said.append("it thinks before it answers: slower, and the thoughts are paid for; choose a model that does not")
    if reads_long is False:
        said.append("it forgets the beginning of a long prompt: raise the server's context length to 16,384 or more")
    if not extras:
        said.append("it refused a field that the provider's profile adds; it is no longer sent")
    return tuple(said)


def _tried(attempt: Callable[[], Any]) -> Any:
    """What an attempt gives, or None where the endpoint refuses or fails it."""
    import openai  # slow vendor: late

    try:
        return attempt()
    except (openai.OpenAIError, TypeError, ValueError, LookupError, AttributeError):
        return None


def _owner(endpoint: ChatEndpoint) -> str | None:
    """`owned_by` of the model in the endpoint's list, which tells vLLM and Ollama from others."""
    rows = _tried(lambda: list(endpoint.vendor.client.models.list())) or []
    owners = {str(row.id): str(row.owned_by) for row in rows}
    return owners.get(endpoint.model, next(iter(owners.values()), None))


def _stream_usage(endpoint: ChatEndpoint) -> bool | None:
    def attempt() -> bool:
        asked: Any = {"messages": [{"role": "user", "content": "Say yes."}], "model": endpoint.model}
        extra = dict(endpoint.knowledge.added(None))
        stream = endpoint.vendor.client.chat.completions.create(
            **asked, stream=True, stream_options={"include_usage": True}, extra_body=extra
        )
        return any(chunk.usage is not None for chunk in stream)

    found: bool | None = _tried(attempt)
    return found


def _reads_long(endpoint: ChatEndpoint) -> bool | None:
    """Whether a word at the beginning of some 8,000 tokens comes back."""
    lines = "\n".join(f"{n}. Nothing of note happened in this hour of the log." for n in range(LONG_LINES))
    text = f"The password is PELICAN.\n{lines}\nWhat is the password? Answer with the one word."
    try:
        reply = endpoint.send("plain", [("user", text)], ProbeDraft)
    except CallFault:
        return False
    return "pelican" in reply.text.lower()


def _embeddings(endpoint: ChatEndpoint, model: str, hoped: int) -> int:
    """The largest number of texts that one request was seen to take."""
    for count in sorted({hoped, 64, 10, 1}, reverse=True):
        texts: Sequence[str] = [f"text {n}" for n in range(min(count, 256))]
        made = _tried(partial(endpoint.vendor.client.embeddings.create, model=model, input=list(texts)))
        if made is not None and len(made.data) == len(texts):
            return len(texts)
    return 0


_QUESTION = RenderedPrompt(
    "Answer with one JSON object with exactly the fields colour (red, green or blue) and letters (an integer).",
    "Name the colour of grass, and how many letters its name has. Answer in JSON.",
    "",
    "probe",
)
