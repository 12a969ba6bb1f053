"""Knows what each endpoint and model has proved able to do, and remembers it between runs."""

import json
import logging
import os
import threading
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

CAPABILITIES = "capabilities.json"
"""The file's name in the data directory."""
Rung = Literal["json_schema", "function_calling", "json_object", "plain"]
LADDER: tuple[Rung, ...] = get_args(Rung)
"""Ways to get JSON out of a model, the strictest first."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Capability:
    """What one endpoint and model has shown so far."""

    rung: Rung | None = None
    """The strictest way that has worked; None until one has."""
    temperature: bool = True
    """False once the endpoint has refused the parameter."""
    extras: bool = True
    """False once the endpoint has refused a field that its profile adds."""
    length: str | None = None
    """The name of the limit on an answer's length, where it is another than the profile's."""
    owner: str | None = None
    """`owned_by` in the endpoint's list of models, which tells the kind of server."""
    stream_usage: bool | None = None
    """Whether a streamed answer tells its tokens. None here and below: not probed."""
    thinks: bool | None = None
    """Whether answers were seen to be thought over, which is paid for."""
    embeddings: int | None = None
    """Texts in one embedding request that worked; 0: none did."""
    reads_long: bool | None = None
    """Whether the beginning of a long prompt was still known at its end."""


class CapabilityStore:
    """Capabilities by endpoint and model, in memory and, where a path is given, in a small JSON file.

    The file is disposable: a damaged one counts as empty, and one that can't be written is only logged. Safe to use
    from several threads; of several processes the last writer wins, which costs one refused request.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known = _read(path) if path else {}

    def get(self, endpoint: str, model: str) -> Capability:
        """What is known of the model at the endpoint; the hopeful default where nothing is."""
        with self._lock:
            return self._known.get(_key(endpoint, model), Capability())

    def learn(self, endpoint: str, model: str, **changes: object) -> Capability:
        """Remember changed fields of `Capability` and return the whole."""
        with self._lock:
            before = self._known.get(_key(endpoint, model), Capability())
            after = replace(before, **changes)  # type: ignore[arg-type]
            if after != before:
                self._known[_key(endpoint, model)] = after
                self._write()
            return after

    def forget(self, endpoint: str, model: str) -> None:
        """Start from the hopeful default again, as a probe does."""
        with self._lock:
            if self._known.pop(_key(endpoint, model), None):
                self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        text = json.dumps({key: asdict(value) for key, value in sorted(self._known.items())}, indent=1)
        draft = self._path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            draft.replace(self._path)
        except OSError as error:
            _LOG.warning("what the model endpoint can do is not remembered: %s", error)


def _key(endpoint: str, model: str) -> str:
    return f"{endpoint.rstrip('/')} {model}"


def _read(path: Path) -> dict[str, Capability]:
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): _capability(item) for key, item in loaded.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _capability(item: dict[str, Any]) -> Capability:
    """What a row says, without fields of another version of the program."""
    known = {field.name: item[field.name] for field in fields(Capability) if field.name in item}
    known["rung"] = item["rung"] if item["rung"] in LADDER else None
    return Capability(**known | {"temperature": bool(item["temperature"])})
