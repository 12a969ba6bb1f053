"""Keys and users over HTTP, for administrators; who one is, for everybody."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from api.deps import PrincipalDep
from api.wire import Asked, Name, Page
from assistant.domain.access import ROLES, SCOPES, Limits, Principal, Role, Scope
from assistant.errors import UsageError
from assistant.pipeline.access import LONGEST, Access, By, Made
from assistant.records.audit_book import Via

router = APIRouter(prefix="/v1", tags=["admin"])
Password = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Most = Annotated[int, Field(ge=1, le=1_000_000_000)]


class KeyIn(Asked):
    """A key that is to be made."""

    name: Annotated[Name, Field(examples=["crm"])]
    role: Role
    expires_in_days: Annotated[int | None, Field(ge=1, le=3650, description="none: for good")] = None
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, description="what it may do; by default all")] = SCOPES
    per_minute: Annotated[Most | None, Field(description="requests a minute; by default 600")] = None
    tokens_per_day: Annotated[Most | None, Field(description="model tokens for questions and drafts")] = None


class UserIn(Asked):
    """A user who is to be made."""

    name: Name
    role: Role
    password: Password


class UserChange(Asked):
    """What of a user is to be another."""

    role: Role | None = None
    password: Password | None = None
    disabled: bool | None = None


class PasswordIn(Asked):
    """A new password, and the one that holds."""

    old: Password
    new: Password


@router.get("/me")
def me(principal: PrincipalDep) -> dict[str, Any]:
    """Who is asking, and what they may do."""
    scopes = [scope for scope in SCOPES if scope in principal.scopes]
    roles = [role for role in ROLES if principal.has(role)]
    return {"name": principal.name, "kind": principal.kind, "role": principal.role, "roles": roles, "scopes": scopes}


@router.put("/me/password")
def my_password(request: Request, principal: PrincipalDep, given: PasswordIn) -> dict[str, str]:
    """Give oneself another password; one is logged out everywhere."""
    access = _access(request)
    if principal.kind != "user":
        raise UsageError("only who is logged in has a password: administrators change others' under /v1/users")
    if access.log_in(principal.name, given.old) is None:
        raise UsageError("old: this is not the password that holds")
    access.change_password(principal.id, given.new, _by(principal))
    return {"changed": principal.name}


@router.get("/keys")
def keys(request: Request) -> Page[dict[str, Any]]:
    """All keys without their secrets, the newest first, revoked and expired ones too."""
    found = [asdict(key) for key in _access(request).store.all_keys()]
    return Page(items=found, total=len(found))


@router.post("/keys", status_code=201)
def create_key(request: Request, principal: PrincipalDep, given: KeyIn) -> dict[str, Any]:
    """Make a key. `key` in the answer is the key itself: it is shown this once."""
    limits = Limits(given.per_minute, given.tokens_per_day)
    made: Made = _access(request).create_key(
        given.name, given.role, _by(principal), days=given.expires_in_days, scopes=given.scopes, limits=limits
    )
    return {**asdict(made.key), "key": made.secret}


@router.delete("/keys/{key_id}")
def revoke_key(request: Request, principal: PrincipalDep, key_id: str) -> dict[str, Any]:
    """Revoke a key, at once and for good; by its id or prefix."""
    by = _by(principal)
    return asdict(_access(request).store.revoke_key(key_id, by.name, by.via))


@router.get("/users")
def users(request: Request) -> Page[dict[str, Any]]:
    """All users by name, disabled ones too."""
    found = [asdict(user) for user in _access(request).store.all_users()]
    return Page(items=found, total=len(found))


@router.post("/users", status_code=201)
def add_user(request: Request, principal: PrincipalDep, given: UserIn) -> dict[str, Any]:
    """Make a user who can log in to the pages."""
    return asdict(_access(request).add_user(given.name, given.role, given.password, _by(principal)))


@router.patch("/users/{user_id}")
def change_user(request: Request, principal: PrincipalDep, user_id: str, given: UserChange) -> dict[str, Any]:
    """Give a user another role or password, shut them out or let them in; they are logged out everywhere."""
    access, by = _access(request), _by(principal)
    if given.disabled is None and given.role is None and given.password is None:
        raise UsageError("nothing to change: give role, password or disabled")
    user = access.store.user(user_id)
    if given.password is not None:
        user = access.change_password(user.id, given.password, by)
    if given.role is not None:
        user = access.change_role(user.id, given.role, by)
    if given.disabled is not None:
        user = access.disable_user(user.id, by, disabled=given.disabled)
    return asdict(user)


def _access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


def _by(principal: Principal) -> By:
    doors: dict[str, Via] = {"key": "key", "user": "page"}
    return By(principal.name, doors.get(principal.kind, "machine"))
