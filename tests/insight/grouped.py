"""The planted members of the sample, and the themes that are built of them."""

from collections.abc import Sequence
from functools import cache

from sklearn.metrics import v_measure_score
from sklearn.metrics.cluster import pair_confusion_matrix

from assistant.insight.members import KnownTheme, Member
from assistant.insight.themes import ThemesResult, build_themes
from tests.insight.samples import embedder_of, planted, words
from tests.insight.scripted import ScriptedEngine

RULES = ScriptedEngine(name="rules")


MEMBERS, NEEDS = planted()
EMBED = embedder_of(MEMBERS)


def build(
    members: Sequence[Member], previous: Sequence[KnownTheme] = (), engine: ScriptedEngine | None = None
) -> ThemesResult:
    return build_themes(members, EMBED, words, engine or ScriptedEngine(), RULES, previous)


@cache
def whole() -> ThemesResult:
    return build(MEMBERS)


def known(result: ThemesResult, members: Sequence[Member]) -> list[KnownTheme]:
    own: dict[str, list[Member]] = {theme.id: [] for theme in result.themes}
    for item in members:
        if item.insight.id in result.assignment:
            own[result.assignment[item.insight.id]].append(item)
    return [
        KnownTheme(
            theme,
            frozenset(m.insight.id for m in own[theme.id]),
            frozenset(m.insight.record_id for m in own[theme.id]),
        )
        for theme in result.themes
    ]


def agreement(members: Sequence[Member], needs: Sequence[str], result: ThemesResult) -> tuple[float, float]:
    """Pairwise F1 and V-measure of the assigned insights against the planted needs."""
    pairs = [
        (need, result.assignment[m.insight.id])
        for m, need in zip(members, needs, strict=True)
        if m.insight.id in result.assignment
    ]
    truth, found = zip(*pairs, strict=True)
    (_, wrong), (missed, right) = pair_confusion_matrix(truth, found)
    return 2 * right / (2 * right + wrong + missed), v_measure_score(truth, found)
