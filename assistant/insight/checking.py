"""Which doubtful voices a theme keeps, takes in or lets go, because an engine judged each by the theme's definition."""

import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from assistant.domain.drafts import VerdictsDraft
from assistant.domain.engine import Checking, Engine
from assistant.domain.themes import ThemeMaterial
from assistant.errors import ModelAccessError, ModelError
from assistant.insight.members import Member
from assistant.insight.portrait import at_edge

AT_ONCE = 12
"""Voices of one theme that are judged in one run; the least sure come first, the others are let in as they are."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of each theme's doubtful voices, in the order asked for, and why nothing was where it failed."""

    belongs: tuple[Mapping[str, bool], ...] = ()
    """For each theme insight id → whether it belongs there; who was not judged stands in none."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """Reason → themes of which nobody was judged."""

    @property
    def asked(self) -> int:
        """Voices that were judged."""
        return sum(len(said) for said in self.belongs)


def to_judge(material: ThemeMaterial, doubted: Sequence[Member], margins: Mapping[str, float]) -> ThemeMaterial:
    """The theme with the least sure of the doubted as its edge, numbered from 1; without a definition with none."""
    bare = replace(material, voices=(), edge=())
    wanted = doubted if material.theme.definition else ()
    return replace(bare, edge=at_edge(wanted, bare, margins, AT_ONCE))


def judge(materials: Sequence[ThemeMaterial], engine: Engine) -> Judged:
    """Have the edge of each theme judged, `engine.concurrency` at once; an engine that can't judge is not asked.

    A voice that is judged twice and differently, or under a number that was not given, is not judged. After a
    `ModelAccessError` the engine is not asked again.
    """
    if not isinstance(engine, Checking):
        return Judged(tuple({} for _ in materials))
    checking: Checking = engine
    lost = threading.Event()

    def ask(material: ThemeMaterial) -> VerdictsDraft | str | None:
        if not material.edge:
            return None
        if lost.is_set():
            return ModelAccessError.kind
        try:
            return checking.check_members(material)
        except ModelError as error:
            if isinstance(error, ModelAccessError):
                lost.set()
            return error.kind

    with ThreadPoolExecutor(engine.concurrency, thread_name_prefix="check") as pool:
        drafts = list(pool.map(ask, materials))
    said = tuple(
        _tied(material, draft) if isinstance(draft, VerdictsDraft) else {}
        for material, draft in zip(materials, drafts, strict=True)
    )
    return Judged(said, dict(Counter(draft for draft in drafts if isinstance(draft, str))))


def _tied(material: ThemeMaterial, draft: VerdictsDraft) -> dict[str, bool]:
    said: dict[int, set[bool]] = {}
    for verdict in draft.verdicts:
        said.setdefault(verdict.n, set()).add(verdict.belongs)
    return {voice.insight_id: next(iter(said[voice.n])) for voice in material.edge if len(said.get(voice.n, ())) == 1}


def at_the_doors(
    loose: Sequence[Member], doors: Mapping[str, str], homes: Mapping[str, str]
) -> dict[str, list[Member]]:
    """Theme id → members of no theme that are nearest to it.

    Args:
        doors: insight id → an insight of the group it is most like (`Grouping.doors`).
        homes: insight id → theme id.
    """
    found: dict[str, list[Member]] = {}
    for member in loose:
        home = homes.get(doors.get(member.insight.id, ""))
        if home is not None:
            found.setdefault(home, []).append(member)
    return found


def said_to(belongs: Mapping[str, bool], verdict: bool, among: Collection[str]) -> frozenset[str]:
    """Those of the insights that were judged so."""
    return frozenset(one for one, is_so in belongs.items() if is_so is verdict and one in among)
