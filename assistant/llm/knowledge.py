"""Knows how one endpoint is asked: its provider's profile, corrected by what the endpoint itself has shown."""

import json
from collections.abc import Mapping
from typing import Any

from assistant.llm.capabilities import LADDER, Capability, CapabilityStore, Rung
from assistant.llm.providers import Profile, find_profile
from assistant.llm.vendor import Question

_OTHER = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


class Knowledge:
    """Profile and capabilities of one model at one endpoint. Safe to use from several threads."""

    def __init__(self, endpoint: str, model: str, capabilities: CapabilityStore | None = None) -> None:
        self._endpoint, self._model = endpoint, model
        self._capabilities = capabilities if capabilities is not None else CapabilityStore()
        self._fixed = find_profile(endpoint, model)

    @property
    def seen(self) -> Capability:
        """What the endpoint has shown."""
        return self._capabilities.get(self._endpoint, self._model)

    @property
    def profile(self) -> Profile:
        """By the host, or by the kind of server that a probe found."""
        owner = self.seen.owner
        return find_profile(self._endpoint, self._model, owner) if owner else self._fixed

    @property
    def rung(self) -> Rung | None:
        """The way of asking for JSON that has worked at this endpoint, if any has yet."""
        return self.seen.rung

    @property
    def ladder(self) -> tuple[Rung, ...]:
        """The ways worth trying; all of them where the one that works is not among those of the profile."""
        ladder = self.profile.ladder
        return ladder if self.rung is None or self.rung in ladder else LADDER

    @property
    def temperature(self) -> bool:
        """Whether the parameter is sent."""
        return self.profile.temperature and self.seen.temperature

    @property
    def shaping(self) -> dict[str, str]:
        """What of the profile shapes answers. What was only learnt is left out: it must not make readings stale."""
        body = self._fixed.body
        return {"body": json.dumps(body, sort_keys=True)} if body else {}

    def added(self, limit: int | None) -> Mapping[str, Any]:
        """Fields added to a request whose answer may be `limit` tokens long."""
        body = dict(self.profile.body) if self.seen.extras else {}
        return body | ({self.seen.length or self.profile.length: limit} if limit is not None else {})

    def learn(self, **changes: object) -> None:
        """Remember what was seen: fields of `Capability`."""
        self._capabilities.learn(self._endpoint, self._model, **changes)

    def forget(self) -> None:
        """Forget what was learnt, as before a probe."""
        self._capabilities.forget(self._endpoint, self._model)

    def unlearn(self, names: frozenset[str], question: Question) -> bool:
        """Learn from a refusal that names parameters; True where the next request will be another one for it."""
        sent, body = set(question.extra or ()), set(self.profile.body)
        if "temperature" in names and not question.warm:
            self.learn(temperature=False)
            return True
        for name in names & sent & set(_OTHER):
            if (self.seen.length or self.profile.length) == name and self.seen.length is None:
                self.learn(length=_OTHER[name])
            return name not in (self.added(0))
        if names & sent & body:
            self.learn(extras=False)
            return True
        return False
