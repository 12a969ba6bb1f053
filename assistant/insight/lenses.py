"""From where a theme is best looked at: a few of the lenses, chosen by what was counted of it, always the same ones."""

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import cast, get_args

from assistant.domain.ideas import LensName
from assistant.domain.themes import ThemeMaterial

LENSES: tuple[LensName, ...] = get_args(LensName)
FEW, SEVERAL = 3, 4
_MANY_CUSTOMERS = 5
"""Customers from which a theme is looked at through one lens more."""
_MANY = 10
_TIE = 0.05
"""Most that the theme's own id lends a lens, so that themes alike are not all looked at from the same side."""


def fitting_lenses(material: ThemeMaterial, averse: float = 0.0, most: int | None = None) -> tuple[LensName, ...]:
    """The lenses that suit a theme, best first.

    Args:
        averse: share of its customers who have said that they don't want to be sold to.
        most: how many; by default three, four where the theme has five customers or more.
    """
    wanted = most or (SEVERAL if material.theme.customers >= _MANY_CUSTOMERS else FEW)
    return tuple(sorted(LENSES, key=lambda lens: (-fit(lens, material, averse), LENSES.index(lens)))[:wanted])


def fit(lens: LensName, material: ThemeMaterial, averse: float = 0.0) -> float:
    """How well a lens suits a theme; only the order means something."""
    own, theme = _table()[lens], material.theme
    counted = {
        "aspects": material.aspects,
        "opportunities": material.opportunities,
        "segments": material.segments,
        "deep": ((theme.deep_category, 1),),
        "mood": ((material.sentiment, 1),),
        "trend": ((theme.trend, 1),),
    }
    found = _number(own, "base") + _number(own, "averse") * averse
    found += _number(own, "weak") * theme.weak_signal + _number(own, "many") * (theme.customers >= _MANY)
    for name, counts in counted.items():
        whole = max(1, theme.records, sum(count for _, count in counts))
        weights = own.get(name, {})
        assert isinstance(weights, dict)
        whole = whole if name in ("aspects", "opportunities", "segments") else 1
        found += sum(weights.get(value, 0.0) * count / whole for value, count in counts)
    return found + _TIE * _lot(theme.id, lens)


def _lot(theme_id: str, lens: str) -> float:
    """A number from 0 to 1 that is always the same for a theme and a lens."""
    return hashlib.sha256(f"{theme_id}\0{lens}".encode()).digest()[0] / 255


@cache
def _table() -> Mapping[LensName, Mapping[str, object]]:
    text = files("assistant.insight").joinpath("data", "lenses.toml").read_text(encoding="utf-8")
    return cast("Mapping[LensName, Mapping[str, object]]", tomllib.loads(text))


def _number(own: Mapping[str, object], name: str) -> float:
    value = own.get(name, 0.0)
    assert isinstance(value, float)
    return value
