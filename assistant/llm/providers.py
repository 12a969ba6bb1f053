"""Knows what is known beforehand of each provider: a table of profiles (``providers.toml``), no code per provider."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from assistant.llm.capabilities import LADDER, Rung


class Profile(BaseModel):
    """What one provider's endpoint is like for one model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "unknown"
    hosts: Sequence[str] = ()
    owners: Sequence[str] = ()
    refuses: Sequence[Rung] = ()
    temperature: bool = True
    """False: the parameter is refused."""
    body: Mapping[str, Any] = {}
    """Fields added to every chat request, such as the one that switches thinking off."""
    length: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The name of the limit on an answer's length."""
    embeddings: int = 10
    """Texts in one embedding request; the smallest known where the provider is unknown."""
    batch: bool = True
    """Whether it may take batch files; of an unknown endpoint it is tried."""
    batch_requests: int = 10_000
    batch_bytes: int = 100_000_000
    batch_price: float = 1.0
    """Share of the direct price that a request in a batch costs."""
    traps: Sequence[str] = ()

    @property
    def ladder(self) -> tuple[Rung, ...]:
        """The ways of asking for JSON worth trying, the strictest first."""
        return tuple(rung for rung in LADDER if rung not in self.refuses)


def find_profile(endpoint: str, model: str, owner: str | None = None) -> Profile:
    """The profile of an endpoint: by its host, else by the `owned_by` of its models, else one that assumes nothing."""
    place = urlsplit(endpoint).netloc.rpartition("@")[2].lower()
    for row in _table():
        hosts = [str(host) for host in row.get("hosts", ())]
        by_host = any(place in (host, f"{host}:443") or place.endswith(f".{host}") for host in hosts)
        if by_host or (owner is not None and owner in row.get("owners", ())):
            return _refined(row, model)
    return Profile()


def _refined(row: Mapping[str, Any], model: str) -> Profile:
    name = model.rpartition("/")[2].lower()
    fitting = [part for part in row.get("model", ()) if name.startswith(part["begins"])]
    best: Mapping[str, Any] = max(fitting, key=lambda part: len(part["begins"]), default={})
    own = {key: value for key, value in best.items() if key != "begins"}
    return Profile.model_validate({key: value for key, value in row.items() if key != "model"} | own)


@cache
def _table() -> tuple[Mapping[str, Any], ...]:
    text = (files("assistant.llm") / "providers.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["provider"])
