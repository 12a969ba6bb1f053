"""Who may do what: roles and what they contain, keys' scopes, and whoever stands before the door."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

Role = Literal["staff", "manager", "admin"]
Scope = Literal["ask", "read", "mcp", "import", "change", "admin", "metrics"]
Kind = Literal["key", "user", "machine", "nobody"]

ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most; each may do what those before it may."""
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be asked for; None: as much as one likes."""

    per_minute: int | None = None
    """Requests."""
    tokens_per_day: int | None = None
    """Of the model, by questions, drafts and the budgets of batches; days are UTC's."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever was let in: a program by its key, a person by their session, or anybody on this machine."""

    id: str
    name: str
    role: Role
    kind: Kind
    scopes: frozenset[Scope] = frozenset(SCOPES)
    limits: Limits = field(default_factory=Limits)

    def has(self, role: Role) -> bool:
        """Whether this role or a higher one is theirs."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def may(self, role: Role, scope: Scope) -> bool:
        """Whether both the role and the scope are theirs."""
        return self.has(role) and scope in self.scopes


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is kept: never the key itself."""

    id: str
    name: str
    role: Role
    prefix: str
    """How it begins: enough to recognise it, nothing to guess it by."""
    scopes: tuple[Scope, ...]
    per_minute: int | None
    tokens_per_day: int | None
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None
    used_on: str | None
    """The last day on which it was used."""

    def holds(self, at: str) -> bool:
        """Whether it opens the door at this moment (ISO 8601 in UTC with seconds)."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)

    def principal(self) -> Principal:
        """Who comes with it."""
        limits = Limits(self.per_minute, self.tokens_per_day)
        return Principal(self.id, self.name, self.role, "key", held(self.role, self.scopes), limits)


@dataclass(frozen=True, slots=True)
class User:
    """A person who logs in, as they are shown."""

    id: str
    name: str
    role: Role
    created_at: str
    created_by: str
    disabled_at: str | None
    issuer: str | None = None
    """The identity provider where they log in; None: they log in here, with a password."""
    seen_at: str | None = None
    """When they logged in last."""

    def principal(self) -> Principal:
        """Who comes with their session."""
        return Principal(self.id, self.name, self.role, "user", held(self.role, SCOPES))


def held(role: Role, scopes: Iterable[Scope]) -> frozenset[Scope]:
    """What a role may that is not narrowed, or what was named: metrics tell what everybody cost, and are an administrator's,
    or a key's that was made for them."""
    named = frozenset(scopes)
    return named - {"metrics"} if role != "admin" and named == frozenset(SCOPES) else named


MACHINE = Principal("machine", "http", "admin", "machine")
"""Whoever asks on this machine as long as there are neither keys nor users."""
NOBODY = Principal("nobody", "nobody", "staff", "nobody", frozenset())
"""Whoever comes without a key or session to an address that asks for none."""


def role_pairs(text: str | None) -> dict[str, Role]:
    """The roles in ``value=role; value=role``.

    Raises:
        ValueError: a part is not written so, or names no role of ours.
    """
    found: dict[str, Role] = {}
    for part in filter(None, (part.strip() for part in (text or "").split(";"))):
        value, _, named = (one.strip() for one in part.rpartition("="))
        role: Role | None = next((one for one in ROLES if one == named), None)
        if role is None or not value:
            raise ValueError(f"write value=role, parted by `;`; roles are {', '.join(ROLES)}")
        found[value] = role
    return found
