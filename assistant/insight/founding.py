"""New themes beside those there are: words and counts for groups of strangers, while every other theme stays as it is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.domain.engine import Engine
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.insight.groups import new_id
from assistant.insight.members import Member
from assistant.insight.misfits import misplaced, remaining
from assistant.insight.naming import distinct_titles, give_names
from assistant.insight.parting import bare_material
from assistant.insight.portrait import Words, keywords
from assistant.insight.weak import is_weak_signal

_BESIDE = 4


@dataclass(frozen=True, slots=True)
class Founded:
    """Themes that nobody knew before."""

    materials: tuple[ThemeMaterial, ...] = ()
    assignment: Mapping[str, str] = field(default_factory=dict)
    """Insight id → theme id."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """Reason → themes that bear the fallback's words."""


@dataclass(frozen=True, slots=True)
class Around:
    """What new themes are told apart from, and the corpus they are in."""

    shown: Mapping[str, Sequence[Member]]
    """Theme id → some of its members."""
    titles: Mapping[str, str]
    """Theme id → title, of every theme there is."""
    nearest: Mapping[str, str]
    """Insight id → the theme it is most like."""
    read: int
    last: str | None
    """Insights there are, and the last day anybody was heard."""


def founded(
    groups: Sequence[Sequence[Member]], around: Around, words: Words, engine: Engine, fallback: Engine
) -> Founded:
    """The groups as themes, named as in a full run; whom the engine calls a misfit is in none of them."""
    if not groups:
        return Founded()
    telling = keywords([*groups, *around.shown.values()], words)[: len(groups)]
    bare = [
        bare_material(new_id(own), own, said, _beside(own, around)) for own, said in zip(groups, telling, strict=True)
    ]
    named = give_names(bare, engine, fallback)
    worded = [replace(material, theme=theme) for material, theme in zip(bare, named.themes, strict=True)]
    titled = distinct_titles(worded, around.titles.values())
    out = [misplaced(material, called) for material, called in zip(bare, named.misfits, strict=True)]
    staying = [remaining(own, gone, (), around.read) for own, gone in zip(groups, out, strict=True)]
    materials = tuple(
        _counted(theme, own, said, around) for theme, own, said in zip(titled, staying, telling, strict=True)
    )
    assignment = {member.insight.id: theme.id for theme, own in zip(titled, staying, strict=True) for member in own}
    return Founded(materials, assignment, named.failed)


def _beside(own: Iterable[Member], around: Around) -> tuple[str, ...]:
    near = Counter(around.nearest.get(member.insight.id, "") for member in own)
    ordered = sorted(near, key=lambda theme_id: (-near[theme_id], theme_id))
    return tuple(around.titles[theme_id] for theme_id in ordered if theme_id in around.titles)[:_BESIDE]


def _counted(theme: Theme, own: Sequence[Member], telling: tuple[str, ...], around: Around) -> ThemeMaterial:
    """The theme's words with the counts and voices of those that stayed."""
    material = bare_material(theme.id, own, telling, ())
    counted = material.theme
    theme = replace(
        theme,
        standing=counted.standing,
        deep_category=counted.deep_category,
        records=counted.records,
        customers=counted.customers,
        weak_signal=is_weak_signal(own, around.read, around.last),
    )
    return replace(material, theme=theme)
