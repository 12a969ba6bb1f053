"""The words people use for intents, products, groups and dates' neighbours, read from data files."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from assistant.errors import SettingError

NAMES_FILE = "names.toml"
"""What a house calls its goods and groups by, in its data directory."""
_TABLES = ("segment", "channel", "aspect", "deep_category", "sentiment")


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the stored words."""

    words: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    """Filter field → (name, stored values), longest name first."""
    kinds: Mapping[str, tuple[str, ...]]
    """Kind of product → its names."""
    products: Mapping[str, str]
    """Product code → kind."""
    areas: Mapping[str, tuple[str, ...]]
    """Part of the country → its provinces."""


@dataclass(frozen=True, slots=True)
class Cues:
    """Patterns that tell what a question asks for."""

    intents: Mapping[str, re.Pattern[str]]
    asking: re.Pattern[str]
    by: Mapping[str, re.Pattern[str]]
    stop: re.Pattern[str]
    proposing: re.Pattern[str]
    """Said of what is to be proposed in general; such words are looked for in no record."""
    overview: re.Pattern[str]
    """Asks how things stand altogether."""
    channel: Mapping[str, re.Pattern[str]]
    """Channel → its everyday name where it means the channel and not a matter."""
    follow_up: re.Pattern[str]
    own: re.Pattern[str]
    """Somebody speaks of what happened to themselves."""
    off_topic: Mapping[str, re.Pattern[str]]
    majority: re.Pattern[str]
    minority: re.Pattern[str]
    everyone: re.Pattern[str]
    no_one: re.Pattern[str]
    so_many: re.Pattern[str]
    """So many of them, up to the word for them."""


@lru_cache(4_096)
def normalise(text: str) -> str:
    """The text as cues are matched on it: NFKC, lower case, one space for any run of blanks.

    Remembered, since each question asks for the names of all products.
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().lower()


@cache
def cues() -> Cues:
    """The patterns of ``data/cues.toml``."""
    data = tomllib.loads(files("assistant.answering").joinpath("data/cues.toml").read_text(encoding="utf-8"))
    return Cues(
        intents={name: _any(patterns) for name, patterns in data["intents"].items()},
        asking=_any(data["asking"]["cues"]),
        by={name: _any(patterns) for name, patterns in data["by"].items()},
        stop=_any(sorted(data["phrases"]["stop"], key=len, reverse=True)),
        proposing=_any(data["phrases"]["proposing"]),
        overview=_any(data["phrases"]["overview"]),
        channel={name: _any(patterns) for name, patterns in data["channel"].items()},
        follow_up=_any(data["phrases"]["follow_up"]),
        own=_any(data["phrases"]["own"]),
        off_topic={name: _any(patterns) for name, patterns in data["off_topic"].items()},
        majority=_any(data["quantifiers"]["majority"]),
        minority=_any(data["quantifiers"]["minority"]),
        everyone=_any(data["quantifiers"]["everyone"]),
        no_one=_any(data["quantifiers"]["no_one"]),
        so_many=_any(data["quantifiers"]["so_many"]),
    )


@cache
def load_names(company_file: Path | None = None) -> Names:
    """The names shipped, with those of a company's own TOML file of the same shape laid over them.

    Raises:
        SettingError: the company file can't be read as such a table.
    """
    shipped = tomllib.loads(files("assistant.answering").joinpath("data/names.toml").read_text(encoding="utf-8"))
    own = _company(company_file) if company_file is not None and company_file.exists() else {}
    tables = {name: _laid_over(shipped[name], own.get(name, {})) for name in (*_TABLES, "kind", "area")}
    return Names(
        words={name: _by_length(tables[name]) for name in _TABLES},
        kinds={kind: tuple(normalise(word) for word in words) for kind, words in tables["kind"].items()},
        products={normalise(code): kind for code, kind in own.get("product", shipped["product"]).items()},
        areas={area: tuple(map(normalise, members)) for area, members in tables["area"].items()},
    )


def _company(path: Path) -> dict[str, dict[str, object]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path.name}: can't be read as TOML in UTF-8 ({error.__class__.__name__})") from error
    wrong = [key for key, table in data.items() if not isinstance(table, dict)]
    if wrong:
        raise SettingError(f"{path.name}: {wrong[0]!r} must be a table such as [segment] or [product]")
    return data


def _laid_over(shipped: dict[str, list[str]], own: Mapping[str, object]) -> dict[str, list[str]]:
    merged = dict(shipped)
    for key, words in own.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise SettingError(f"names.toml: {key!r} must be a list of words")
        merged[key] = [*merged.get(key, []), *words]
    return merged


def _by_length(table: Mapping[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    pairs = [(normalise(name), tuple(values.split("+"))) for values, names in table.items() for name in names]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
