"""What was said of answers, what could not be answered, conversations and alerts, as they are answered."""

from typing import Any, Literal

from api.shapes.base import Shape
from api.wire import EngineSaid
from assistant.domain.alerts import DeliveryStatus, Rule


class FeedbackOut(Shape):
    """A thumb with what it is on."""

    id: int
    answer_id: str
    verdict: Literal["up", "down"]
    comment: str | None
    created_at: str
    actor: str | None
    """Who gave it."""
    question: str
    text: str
    engine: EngineSaid


class UnansweredOut(Shape):
    """What our data cannot tell: one question in all its wordings."""

    question: str
    why: Literal["no_data", "off_topic", "not_helpful"]
    times: int
    wordings: list[str]
    reason: str
    first_at: str
    last_at: str
    answer_id: str
    answered_at: str | None
    """Since when it is answered, where it is by now …"""
    answered_by: str | None
    """… and the answer that does."""


class PinnedNow(Shape):
    """What was pinned."""

    answer_id: str
    question: str


class PinOut(Shape):
    """A pinned answer."""

    answer_id: str
    question: str
    text: str
    engine: EngineSaid
    actor: str
    at: str


class UnpinnedOut(Shape):
    """What the pin was taken off."""

    unpinned: str


class ConversationOut(Shape):
    """A talk of one user; its title is what was asked first."""

    conversation_id: str
    owner: str
    title: str | None
    answers: int
    created_at: str
    updated_at: str


class RemovedOut(Shape):
    """What was deleted, and how many pinned answers stay."""

    conversations: int
    answers: int
    kept_pinned: int


class DeliveryOut(Shape):
    """How the telling of an alert by one channel stands."""

    channel: str
    status: DeliveryStatus
    tries: int
    reason: str | None
    next_at: str
    tried_at: str | None


class AlertOut(Shape):
    """What was worth telling."""

    id: str
    rule: Rule
    theme_id: str | None
    facts: dict[str, Any]
    created_at: str
    deliveries: list[DeliveryOut]


class DigestOut(Shape):
    """A week in words, as it is sent."""

    id: str
    rule: Rule
    title: str
    lines: list[str]
    created_at: str
    theme_id: str | None
    facts: dict[str, Any]
    text: str
