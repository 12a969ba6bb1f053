"""Keys and users over HTTP, for administrators; who one is, for everybody."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from api.deps import ByDep, PrincipalDep
from api.shapes.access import ChangedOut, KeyMade, KeyOut, MeOut, SpendingOut, UserOut
from api.wire import Asked, Day, Name, Page
from assistant.domain.access import ROLES, SCOPES, Limits, Role, Scope
from assistant.errors import UsageError
from assistant.pipeline.access import LONGEST, Access, Made

router = APIRouter(prefix="/v1", tags=["admin"])
Password = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Most = Annotated[int, Field(ge=1, le=1_000_000_000)]


class KeyIn(Asked):
    """A key that is to be made."""

    name: Annotated[Name, Field(examples=["crm"])]
    role: Role
    expires_in_days: Annotated[int | None, Field(ge=1, le=3650, description="none: for good")] = None
    scopes: Annotated[
        tuple[Scope, ...], Field(min_length=1, strict=False, description="what it may do; by default all")
    ] = SCOPES
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


@router.get("/me", response_model=MeOut)
def me(principal: PrincipalDep) -> dict[str, Any]:
    """Who is asking, and what they may do."""
    scopes = [scope for scope in SCOPES if scope in principal.scopes]
    roles = [role for role in ROLES if principal.has(role)]
    return {"name": principal.name, "kind": principal.kind, "role": principal.role, "roles": roles, "scopes": scopes}


@router.put("/me/password", response_model=ChangedOut)
def my_password(request: Request, principal: PrincipalDep, by: ByDep, given: PasswordIn) -> dict[str, str]:
    """Give oneself another password; one is logged out everywhere."""
    access = _access(request)
    if principal.kind != "user":
        raise UsageError("only who is logged in has a password: administrators change others' under /v1/users")
    if access.log_in(principal.name, given.old) is None:
        raise UsageError("old: this is not the password that holds")
    access.change_password(principal.id, given.new, by)
    return {"changed": principal.name}


@router.get("/keys", response_model=Page[KeyOut])
def keys(request: Request) -> Page[dict[str, Any]]:
    """All keys without their secrets, the newest first, revoked and expired ones too."""
    found = [asdict(key) for key in _access(request).store.all_keys()]
    return Page(items=found, total=len(found))


@router.post("/keys", status_code=201, response_model=KeyMade)
def create_key(request: Request, by: ByDep, given: KeyIn) -> dict[str, Any]:
    """Make a key. `key` in the answer is the key itself: it is shown this once."""
    limits = Limits(given.per_minute, given.tokens_per_day)
    made: Made = _access(request).create_key(
        given.name, given.role, by, days=given.expires_in_days, scopes=given.scopes, limits=limits
    )
    return {**asdict(made.key), "key": made.secret}


@router.delete("/keys/{key_id}", response_model=KeyOut)
def revoke_key(request: Request, by: ByDep, key_id: str) -> dict[str, Any]:
    """Revoke a key, at once and for good; by its id or prefix."""
    return asdict(_access(request).store.revoke_key(key_id, by.name, by.via))


@router.get("/users", response_model=Page[UserOut])
def users(request: Request) -> Page[dict[str, Any]]:
    """All users by name, disabled ones too."""
    found = [asdict(user) for user in _access(request).store.all_users()]
    return Page(items=found, total=len(found))


@router.post("/users", status_code=201, response_model=UserOut)
def add_user(request: Request, by: ByDep, given: UserIn) -> dict[str, Any]:
    """Make a user who can log in to the pages."""
    return asdict(_access(request).add_user(given.name, given.role, given.password, by))


@router.patch("/users/{user_id}", response_model=UserOut)
def change_user(request: Request, by: ByDep, user_id: str, given: UserChange) -> dict[str, Any]:
    """Give a user another role or password, shut them out or let them in; they are logged out everywhere."""
    access = _access(request)
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


@router.get("/spendings", response_model=Page[SpendingOut])
def spendings(request: Request, since: Day | None = None) -> Page[dict[str, Any]]:
    """What each key and user used of the model on each day, by day; by default of the last thirty days. Days are UTC's."""
    first = (since or dt.datetime.now(dt.UTC).date() - dt.timedelta(days=30)).isoformat()
    found = [asdict(one) for one in _access(request).store.spendings(first)]
    return Page(items=found, total=len(found))


def _access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access
