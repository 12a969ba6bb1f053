"""Names that are not built of a Chinese surname: minority names as Chinese writes them, and names in Latin letters."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.lexicon import any_of, longest_first, table, words
from assistant.intake.privacy.person import told

_HAN_PART = r"[\u3400-\u9fff]{2,7}"
_DOTTED = re.compile(rf"({_HAN_PART}[·•・‧]){_HAN_PART}")
_SHORTEST_PART = 2
_WORD = r"[A-Z](?:[a-z]{1,15}|'[A-Z][a-z]+)"
_LATIN_FULL = rf"{_WORD}(?: {_WORD}){{1,3}}|[A-Z]{{2,12}}(?:[ ,][ ]?[A-Z]{{2,12}}){{1,3}}"
_LATIN = re.compile(rf"{_LATIN_FULL}|{_WORD}(?: [\u4e00-\u9fff])?")
_FULL = re.compile(_LATIN_FULL)
_BEFORE = re.compile(
    rf"(?<![A-Za-z])({_LATIN_FULL})[ ,，:(（/]{{1,3}}(?:(?:护照|電話|电话|手机|邮箱|電郵|护照号|(?i:tel|phone|email|passport))[:： .]{{0,2}})?$"
)
_REACHED_BY = frozenset({"phone", "landline", "email", "passport"})
_ADDRESSED = re.compile(rf"(?<![A-Za-z])({_WORD}(?: {_WORD}){{0,2}}) ?(?:先生|女士|小姐|太太|夫人)")
_NEAR = 44
_TWO_WORDS = re.compile(r"[A-Za-z][ ,] ?[A-Z]")
_MISTER = re.compile(r"[a-z] ?(?:先生|女士|小姐|太太|夫人)")


def find_foreign_names(folded: str, numbers: Iterable[Finding], *, written: bool) -> Iterator[Finding]:
    """Names that show themselves: two minority name parts in a row, ``My name is …``, a Latin name before a number."""
    done = 0
    for hint in _part_begins().finditer(folded):
        start = hint.start()
        if start >= done and folded[start : start + 2] in _pairs():
            match = _minority().match(folded, start)
            if match:
                yield Finding("name", start, match.end(), 49)
                done = match.end()
    if not written:
        return
    for match in _ADDRESSED.finditer(folded) if _MISTER.search(folded) else ():
        if _is_latin_person(match[1]):
            yield Finding("name", match.start(), match.end(), 49)
    if not (_TWO_WORDS.search(folded) and _FULL.search(folded)):
        return
    for match in _introduced().finditer(folded):
        yield Finding("name", match.start(1), match.end(1), 49)
    for number in numbers:
        if number.type in _REACHED_BY:
            before = _BEFORE.search(folded, max(0, number.start - _NEAR), number.start)
            if before and _is_latin_person(before[1]):
                yield Finding("name", before.start(1), before.end(1), 47)


def foreign_end(folded: str, start: int, *, firm: bool, role: bool) -> int | None:
    """Where a minority or Latin name that begins at `start`, right after a cue, ends; None where none begins."""
    first = folded[start : start + 1]
    if first.isascii():
        pattern = _LATIN if firm else _FULL
        latin = pattern.match(folded, start) if firm or role else None
        return latin.end() if latin and _is_latin_person(latin.group()) else None
    dotted = _DOTTED.match(folded, start)
    if dotted:
        deed = told().search(folded, dotted.end(1) + _SHORTEST_PART, dotted.end())
        return deed.start() if deed else dotted.end()
    single = _minority_part().match(folded, start) if firm or role else None
    return single.end() if single else None


def _is_latin_person(name: str) -> bool:
    return not any(part.lower() in words("not_latin_names") for part in re.split(r"[ ,]+", name))


@cache
def _parts() -> str:
    return any_of(words("minority"))


@cache
def _pairs() -> frozenset[str]:
    return frozenset(part[:2] for part in words("minority"))


@cache
def _part_begins() -> re.Pattern[str]:
    """A first character of any part before the second of any: two classes, which a search jumps to."""
    first, second = (re.escape("".join({part[at] for part in words("minority")})) for at in (0, 1))
    return re.compile(f"[{first}](?=[{second}])")


@cache
def _minority() -> re.Pattern[str]:
    """Two parts or more in a row, or with a dot between, one of them known."""
    parts, told = _parts(), "|".join(table("cues")["names"]["told"])
    return re.compile(
        rf"(?:{parts}){{2,4}}[江汗]?(?:[·•・‧](?:{parts}|{_HAN_PART}))?|(?:{parts})[江汗]?[·•・‧](?:{parts})[江汗]?"
        rf"|(?:{parts})[江汗]?[·•・‧][\u3400-\u9fff]{{2,5}}?(?=(?:{told})|(?![\u3400-\u9fff]))"
        rf"|(?:{parts})(?={told})"
    )


@cache
def _minority_part() -> re.Pattern[str]:
    after = table("cues")["names"]["after"]
    parts = _parts()
    long = "|".join(part for part in longest_first(words("minority")) if len(part) > 2)
    return re.compile(rf"(?:(?:{parts}){{2,4}}|{long})[江汗]?|(?:{parts})[江汗]?(?![\u3400-\u9fff](?<![{after}]))")


@cache
def _introduced() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?i:my name is|my name's|i am|i'm|this is|customer|cust\.|name|dear|regards|sincerely|thanks|attn|contact)[ :,\n]{{1,3}})({_LATIN_FULL})(?![A-Za-z])"
    )
