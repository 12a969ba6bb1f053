"""The house's identity provider: where people are sent to log in, and how what they bring back is proved (OpenID Connect)."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from assistant.domain.access import ROLES, Role
from assistant.errors import IdentityError, ProviderError
from assistant.settings import Settings, is_safe

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client
    from joserfc.jwk import KeySet, KeySetSerialization

T = TypeVar("T")
SCOPE = "openid profile email"
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair alone: neither none at all, nor one that our own secret could make."""
PATIENCE = 10.0
"""Seconds for each call of the provider."""
FRESH = 3600.0
"""Seconds for which what the provider says of itself is believed."""
LEEWAY = 60
"""Seconds by which its clock and ours may differ."""
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider vouches for them."""

    issuer: str
    subject: str
    names: tuple[str, ...]
    """By what they may be called here, the best first; perhaps none."""
    role: Role | None
    """What their claim gives them; None: it says nothing, or no claim was agreed on."""
    told: bool
    """Whether roles come with the claim, so that they hold at every login."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the provider says of itself."""

    authorize: str
    token: str
    keys: str
    methods: tuple[str, ...]
    names_itself: bool
    """Whether it says in its answer who it is (RFC 9207)."""
    at: float


class Provider:
    """One provider of the settings. Safe for threads; nothing is asked before somebody logs in."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        assert settings.oidc_issuer is not None
        assert settings.oidc_client_id is not None
        self.issuer, self._client_id = settings.oidc_issuer, settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        self._claim, self._roles = settings.oidc_role_claim, settings.role_names
        self._default: Role | None = "staff" if settings.oidc_default_role == "staff" else None
        self._clock, self._lock = clock, threading.Lock()
        self._known: _Said | None = None
        self._keys: dict[str, Any] | None = None

    def ask(self) -> None:
        """See whether it answers with what a login needs.

        Raises:
            ProviderError: it does not.
        """
        self._fetched_keys(self._said())

    def address(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send somebody, who then comes back to `back` with the state and a code.

        Raises:
            ProviderError: the provider can't be asked.
        """
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                self._said().authorize, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def identity(self, back: str, given: Mapping[str, str], nonce: str, verifier: str) -> Identity:
        """Who it is that came back: their code is changed for a token, and the token is proved.

        Raises:
            ProviderError: the provider can't be asked, or answers nonsense.
            IdentityError: it refuses the code, or the token is not proved, or names nobody with a role here.
        """
        said = self._said()
        if given.get("iss", self.issuer if not said.names_itself else "") != self.issuer:
            raise IdentityError("the answer comes from another identity provider: log in again")
        claims = self._claims(said, self._token(said, back, given.get("code", ""), verifier), nonce)
        subject = str(claims["sub"])
        if not 1 <= len(subject) <= 255:
            raise IdentityError("the identity provider's `sub` can't be kept: it has 1 to 255 characters")
        role = self._role(claims)
        if role is None and self._default is None and self._claim is not None:
            raise IdentityError("your account at the identity provider has no role here: ask an administrator")
        names = (claims.get(name) for name in ("name", "preferred_username", "nickname"))
        called = tuple(name for name in names if isinstance(name, str) and name.strip())
        return Identity(self.issuer, subject, called, role or self._default, self._claim is not None)

    def _token(self, said: _Said, back: str, code: str, verifier: str) -> dict[str, Any]:
        from authlib.common.errors import (
            AuthlibBaseError,
        )  # these libraries take 150 ms that most processes need not wait

        method = "client_secret_post" if said.methods and "client_secret_basic" not in said.methods else None
        with self._client(back, token_endpoint_auth_method=method if self._secret else None) as client:
            try:
                token = self._asked(lambda: client.fetch_token(said.token, code=code, code_verifier=verifier))
            except AuthlibBaseError as error:
                kind = str(error.error)[:60] if str(error.error).replace("_", "").isalnum() else "refused"
                raise IdentityError(f"the identity provider refuses this login ({kind}): log in again") from None
        return dict(token)

    def _claims(self, said: _Said, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of an identity token whose signature, issuer, audience, times and nonce are right."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError
        from joserfc.jws import JWSRegistry

        written = token.get("id_token")
        if not isinstance(written, str):
            raise ProviderError("the identity provider sent no id_token: does the client have the scope openid?")
        registry = JWSRegistry(algorithms=list(SIGNED_BY), strict_check_header=False)
        try:
            try:
                read = jwt.decode(written, _key_set(self._keys_of(said)), registry=registry)
            except InvalidKeyIdError:  # keys are changed now and then
                read = jwt.decode(written, _key_set(self._fetched_keys(said)), registry=registry)
            wanted = {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
            }
            params = {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")}
            claims = CodeIDToken(read.claims, read.header, wanted, params)
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            why = getattr(error, "claim", None) or getattr(error, "error", None) or type(error).__name__
            raise IdentityError(
                f"what the identity provider sent is not proved ({str(why)[:60]}): log in again"
            ) from None
        return dict(claims)

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """The highest role that the agreed claim names."""
        if self._claim is None:
            return None
        found: Any = claims.get(self._claim)
        if found is None:
            found = claims
            for part in self._claim.split("."):
                found = found.get(part) if isinstance(found, Mapping) else None
        values = found if isinstance(found, list | tuple) else [found]
        held = {self._roles[value] for value in values if isinstance(value, str) and value in self._roles}
        return max(held, key=ROLES.index, default=None)

    def _said(self) -> _Said:
        with self._lock:
            known = self._known
        if known is None or self._clock() - known.at > FRESH:
            known = self._discovered()
            with self._lock:
                self._known, self._keys = known, None
        return known

    def _discovered(self) -> _Said:
        found = self._json(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ProviderError("VOC_OIDC_ISSUER is not the `issuer` that the identity provider tells: copy it exactly")
        places = [str(found.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not all(map(is_safe, places)):
            raise ProviderError("the identity provider names an address that is missing or not https")
        methods = found.get("token_endpoint_auth_methods_supported")
        names_itself = found.get("authorization_response_iss_parameter_supported") is True
        listed = tuple(map(str, methods)) if isinstance(methods, list) else ()
        return _Said(places[0], places[1], places[2], listed, names_itself, self._clock())

    def _keys_of(self, said: _Said) -> dict[str, Any]:
        with self._lock:
            keys = self._keys
        return keys or self._fetched_keys(said)

    def _fetched_keys(self, said: _Said) -> dict[str, Any]:
        keys = self._json(said.keys)
        with self._lock:
            self._keys = keys
        return keys

    def _client(self, back: str, **more: Any) -> "OAuth2Client":
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self._client_id, self._secret, scope=SCOPE, redirect_uri=back, code_challenge_method="S256",
            timeout=PATIENCE, follow_redirects=False, **more,
        )  # fmt: skip

    def _json(self, address: str) -> dict[str, Any]:
        import httpx

        answer = self._asked(lambda: httpx.get(address, timeout=PATIENCE, headers={"accept": "application/json"}))
        if answer.status_code != 200 or len(answer.content) > _LARGEST:
            raise ProviderError(f"the identity provider answers {answer.status_code}: check VOC_OIDC_ISSUER")
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ProviderError("the identity provider answers something that is not JSON: check VOC_OIDC_ISSUER")
        return found

    def _asked(self, call: Callable[[], T]) -> T:
        import httpx

        try:
            return call()
        except httpx.HTTPStatusError as error:
            raise ProviderError(
                f"the identity provider answers {error.response.status_code}: try again later"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise ProviderError(
                "the identity provider can't be reached: log in with a password, or see to the network and VOC_OIDC_ISSUER"
            ) from None
        except ValueError:
            raise ProviderError("the identity provider's answer can't be read: check VOC_OIDC_ISSUER") from None


def _key_set(found: dict[str, Any]) -> "KeySet":
    from joserfc.jwk import KeySet

    return KeySet.import_key_set(cast("KeySetSerialization", found))


def provider_of(settings: Settings) -> Provider | None:
    """The provider of the settings; None where people log in with passwords alone."""
    return Provider(settings) if settings.oidc_issuer and settings.oidc_client_id else None
