"""What the OpenAPI document says of access: how to prove who one is, and which role and scope each address asks for."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from api.entry import COOKIE, CSRF_HEADER
from api.roles import rule_of

_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "an API key, `voc keys create`"},
    "session": {
        "type": "apiKey", "in": "cookie", "name": COOKIE,
        "description": f"from logging in at /login; what changes something needs the header {CSRF_HEADER} too",
    },
}  # fmt: skip
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def describe(service: FastAPI) -> None:
    """Have the service's document tell of access."""
    plain: Callable[[], dict[str, Any]] = service.openapi

    def described() -> dict[str, Any]:
        document = plain()
        document.setdefault("components", {})["securitySchemes"] = _SCHEMES
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method in _METHODS:
                    _tell(operation, method, path)
        return document

    service.openapi = described  # type: ignore[method-assign]


def _tell(operation: dict[str, Any], method: str, path: str) -> None:
    found = rule_of(method.upper(), path)
    if found is None or found.rule.role is None:
        operation["security"] = []
        return
    operation["security"] = [{"key": []}, {"session": []}]
    operation["x-voc-role"], operation["x-voc-scope"] = found.rule.role, found.rule.scope
