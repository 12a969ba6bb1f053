"""Keys, users and the audit book, as they are answered: never a secret but once."""

from typing import Literal

from api.shapes.base import Shape
from assistant.domain.access import Kind, Role, Scope


class MeOut(Shape):
    """Who is asking, and what they may do."""

    name: str
    kind: Kind
    role: Role
    roles: list[Role]
    scopes: list[Scope]


class ChangedOut(Shape):
    """Whose password is another one now."""

    changed: str


class KeyOut(Shape):
    """An API key without its secret."""

    id: str
    name: str
    role: Role
    prefix: str
    scopes: list[Scope]
    per_minute: int | None
    tokens_per_day: int | None
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None
    used_on: str | None


class KeyMade(KeyOut):
    """The same with the key itself, shown this once."""

    key: str


class UserOut(Shape):
    """A person who can log in."""

    id: str
    name: str
    role: Role
    created_at: str
    created_by: str
    disabled_at: str | None
    issuer: str | None
    """The identity provider where they log in; none: here, with a password."""
    seen_at: str | None


class SpendingOut(Shape):
    """What one key or user used of the model on one day."""

    who: str
    """Id of the key or user; `machine` before there were any."""
    day: str
    tokens: int
    cost: float


class LineOut(Shape):
    """A line of the audit book; its subject and reason are blank where who was meant has been erased."""

    id: int
    at: str
    actor: str
    via: Literal["cli", "key", "page", "machine"]
    action: str
    subject: str
    reason: str
    found: int


class VerdictOut(Shape):
    """Whether every line follows from those before it."""

    lines: int
    blanked: int
    head: str
    """The digest of the last line: kept elsewhere, it proves later that none was touched."""
    broken_at: int | None
    missing_head: bool
    stands: bool
