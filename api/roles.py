"""Which role and scope each address asks for, and what the audit book calls it: one table, checked against all routes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from assistant.domain.access import Role, Scope


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of whoever calls an address."""

    role: Role | None
    """None: nothing, anybody may."""
    scope: Scope = "read"
    noted: str | None = None
    """What the audit book calls it; None where nothing is changed, or where what is done writes a line of its own."""


_OPEN = Rule(None)
_READ, _WATCH = Rule("staff"), Rule("manager")
_ASK, _MCP = Rule("staff", "ask"), Rule("staff", "mcp")
_ADMIN = Rule("admin", "admin")


def _does(role: Role, noted: str, scope: Scope = "change") -> Rule:
    return Rule(role, scope, noted)


RULES: dict[str, Rule] = {
    # Anybody: whether it lives, and the way in.
    "GET /healthz": _OPEN,
    "GET /readyz": _OPEN,
    "GET /login": _OPEN,
    "POST /login": _OPEN,
    "GET /login/oidc": _OPEN,
    "GET /login/oidc/back": _OPEN,
    "GET /login/language/{language}": _OPEN,
    "POST /logout": _OPEN,
    "GET /web/{file}": _OPEN,
    # The staff: asking, looking, leads, votes and thumbs.
    "GET /": _READ,
    "GET /docs": _READ,
    "GET /docs/oauth2-redirect": _READ,
    "GET /openapi.json": _READ,
    "GET /static-offline-docs/{file:path}": _READ,
    "GET /v1/me": _READ,
    "PUT /v1/me/password": _does("staff", "users.password"),
    "POST /v1/ask": _ASK,
    "POST /v1/chat/completions": _ASK,
    "GET /v1/models": _ASK,
    "GET /v1/models/{name}": _ASK,
    "GET /v1/answers/{answer_id}": _READ,
    "GET /v1/conversations": _READ,
    "GET /v1/conversations/{conversation_id}": _READ,
    "DELETE /v1/conversations": _does("staff", "conversations.delete"),
    "DELETE /v1/conversations/{conversation_id}": _does("staff", "conversations.delete"),
    "POST /v1/feedback": _does("staff", "feedback"),
    "POST /v1/pins": _does("staff", "pins.pin"),
    "GET /v1/pins": _READ,
    "DELETE /v1/pins/{answer_id}": _does("staff", "pins.unpin"),
    "GET /v1/search": _READ,
    "GET /v1/stats": _READ,
    "GET /v1/stats/friction": _READ,
    "GET /v1/stats/delight": _READ,
    "GET /v1/stats/compare": _READ,
    "GET /v1/records/{any_id}": _READ,
    "GET /v1/insights": _READ,
    "GET /v1/themes": _READ,
    "GET /v1/themes/{theme_id}": _READ,
    "GET /v1/themes/{theme_id}/lineage": _READ,
    "GET /v1/themes/health": _READ,
    "GET /v1/themes/spikes": _READ,
    "GET /v1/themes/parents": _READ,
    "GET /v1/themes/edits": _READ,
    "GET /v1/ideas": _READ,
    "GET /v1/ideas/history": _READ,
    "GET /v1/ideas/portfolio": _READ,
    "GET /v1/ideas/{idea_id}": _READ,
    "POST /v1/ideas/{idea_id}/votes": _does("staff", "ideas.vote"),
    "GET /v1/leads": _READ,
    "GET /v1/leads/funnel": _READ,
    "GET /v1/leads/{lead_id}": _READ,
    "PATCH /v1/leads/{lead_id}": _does("staff", "leads.change"),
    "GET /v1/customers": _READ,
    "GET /v1/customers/screening": _READ,
    "GET /v1/customers/{customer_id}": _READ,
    "GET /v1/proposals/{proposal_id}/outcome": _READ,
    "GET /metrics": Rule("staff", "metrics"),
    "* /mcp": _MCP,
    # The pages, what they are made of, and the socket by which they live. What is done on them asks for its own role.
    "GET /needs": _READ,
    "GET /ideas": _READ,
    "GET /customers": _READ,
    "GET /jobs": _WATCH,
    "GET /admin": _ADMIN,
    "GET /_nicegui/{file:path}": _READ,
    "* /_nicegui_ws/{file:path}": _READ,
    # Managers: what people decide, what costs money, what comes in.
    "GET /v1/feedback": _WATCH,
    "GET /v1/unanswered": _WATCH,
    "GET /v1/alerts": _WATCH,
    "GET /v1/alerts/digest": _WATCH,
    "PATCH /v1/themes/{theme_id}": _does("manager", "themes.change"),
    "POST /v1/themes/merge": _does("manager", "themes.merge"),
    "POST /v1/themes/{theme_id}/split": _does("manager", "themes.split"),
    "GET /v1/themes/{theme_id}/parts": Rule("manager", "change"),
    "POST /v1/themes/{theme_id}/parts": _does("manager", "themes.split"),
    "POST /v1/themes/{theme_id}/members": _does("manager", "themes.move"),
    "POST /v1/themes/edits/{edit_id}/undo": _does("manager", "themes.undo"),
    "PATCH /v1/ideas/{idea_id}": _does("manager", "ideas.change"),
    "POST /v1/ideas/merge": _does("manager", "ideas.merge"),
    "POST /v1/ideas/edits/{edit_id}/undo": _does("manager", "ideas.undo"),
    "POST /v1/proposals": _does("manager", "proposals.draft"),
    "GET /v1/proposals/{proposal_id}": _WATCH,
    "PATCH /v1/proposals/{proposal_id}": _does("manager", "proposals.change"),
    "GET /v1/proposals/{proposal_id}/history": _WATCH,
    "POST /v1/proposals/{proposal_id}/outcome": _does("manager", "proposals.launch"),
    "POST /v1/batches": _does("manager", "batches.queue"),
    "GET /v1/batches": _WATCH,
    "GET /v1/batches/{batch_id}": _WATCH,
    "GET /v1/batches/{batch_id}/events": _WATCH,
    "DELETE /v1/batches/{batch_id}": _does("manager", "batches.stop"),
    "POST /v1/batches/{batch_id}/resume": _does("manager", "batches.resume"),
    "POST /v1/records": _does("manager", "records.import", "import"),
    "POST /v1/files": _does("manager", "files.import", "import"),
    "POST /jobs/file": Rule("manager", "import"),
    "POST /v1/probe": _does("manager", "model.probe"),
    # Administrators. What these change writes its own lines in the book.
    "DELETE /v1/customers/{customer_id}": _ADMIN,
    "GET /v1/keys": _ADMIN,
    "POST /v1/keys": _ADMIN,
    "DELETE /v1/keys/{key_id}": _ADMIN,
    "GET /v1/users": _ADMIN,
    "POST /v1/users": _ADMIN,
    "PATCH /v1/users/{user_id}": _ADMIN,
    "GET /v1/spendings": _ADMIN,
    "GET /v1/retention": _ADMIN,
    "PUT /v1/retention": _ADMIN,
    "POST /v1/retention": _ADMIN,
    "POST /v1/alerts/test": _does("admin", "alerts.test", "admin"),
    "POST /v1/alerts/retry": _does("admin", "alerts.retry", "admin"),
    "GET /v1/audit": _ADMIN,
    "GET /v1/audit/lines.csv": _does("admin", "audit.export", "admin"),
    "GET /v1/audit/verdict": _ADMIN,
}
"""Method and address (`*`: every method) → what is asked. An address that is not here is answered to nobody."""
_HOLE = re.compile(r"\\{(\w+)(:path)?\\}")


@dataclass(frozen=True, slots=True)
class Found:
    """The rule of a request, the address as it stands in the table, and the ids in it."""

    rule: Rule
    route: str
    ids: tuple[str, ...]


def rule_of(method: str, path: str) -> Found | None:
    """The rule that a request falls under; None where there is no such address."""
    method = "GET" if method == "HEAD" else method
    for asked, rule, hit, route in _meant(path):
        if asked in (method, "*"):
            return Found(rule, route, hit.groups())
    return None


def methods_of(path: str) -> list[str]:
    """The methods that an address answers to."""
    return sorted({asked for asked, _, _, _ in _meant(path)})


def open_to_all(path: str) -> bool:
    """Whether anybody may call an address by one of its methods: then nobody is kept in the dark of the others."""
    return any(rule.role is None for _, rule, _, _ in _meant(path))


def _meant(path: str) -> Iterator[tuple[str, Rule, re.Match[str], str]]:
    """The lines of the table for an address: those of one route, ``/v1/themes/health`` and not ``/v1/themes/{id}``."""
    meant = None
    for asked, pattern, route, rule in _compiled():
        if meant in (None, route) and (hit := pattern.fullmatch(path)):
            meant = route
            yield asked, rule, hit, route


@cache
def _compiled() -> list[tuple[str, re.Pattern[str], str, Rule]]:
    """The table with patterns, the addresses with fewest holes first, as `/v1/themes/health` before `/v1/themes/{id}`."""
    found = []
    for line, rule in RULES.items():
        method, route = line.split(" ")
        pattern = _HOLE.sub(lambda hole: "(.+)" if hole[2] else "([^/]+)", re.escape(route))
        found.append((method, re.compile(pattern), route, rule))
    return sorted(found, key=lambda one: one[2].count("{"))
