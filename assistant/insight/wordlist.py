"""Words of the documents that code writes itself, by language, out of `data/document.toml`."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from assistant.domain.vocabulary import EngineName, by_model

Language = Literal["zh", "en"]


def phrase(language: Language, name: str, **values: object) -> str:
    """One phrase with its values filled in."""
    return str(_data()[language][name]).format(**values)


def drafted_by(language: Language, engine: EngineName) -> str:
    """Who drafted a document; of a model that is played back its name and day."""
    told = phrase(language, "engine_llm" if by_model(engine) else "engine_rules")
    return told if engine in ("llm", "rules") else f"{told}; engine: {engine}"


def section(language: Language, name: str) -> Mapping[str, str]:
    """A table of labels, such as headings."""
    return {str(key): str(value) for key, value in _data()[language][name].items()}


@cache
def baselines() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Which counted figure is a metric's baseline: figure and pattern, the first that is found decides."""
    return tuple((str(row["figure"]), re.compile(row["pattern"], re.IGNORECASE)) for row in _data()["baseline"])


@cache
def _data() -> dict[str, Any]:
    text = files("assistant.insight").joinpath("data", "document.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
