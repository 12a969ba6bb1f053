"""Knows what can go wrong with one chat request: every foreign error becomes a `CallFault` by the one table here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError, ModelError

Cause = Literal["away", "busy", "failing", "silent", "strange", "final"]
"""Class of a fault, which decides how often it is worth another try: no connection · our rate is limited · the server
fails · no answer in time · an answer that is none · trying the same again is useless."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, unread: the text (or the arguments of the tool call) and its tokens, None where not told."""

    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cut_off: bool = False
    thought: bool = False
    """The model thought aloud or in hidden tokens, which are paid for."""


class CallFault(Exception):  # noqa: N818  (a step of the policy; callers see `error`)
    """One request that failed: what the caller shall see, and what may still be tried."""

    def __init__(
        self,
        error: ModelError,
        *,
        cause: Cause = "final",
        refused: bool = False,
        retry_after: float | None = None,
        names: frozenset[str] = frozenset(),
        reply: Reply | None = None,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.cause = cause
        self.refused = refused
        """The request's form was refused: another rung may succeed."""
        self.retry_after = retry_after
        self.names = names
        """Which of our own parameters the server's complaint names (its text itself may echo customer text)."""
        self.reply = reply
        """What was paid for nevertheless."""


def fault_of(error: Exception, endpoint: str, model: str, seconds: float) -> CallFault:
    """The table: a foreign error into ours. Texts of the server are never shown, they may echo the prompt."""
    import openai  # slow vendor: late

    if isinstance(error, openai.APITimeoutError):
        if type(error.__cause__).__name__ == "ConnectTimeout":
            return away(endpoint)
        late = (
            f"the model endpoint {endpoint} gave no answer within {seconds:g} seconds; "
            "see whether it is overloaded, or raise VOC_LLM_TIMEOUT"
        )
        return CallFault(ModelDownError(late), cause="silent")
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error, endpoint, model)
    return away(endpoint)


def strange(endpoint: str) -> CallFault:
    """What answers is no chat endpoint."""
    sentence = f"{endpoint} answers, but not as a chat endpoint does: check OPENAI_BASE_URL (often …/v1)"
    return CallFault(ModelAccessError(sentence), cause="strange")


def away(endpoint: str) -> CallFault:
    """Nobody takes the connection."""
    sentence = f"the model endpoint {endpoint} is down or can't be reached; start it, or correct OPENAI_BASE_URL"
    return CallFault(ModelDownError(sentence), cause="away")


def _status_fault(error: Any, endpoint: str, model: str) -> CallFault:
    status, code = int(error.status_code), _code(error)
    where = f"the model endpoint {endpoint}"
    said = f"HTTP {status}{f' {code}' if code else ''}"
    if status == 413 or (status == 400 and _complains_of_length(error)):
        return CallFault(ModelAnswerError(f"the prompt is longer than {model} can read ({said})"))
    if code in _FILTERED:
        return CallFault(ModelAnswerError(f"the provider's content filter refused the prompt ({said})"))
    if status == 402 or code in _NO_MONEY:
        return CallFault(ModelAccessError(f"{where} says that the account is out of credit ({said}); top it up"))
    if status in _ADVICE:
        return CallFault(ModelAccessError(f"{where} refused access ({said}): {_ADVICE[status].format(model=model)}"))
    if status in _PASSING or status >= 500:
        limiting = "is limiting our rate; lower VOC_LLM_CONCURRENCY or set VOC_LLM_RPM and VOC_LLM_TPM"
        what = limiting if status == 429 else "is failing; try again later"
        return CallFault(
            ModelDownError(f"{where} {what} ({said})"),
            cause="busy" if status == 429 else "failing",
            retry_after=retry_after(error.response.headers),
        )
    refusal = ModelAccessError(f"{where} refuses our requests to {model} ({said}); `voc probe` shows what works")
    return CallFault(refusal, refused=True, names=_named_parameters(error))


_ADVICE: dict[int, str] = {
    401: "the key is missing or wrong: set OPENAI_API_KEY",
    403: "this key may not use {model}: check the key's rights, the region, and VOC_CHAT_MODEL",
    404: "no model {model} there: check VOC_CHAT_MODEL, and whether OPENAI_BASE_URL ends with /v1",
    405: "this address takes no such requests: check OPENAI_BASE_URL",
}
_PASSING = frozenset({408, 409, 425, 429})
_TOO_LONG = ("context_length", "context length", "context window", "too long", "string_above_max_length")
_FILTERED = frozenset({"content_filter", "data_inspection_failed", "content_policy_violation"})
_NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "arrearage"})
PARAMETERS = (
    "temperature", "response_format", "tool_choice", "tools", "max_completion_tokens", "max_tokens",
    "enable_thinking", "thinking", "reasoning_effort", "chat_template_kwargs",
)  # fmt: skip
"""What of ours a server may complain of."""
_SAFE_CODE = re.compile(r"[a-z0-9_.-]{1,48}")


def _code(error: Any) -> str:
    """The server's short error code where it has one that is plainly a code."""
    for candidate in (error.code, error.type):
        if isinstance(candidate, str) and _SAFE_CODE.fullmatch(candidate.lower()):
            return candidate.lower()
    return ""


def _complains_of_length(error: Any) -> bool:
    complaint = f"{error.code or ''} {error.message[:200]}".lower()
    return any(words in complaint for words in _TOO_LONG)


def _named_parameters(error: Any) -> frozenset[str]:
    complaint = str(error.param or error.message[:200]).lower()  # what follows may be our own prompt, echoed
    return frozenset(name for name in PARAMETERS if name in complaint)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks us to wait: ``retry-after-ms``, or ``retry-after`` as a number or a date."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    try:
        moment = parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
