"""What of a suggested reply may be sent: nothing unproved, no promise that no document makes, nothing sold unasked."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from assistant.answering.grounding import codes_are_known
from assistant.answering.lexicon import normalise
from assistant.answering.numbers import Number, numbers, values
from assistant.answering.policies import narrowed
from assistant.answering.proof import Cited, forms, shown_days, without_dates
from assistant.domain.answers import AnswerMaterial
from assistant.domain.knowledge import Backing
from assistant.rules.harmless import harmless

_SENTENCE = re.compile(r"[^。！？!?；;\n]+?(?:[。！？!?；;\n]+|\.(?=\s|$)|$)")
_CLAUSE = re.compile(r"[^，,、：:。！？!?；;\n]+")
_LEAST_CHARS, _LEAST_SHARE = 30, 0.5
"""What must be left of a reply after sentences were taken out, for it to be one still."""
_SPEECH = frozenset("个种件样步点")
_SPEECH_MOST = 5
_OUTCOME = "outcome"
_NAMED = re.compile(r"按《(?P<title>[^》]+)》[：:](?P<words>(?:“[^”]+”)+。?|[^。！？!?\n]+[。！？!?]?)")
_IN_MARKS = re.compile(r"“([^”]+)”")
_LEAST_READ = 6
"""Characters of a document from which they are read out, and not merely used."""


@dataclass(slots=True)
class Checked:
    """What may be sent (None: nothing), what a reader must know, and the documents it leans on."""

    text: str | None = None
    warnings: list[str] = field(default_factory=list)
    used: list[Backing] = field(default_factory=list)


def checked_reply(
    reply: str | None, backed_by: Sequence[str], material: AnswerMaterial, shown: Sequence[str], *, averse: bool = False
) -> Checked:
    """The sentences of a reply that can stand.

    A link, markup or an unknown code spoils the whole. A sentence goes that states (and does not ask for) a number
    which nothing shown holds, promises what no document of `backed_by` promises (with its condition, where it has
    one), or sells something nobody asked about or to an averse customer. Where too little is left there is no reply.
    """
    checked = Checked()
    if reply is None or not (text := reply.strip()):
        return checked
    if not harmless(text) or not codes_are_known(text, shown, latin=material.language != "zh"):
        checked.warnings.append("建议回复里有无法核实的链接、指令或代码，没有采用")
        return checked
    named = [b for name in backed_by if (b := _named(name, material)) is not None]
    no_selling = averse or not _pattern("selling").search(normalise(material.question))
    known = _known(material, named)
    days = shown_days(Cited(house=tuple(named)), material)

    def dateless(sentence: str) -> str:
        return without_dates(sentence, days, set())

    kept, gone = [], dict[str, int]()
    for sentence in _pieces(text):
        reason = _reason(sentence, known, named, no_selling, dateless, checked)
        if reason is None:
            kept.append(sentence)
        else:
            gone[reason] = gone.get(reason, 0) + 1
    left = "".join(kept).strip()
    enough = not gone or (len(left) >= _LEAST_CHARS and len(left) >= _LEAST_SHARE * len(text))
    checked.text = left if enough and left else None
    checked.used = list(dict.fromkeys(checked.used)) if checked.text else []
    checked.warnings += _warnings(gone, checked)
    return checked


def _warnings(gone: Mapping[str, int], checked: Checked) -> list[str]:
    told = [f"{reason} {count} 句" for reason, count in gone.items()]
    if told and checked.text is None:
        return [f"建议回复没有采用：{'、'.join(told)}"]
    warnings = [f"建议回复里删去了：{'、'.join(told)}"] if told else []
    if checked.used:
        titles = "、".join(dict.fromkeys(f"《{backing.title}》" for backing in checked.used))
        warnings.append(f"建议回复里的承诺出自{titles}，发出前请核对这位客户是否符合条件")
    return warnings


def _reason(
    sentence: str,
    known: set[object],
    named: Sequence[Backing],
    no_selling: bool,
    dateless: Callable[[str], str],
    checked: Checked,
) -> str | None:
    """Why a sentence of a reply can't stay, None where it can; what backs it is noted."""
    if no_selling and _pattern("selling").search(normalise(sentence)):
        return "推销的话"
    if (read_out := _read_out(sentence, named)) is not None:
        checked.used.append(read_out)
        return None
    backing: list[Backing] = []
    for clause in _CLAUSE.findall(sentence):
        for kind in _promised(clause):
            found = [b for document in named if (b := _backs(document, kind, clause, sentence)) is not None]
            if not found:
                return "没有文件支持的承诺"
            backing.append(found[0])
    asks = sentence.rstrip().endswith(("？", "?"))
    if not asks and any(number.value not in known and not _speech(number) for number in numbers(dateless(sentence))):
        return "数字没有出处"
    checked.used += backing
    return None


def _pieces(text: str) -> list[str]:
    """The sentences of a reply; what is read out of a document is one, whatever its punctuation."""
    found, at = list[str](), 0
    for told in _NAMED.finditer(text):
        found += [*_SENTENCE.findall(text[at : told.start()]), told.group()]
        at = told.end()
    return [*found, *_SENTENCE.findall(text[at:])]


def _read_out(sentence: str, named: Sequence[Backing]) -> Backing | None:
    """The document that a sentence reads out letter for letter, naming it; its conditions are then said too."""
    told = _NAMED.match(sentence.strip())
    if told is None:
        return None
    quoted = _IN_MARKS.findall(told["words"]) or [told["words"].rstrip("。！？!?；; ")]
    if any(len(words) < _LEAST_READ for words in quoted):
        return None
    held = (b for b in named if b.title == told["title"] and all(words in b.quote for words in quoted))
    return next((narrowed(document, "".join(f"“{words}”" for words in quoted)) for document in held), None)


def _promised(clause: str) -> list[str]:
    """The kinds of promises a clause makes; none where it only looks into them."""
    text = normalise(clause)
    if _pattern("hedge").search(text):
        return []
    return [kind for kind, pattern in _kinds().items() if pattern.search(text)]


def promises(text: str) -> bool:
    """Whether a text promises anything."""
    return any(_promised(clause) for clause in _CLAUSE.findall(text))


def _backs(document: Backing, kind: str, clause: str, sentence: str) -> Backing | None:
    """The part of a document that makes the same promise, with a condition only to what says one too."""
    if kind == _OUTCOME:
        return None
    stated = values([clause])
    for said in _SENTENCE.findall(document.quote):
        rule = normalise(said)
        if not _kinds()[kind].search(rule) or _pattern("open").search(rule):
            continue
        bound = _pattern("condition").search(rule) and not _pattern("conditional").search(normalise(sentence))
        if not bound and stated <= values([document.quote]):
            return narrowed(document, said)
    return None


def _named(name: str, material: AnswerMaterial) -> Backing | None:
    match = re.fullmatch(r"\[?D(\d{1,2})\]?", name.strip().upper())
    place = int(match[1]) if match else 0
    return material.documents[place - 1] if 1 <= place <= len(material.documents) else None


def _known(material: AnswerMaterial, named: Sequence[Backing]) -> set[object]:
    shown = [voice.quote for voice in material.voices] + Cited(house=tuple(named)).quotes + [material.question]
    return set(values(shown)) | {form for figure in material.figures for form in forms(figure)}


def _speech(number: Number) -> bool:
    """两件事, 三种办法: a few of something in the way one speaks."""
    return number.words[-1] in _SPEECH and not number.words[0].isdigit() and 0 < number.value <= _SPEECH_MOST


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("assistant.answering").joinpath("data/promises.toml").read_text(encoding="utf-8"))


@cache
def _kinds() -> Mapping[str, re.Pattern[str]]:
    return {kind: _any(patterns) for kind, patterns in _data()["kinds"].items()}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return _any(_data()["marks"][name])


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
