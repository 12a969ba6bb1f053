"""Knows the company's own file: its products, words, releases and house rules, and how a reading prompt is told of them."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assistant.errors import SettingError
from assistant.house_files import HousePart, read_house_file

COMPANY_FILE = "company.toml"
"""Its name in the data directory, where VOC_COMPANY_FILE does not name another."""
MOST_CHARS = 4000
"""Characters of the context as a model is told it: it stands in every reading prompt, and is paid for with each call."""
NOTHING = "(未提供)"

Line = Annotated[str, Field(min_length=1, max_length=300)]


class Product(HousePart):
    """One product: the name that records use for it, what it is, and other names of it."""

    name: Line
    kind: Line
    aliases: tuple[Line, ...] = ()
    parts: tuple[Line, ...] = ()
    """Branches of the product tree below it: parts, consumables, services."""


class Term(HousePart):
    """A word of the house or the trade."""

    word: Line
    meaning: Line


class Release(HousePart):
    """What was put on the market when, or mended."""

    product: Line
    what: Line
    version: Line | None = None
    date: dt.date | None = None
    kind: Literal["release", "fix"] = "release"


class Answers(HousePart):
    """How staff are helped to answer; no reading is told of it."""

    tone: Line | None = None
    """How replies to customers shall sound."""


class Company(HousePart):
    """The whole file."""

    name: Line
    about: Line | None = None
    products: tuple[Product, ...] = ()
    terms: tuple[Term, ...] = ()
    releases: tuple[Release, ...] = ()
    roadmap: tuple[Release, ...] = ()
    """What is planned: ideas are compared with it; readings are not told of it."""
    rules: tuple[Line, ...] = ()
    """House rules of reading, such as whom a word means."""
    answers: Answers = Answers()


def company_text(named: Path | None, data_dir: Path) -> str:
    """The company context as the reading prompt carries it, or `NOTHING` where there is no file.

    Args:
        named: the setting VOC_COMPANY_FILE; None: `COMPANY_FILE` in the data directory, if it is there.

    Raises:
        SettingError: the file can't be read, has a mistake, or says too much; which, and where.
    """
    path = named or data_dir / COMPANY_FILE
    if named is None and not path.is_file():
        return NOTHING
    text = context_of(read_company(path))
    if len(text) > MOST_CHARS:
        raise SettingError(
            f"{path} makes {len(text)} characters of context, at most {MOST_CHARS} are sent with every call: shorten it"
        )
    return text


def company_of(named: Path | None, data_dir: Path) -> Company | None:
    """The company's file as it stands, or None where there is none; see `company_text` for what is read.

    Raises:
        SettingError: the file can't be read or has a mistake; which, and where.
    """
    path = named or data_dir / COMPANY_FILE
    return read_company(path) if named is not None or path.is_file() else None


def tone_of(named: Path | None, data_dir: Path) -> str:
    """How replies shall sound by the company's file; empty where it does not say.

    Raises:
        SettingError: the file can't be read or has a mistake; which, and where.
    """
    company = company_of(named, data_dir)
    return (company.answers.tone if company else None) or ""


def read_company(path: Path) -> Company:
    """The file, checked.

    Raises:
        SettingError: it can't be read or has a mistake; which, and where.
    """
    hint = "see VOC_COMPANY_FILE"
    return read_house_file(path, Company, needed=True, example="assistant/sample/xinglan/company.toml", hint=hint)


def context_of(company: Company) -> str:
    """The context as lines of text, always the same for the same file."""
    lines = [f"公司：{company.name}{f'，{company.about}' if company.about else ''}"]
    lines += [f"- 产品 {_product(product)}" for product in company.products]
    lines += [f"- 词语 {term.word}：{term.meaning}" for term in company.terms]
    lines += [f"- {_release(release)}" for release in company.releases]
    lines += [f"- 本公司的读法：{rule}" for rule in company.rules]
    return "\n".join(" ".join(line.split()) for line in lines)


def _product(product: Product) -> str:
    names = f"（又称 {'、'.join(product.aliases)}）" if product.aliases else ""
    parts = f"；其下 {'、'.join(product.parts)}" if product.parts else ""
    return f"{product.name}{names}：{product.kind}{parts}"


def _release(release: Release) -> str:
    kind = "已修复" if release.kind == "fix" else "已发布"
    facts = (release.date.isoformat() if release.date else None, release.product, release.version)
    return f"{kind} {' '.join(fact for fact in facts if fact)}：{release.what}"
