"""How written conversations look line by line: who spoke when, and where the next utterance begins."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from assistant.intake.shapes import SourceTurn
from assistant.intake.speakers import is_voice, role_of, speaking_word

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?(?:\s?[AaPp][Mm])?"
_DAY = r"\d{2,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,4}日?"
_MOMENT = rf"{_DAY}[\sT,，]+{_CLOCK}"

_AT_NAME_TEXT = re.compile(
    rf"^\s*(?P<open>[\[(【（<])?\s*(?P<at>{_MOMENT}|{_CLOCK})\s*(?:-->\s*{_CLOCK}\s*)?(?P<close>[\])】）>])?\s*[-–—]?\s*"
    r"(?P<name>[^:：\n]{1,40}?)\s*[:：]\s?(?P<text>.*)$",
    re.DOTALL,
)
_NAME_AT = re.compile(rf"^\s*(?P<name>\S.{{0,48}}?)\s+[\[(（]?(?P<at>{_MOMENT}|{_CLOCK})[\])）]?\s*[:：]?\s*$")
_AT_NAME = re.compile(rf"^\s*[\[(（]?(?P<at>{_MOMENT})[\])）]?\s+(?P<name>\S.{{0,48}})$")
_NAME_AT_TEXT = re.compile(
    rf"^\s*(?P<name>\S[^:：]{{0,30}}?)\s*[\[(（]\s*(?P<at>{_MOMENT}|{_CLOCK})\s*[\])）]\s*[:：]\s?(?P<text>.*)$",
    re.DOTALL,
)
_NAME_TEXT = re.compile(r"^\s*(?P<name>[^:：\n]{1,24}?)\s*[:：]\s?(?P<text>.*)$", re.DOTALL)
_BRACKET_NAME = re.compile(r"^\s*[\[【](?P<name>[^\]】\n]{1,24})[\]】]\s*[:：]?\s?(?P<text>.*)$", re.DOTALL)
_DAY_LINE = re.compile(
    rf"^[\s\-—=*#_~]*({_DAY})[\s\-—=*#_~]*(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?)?[\s\-—=*#_~]*$"
)
_INLINE = re.compile(r"(?<=\S)[\s|;；]+(?=[^\s:：|;；]{1,12}[:：])")


def opens_turn(line: str, members: Collection[str] = (), *, after_blank: bool = True) -> SourceTurn | None:
    """The utterance that begins on this line, with what of its text stands there; None if the line begins none.

    Known forms: ``[00:00:06] 客户:…``, ``2026-01-09 20:15 - Name: …``, ``Name 2026-01-09 20:15:30`` and
    ``2026-01-09 20:15:30 Name`` with the text below, ``客户(20:15): …``, ``客户:…``, ``【客户】…``. A form that could be
    ordinary text counts only for a role word, one of `members`, or (names with a full time) after a blank line.
    """
    if (match := _AT_NAME_TEXT.match(line)) and _is_timed(match, members):
        return SourceTurn(match["name"].strip(), match["text"], match["at"])
    if (match := _NAME_AT_TEXT.match(line)) and _speaks(match["name"], members):
        return SourceTurn(match["name"].strip(), match["text"], match["at"])
    for pattern in (_NAME_AT, _AT_NAME):
        match = pattern.match(line)
        if match and (_knows(match["name"], members) or (after_blank and _is_full(match["at"]))):
            return SourceTurn(match["name"].strip(), "", match["at"])
    for pattern in (_NAME_TEXT, _BRACKET_NAME):
        match = pattern.match(line)
        if match and _speaks(match["name"], members):
            return SourceTurn(match["name"].strip(), match["text"])
    return None


def read_dialogue(lines: Iterable[str], members: Collection[str] = ()) -> tuple[SourceTurn, ...]:
    """The utterances of a conversation in order; lines that begin none belong to the one before.

    A date on a line of its own is the day of the clock times below it. Where names stand on lines of their own, a line such as ``客服:…`` below one is part of what was said.
    Lines before the first utterance are dropped unless they are words: then they make one without a speaker (``""``).
    """
    done: list[SourceTurn] = []
    opened = SourceTurn("", "")
    below: list[str] = []
    names = set(members)
    after_blank, text_below = True, False
    day = ""
    for line in lines:
        bare = line.rstrip("\r\n")
        if match := _DAY_LINE.match(bare):
            day, after_blank = match[1], True
            continue
        turn = opens_turn(bare, names, after_blank=after_blank) if bare.strip() else None
        if turn is not None and turn.at is None and text_below:
            turn = None
        after_blank = not bare.strip()
        if turn is None:
            below.append(bare)
            continue
        done.append(_closed(opened, below))
        if day and turn.at and not _is_full(turn.at):
            turn = replace(turn, at=f"{day} {turn.at}")
        if turn.at and _is_full(turn.at):
            names.add(turn.speaker)
        text_below = text_below or (turn.at is not None and not turn.text)
        opened, below = turn, []
    done.append(_closed(opened, below))
    return tuple(turn for turn in done if turn.text)


def split_cell(text: str, members: Collection[str] = ()) -> tuple[SourceTurn, ...]:
    """The utterances in one cell, also where they stand on one line; empty unless two speakers or more are told apart."""
    turns = read_dialogue(text.split("\n"), members)
    if len(turns) < 2 and "\n" not in text.strip():
        turns = read_dialogue(_INLINE.sub(_break_before_speaker, text).split("\n"), members)
    known = any(is_voice(turn.speaker) or role_of(turn.speaker, members) for turn in turns)
    return turns if len(turns) >= 2 and known and turns[0].speaker else ()


def _break_before_speaker(match: re.Match[str]) -> str:
    name = re.split("[:：]", match.string[match.end() : match.end() + 14], maxsplit=1)[0]
    return "\n" if speaking_word(name) or is_voice(name) else match.group()


def _closed(turn: SourceTurn, below: list[str]) -> SourceTurn:
    return SourceTurn(turn.speaker, "\n".join([turn.text, *below]).strip(), turn.at)


def _is_full(at: str) -> bool:
    return re.match(_DAY, at) is not None


def _is_timed(match: re.Match[str], members: Collection[str]) -> bool:
    bracketed = bool(match["open"]) and bool(match["close"])
    return bracketed or _is_full(match["at"]) or _knows(match["name"], members)


def _knows(name: str, members: Collection[str]) -> bool:
    return name.strip() in members or (len(name) <= 24 and (role_of(name, members) is not None or is_voice(name)))


def _speaks(name: str, members: Collection[str]) -> bool:
    return name.strip() in members or speaking_word(name) is not None or is_voice(name)
