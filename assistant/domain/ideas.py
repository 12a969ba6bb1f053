"""An NBN answer to a theme, as kept after verification."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.vocabulary import EngineName, NbnType, RouteKind


@dataclass(frozen=True, slots=True)
class Idea:
    """One product idea: new product, better product or new customs."""

    id: str
    theme_ids: tuple[str, ...]
    nbn_type: NbnType
    title: str
    job_to_be_done: str
    concept: str
    features: tuple[str, ...]
    how_it_differs: str
    changes: Mapping[str, str]
    """What changes for each rung: ``surface``, ``secondary``, ``deep``."""
    route: RouteKind
    route_why: str
    assumptions: tuple[str, ...]
    evidence: tuple[str, ...]
    """Insight ids whose quotes it answers."""
    score: float
    score_parts: Mapping[str, float]
    engine: EngineName
    status: str = "proposed"
    marks: tuple[str, ...] = field(default=())
    """Warnings such as ``cost_cutting`` or ``parts_selling``: the loop missed."""


def idea_id(theme_id: str, nbn_type: str, title: str) -> str:
    """Stable id of an idea: ``id_`` and 12 hex digits over theme, type and title."""
    return "id_" + hashlib.sha256(f"{theme_id}\0{nbn_type}\0{title}".encode()).hexdigest()[:12]
