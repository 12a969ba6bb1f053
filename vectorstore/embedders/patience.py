"""How long an embedding endpoint is waited for between two tries."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenacity import RetryCallState

QUICK_WAIT = 0.3
"""Seconds, where somebody is waiting."""
LONGEST_WAIT = 120.0
"""Seconds an endpoint may ask us to wait; beyond that it is down."""


def asked_to_wait(error: BaseException | None) -> float:
    """Seconds that a refusal asks to wait for (``Retry-After``), at most `LONGEST_WAIT`; 0 where it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(LONGEST_WAIT, max(0.0, float(headers.get("retry-after", 0))))
    except ValueError:
        return 0.0


def fault_of(state: "RetryCallState") -> BaseException | None:
    """How the last try ended, if badly."""
    return state.outcome.exception() if state.outcome else None
