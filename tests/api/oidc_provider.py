"""A small identity provider on a loopback port, with real keys, that can be told to misbehave."""

import base64
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import Key, KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.api.serving import running

CLIENT, SECRET = "voc", "a secret of forty characters, more or less"


class IdentityProvider:
    """Codes and tokens for whoever `claims` describes; `token` and `fault` say what is wrong with them."""

    def __init__(self) -> None:
        self.issuer = ""
        self.claims: dict[str, Any] = {"sub": "u-1", "name": "李雷"}
        self.token: dict[str, Any] = {}
        """Claims that take the place of the right ones; None leaves one out."""
        self.fault = ""
        self.asked: list[str] = []
        self._keys: list[Key] = [RSAKey.generate_key(2048, {"kid": "k1"})]
        self._codes: dict[str, dict[str, str]] = {}

    def change_key(self) -> None:
        """Sign with another key from now on."""
        self._keys = [RSAKey.generate_key(2048, {"kid": f"k{len(self.asked)}n"})]

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The issuer's address, as long as the block."""
        routes = [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._key_set),
        ]
        with running(Starlette(routes=routes)) as address:
            self.issuer = address
            yield address

    async def _discovery(self, request: Request) -> Response:
        self.asked.append("discovery")
        if self.fault == "html":
            return PlainTextResponse("<html>no provider here</html>")
        if self.fault == "down":
            return PlainTextResponse("busy", 503)
        return JSONResponse({
            "issuer": "https://elsewhere.example" if self.fault == "issuer" else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": "http://voc.example/token" if self.fault == "plain" else f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        })  # fmt: skip

    async def _authorize(self, request: Request) -> Response:
        given = dict(request.query_params)
        assert given["response_type"] == "code"
        assert given["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = given
        told = {"state": given["state"], **({"error": "access_denied"} if self.fault == "denied" else {"code": code})}
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode(told)}")

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = self._codes.pop(form["code"], None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        right = (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if not right:
            return JSONResponse({"error": "invalid_client"}, 401)
        if self.fault == "no token":
            return JSONResponse({"access_token": "x", "token_type": "Bearer"})
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._written(asked["nonce"])})

    def _written(self, nonce: str) -> str:
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.claims}
        claims = {name: value for name, value in {**right, **self.token}.items() if value is not None}
        if self.fault == "our secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        if self.fault == "no signature":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            return f"{head}.{jwt.encode({'alg': 'RS256'}, claims, self._keys[0]).split('.')[1]}."
        key = RSAKey.generate_key(2048, {"kid": "k1"}) if self.fault == "other key" else self._keys[0]
        return jwt.encode({"alg": "RS256", "kid": key.kid or ""}, claims, key)

    async def _key_set(self, request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet(self._keys).as_dict(private=False))
