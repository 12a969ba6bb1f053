"""Who may come in: keys and sessions made and looked up, passwords checked; what is secret is kept as a digest only."""

import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.domain.access import SCOPES, Key, Limits, Principal, Role, Scope, User
from assistant.errors import IdentityError, NotFoundError, UsageError
from assistant.pipeline.actor import staff_name
from assistant.pipeline.oidc import Identity
from assistant.records.access_store import AccessStore, Arrival
from assistant.records.audit_book import Via
from assistant.records.database import now

if TYPE_CHECKING:
    from argon2 import PasswordHasher

KEY_MARK = "voc_"
"""How every key begins, so that scanners find one that got into a repository."""
SHORTEST, LONGEST = 12, 200
"""Characters of a password."""
HASHED_AT_ONCE = 2
"""Passwords that are checked at the same time: each takes 64 MB, and strangers may send as many as they like."""
AWAY = dt.timedelta(minutes=10)
"""How long somebody may take to log in at the identity provider."""
SESSION = dt.timedelta(hours=12)
"""How long somebody stays logged in."""
_PREFIX, _LETTERS = 8, "abcdefghijkmnpqrstuvwxyz23456789"
_BEYOND_NAME = 8
"""Characters that a password which holds the name must have beside it."""


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and by which door."""

    name: str
    via: Via = "cli"


@dataclass(frozen=True, slots=True)
class Made:
    """A new key: `secret` is shown this once and kept nowhere."""

    key: Key
    secret: str


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session: `cookie` goes to the browser and is kept nowhere."""

    user: User
    cookie: str
    until: str


@dataclass(frozen=True, slots=True)
class SentOut:
    """Somebody on the way to the identity provider: `browser` goes into a cookie, the verifier nowhere."""

    state: str
    browser: str
    nonce: str
    verifier: str


class Access:
    """Makes and checks what opens the door."""

    def __init__(self, store: AccessStore) -> None:
        self.store = store
        self._hashing = threading.BoundedSemaphore(HASHED_AT_ONCE)

    def create_key(
        self, name: str, role: Role, by: By, *, days: int | None = None, scopes: tuple[Scope, ...] = SCOPES,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> Made:  # fmt: skip
        """A new key, for so many days or for good.

        Raises:
            UsageError: the name can't be used, or is taken.
        """
        prefix = KEY_MARK + "".join(secrets.choice(_LETTERS) for _ in range(_PREFIX))
        secret = f"{prefix}_{secrets.token_urlsafe(32)}"
        until = None if days is None else _in(dt.timedelta(days=days))
        values = {
            "id": f"key_{secrets.token_hex(6)}", "name": account_name(name), "role": role, "prefix": prefix,
            "digest": _digest(secret), "scopes": [scope for scope in SCOPES if scope in scopes],
            "per_minute": limits.per_minute, "tokens_per_day": limits.tokens_per_day, "created_at": now(),
            "created_by": by.name, "expires_at": until,
        }  # fmt: skip
        return Made(self.store.add_key(values, by.via), secret)

    def key_holder(self, secret: str) -> Principal | None:
        """Who comes with this key; None where it is unknown, revoked or has expired."""
        key = self.store.key_with(_digest(secret)) if secret.startswith(KEY_MARK) else None
        return key.principal() if key is not None and key.holds(now()) else None

    def key_stands(self, key_id: str) -> bool:
        """Whether a key that was let in once opens the door still."""
        try:
            return self.store.key(key_id).holds(now())
        except NotFoundError:
            return False

    def add_user(self, name: str, role: Role, password: str, by: By) -> User:
        """A new user.

        Raises:
            UsageError: name or password can't be used, or the name is taken.
        """
        name = account_name(name)
        check_password(password, name)
        values = {
            "id": f"user_{secrets.token_hex(6)}", "name": name, "role": role, "password": _hasher().hash(password),
            "created_at": now(), "created_by": by.name,
        }  # fmt: skip
        return self.store.add_user(values, by.via)

    def change_password(self, any_id: str, password: str, by: By) -> User:
        """Give a user another password; they are logged out everywhere.

        Raises:
            NotFoundError: there is no such user.
            UsageError: the password can't be used, or they log in elsewhere.
        """
        user = self.store.user(any_id)
        if user.issuer is not None:
            raise UsageError(f"{user.name} logs in at {_place(user.issuer)}: the password is changed there")
        check_password(password, user.name)
        return self.store.change_user(
            user.id, {"password": _hasher().hash(password)}, "users.password", by.name, by.via
        )

    def disable_user(self, any_id: str, by: By, *, disabled: bool = True) -> User:
        """Shut a user out, at once, or let them in again.

        Raises:
            NotFoundError: there is no such user.
        """
        values = {"disabled_at": now() if disabled else None}
        return self.store.change_user(any_id, values, "users.disable" if disabled else "users.enable", by.name, by.via)

    def change_role(self, any_id: str, role: Role, by: By) -> User:
        """Give a user another role; they log in anew.

        Raises:
            NotFoundError: there is no such user.
        """
        return self.store.change_user(any_id, {"role": role}, "users.role", by.name, by.via)

    def log_in(self, name: str, password: str) -> LoggedIn | None:
        """A session for a name and password; None where they don't go together. Takes as long for a name that is unknown."""
        from argon2.exceptions import Argon2Error, InvalidHashError  # with its native library, only where it is used

        found = self.store.password_of(" ".join(name.split()))
        try:
            with self._hashing:
                right = _hasher().verify(found[1] if found else _nobody(), password[: LONGEST + 1])
        except (Argon2Error, InvalidHashError):
            return None
        if found is None or not right:
            return None
        user_id, kept = found
        if _hasher().check_needs_rehash(kept):
            self.store.rehash(user_id, _hasher().hash(password))
        return self._begun(user_id)

    def send_out(self, leads_to: str) -> SentOut:
        """Expect somebody back from the identity provider, within ten minutes and once."""
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        self.store.expect(_digest(state), Arrival(_digest(browser), nonce, verifier, leads_to), _in(AWAY))
        return SentOut(state, browser, nonce, verifier)

    def taken_back(self, state: str, browser: str) -> Arrival | None:
        """Who comes back with this state, in the browser that was sent; None where nobody is expected so."""
        found = self.store.arrived(_digest(state))
        return found if found is not None and hmac.compare_digest(found.browser, _digest(browser)) else None

    def welcome(self, identity: Identity) -> LoggedIn:
        """A session for somebody whom the identity provider vouches for; their user is made when they first come.

        Raises:
            IdentityError: they are shut out here, or nothing gives them a role.
        """
        by = By(f"oidc {_place(identity.issuer)}"[:100], "page")
        user = self.store.user_of(identity.issuer, identity.subject) or self._newcomer(identity, by)
        if user.disabled_at is not None:
            raise IdentityError("an administrator has shut this account out")
        if identity.told and identity.role is not None and identity.role != user.role:
            values = {"role": identity.role}
            user = self.store.change_user(user.id, values, "users.role", by.name, by.via, given=True)
        return self._begun(user.id)

    def _newcomer(self, identity: Identity, by: By) -> User:
        if identity.role is None:
            raise IdentityError("your account at the identity provider has no role here: ask an administrator")
        values = {
            "id": f"user_{secrets.token_hex(6)}", "role": identity.role, "password": "", "created_at": now(),
            "created_by": by.name, "issuer": identity.issuer, "subject": identity.subject,
        }  # fmt: skip
        for name in _names_of(identity):
            try:
                return self.store.add_user({**values, "name": name}, by.via)
            except UsageError:  # somebody else is called so
                continue
        raise IdentityError("no name is left for this account: ask an administrator")

    def _begun(self, user_id: str) -> LoggedIn:
        cookie, until = secrets.token_urlsafe(32), _in(SESSION)
        self.store.begin_session(_digest(cookie), user_id, until)
        return LoggedIn(self.store.user(user_id), cookie, until)

    def session_holder(self, cookie: str) -> Principal | None:
        """Whose session this is; None where it has ended."""
        found = self.store.session(_digest(cookie))
        return None if found is None or found[1] <= now() else found[0].principal()

    def log_out(self, cookie: str) -> None:
        """End a session."""
        self.store.end_session(_digest(cookie))


def _place(issuer: str) -> str:
    return urlsplit(issuer).netloc


def _names_of(identity: Identity) -> Iterator[str]:
    """What they may be called here, the best first: a name that is taken never makes two accounts one."""
    mark = _digest(f"{identity.issuer}\0{identity.subject}")[:6]
    for name in (*identity.names, ""):
        try:
            found = account_name(name) if name else f"sso {mark}"
        except UsageError:
            continue
        yield found
        yield f"{found[:90]} ({mark})"


def csrf_token(cookie: str) -> str:
    """What a page must send along to change something in a session: known to who can read its cookie, to no other site."""
    return hmac.new(cookie.encode(), b"csrf", hashlib.sha256).hexdigest()


def account_name(name: str) -> str:
    """The name of a key or user as it is kept.

    Raises:
        UsageError: it is blank, too long, holds a long number or a slash.
    """
    found = staff_name(name)
    if "/" in found:
        raise UsageError("a name of a key or user holds no slash")
    return found


def check_password(password: str, name: str) -> None:
    """What a password must be: long; no rules on its signs, as NIST SP 800-63B advises.

    Raises:
        UsageError: it is too short, too long, the name, or of too few different signs.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST} characters: a sentence is easy to remember")
    if len(set(password)) < 5 or (name.lower() in password.lower() and len(password) - len(name) < _BEYOND_NAME):
        raise UsageError("this password is easily guessed: take other words")


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # with its native library, only where it is used

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that is checked where there is no such user, so that the time tells nothing."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _digest(secret: str) -> str:
    """Of 256 random bits a plain digest is enough: nobody can try them."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _in(time: dt.timedelta) -> str:
    return (dt.datetime.now(dt.UTC) + time).isoformat(timespec="seconds")
