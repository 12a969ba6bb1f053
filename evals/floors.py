"""Knows below what no figure may fall: kept with the cases, by suite and by who reads."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("cases") / "floors.toml"


def floors_of(suite: str, engine: str, figures: Mapping[str, float]) -> dict[str, float]:
    """The floors of a suite for who reads (``rules`` or ``llm``), of those figures that were measured."""
    kept = _kept()[suite]
    found = {**kept.get("any", {}), **kept.get(engine, {})}
    return {name: float(floor) for name, floor in found.items() if name in figures}


def figures_with_floor() -> dict[str, frozenset[str]]:
    """Suite → the figures of it that have a floor, whoever reads."""
    return {suite: frozenset(name for names in of.values() for name in names) for suite, of in _kept().items()}


def _kept() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
