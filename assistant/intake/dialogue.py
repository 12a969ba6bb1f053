"""How written conversations look line by line: who spoke when, and where the next utterance begins."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from assistant.intake.labels import heading_names, repeated_labels
from assistant.intake.shapes import SourceTurn
from assistant.intake.speakers import is_group_event, is_voice, role_of, speaking_word

_CLOCK = r"(?:上午|下午|晚上|凌晨|中午|早上)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?(?:\s?[AaPp][Mm])?"
_DAY = (
    r"(?:\d{2,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,4}日?|\d{1,2}月\d{1,2}[日号]|\d{1,2}[-/]\d{1,2}(?=\s)"
    r"|[今昨]天|前天|(?:星期|周)[一二三四五六日天])"
)
_MOMENT = rf"{_DAY}(?:[\sT,，]+|(?<=[天日号一二三四五六]))(?:(?:星期|周)[一二三四五六日天]\s*)?{_CLOCK}"

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
_RANGE_TEXT = re.compile(
    r"^\s*\[(?P<minute>\d{1,4}):(?P<second>\d{1,2})(?:\.\d+)?,\s*\d{1,4}:\d{1,2}(?:\.\d+)?(?:,\s*(?P<voice>\d{1,2}))?\]\s*(?P<text>.*)$"
)
_AT_FIRST = re.compile(rf"^\s*[\[(]?{_MOMENT}[\])]?\s*[-–—]?\s*(?=\S)")
_CUE = re.compile(r"^\s*(?:(?P<hour>\d{1,2}):)?(?P<rest>\d{1,2}:\d{2})[.,]\d{3}\s*-->\s*[\d:.,]+.*$")
_VOICE = re.compile(r"^\s*<v(?:\.\S+)?\s+([^>]{1,30})>")
_ACCOUNT = re.compile(r"(?<=\S)[(（<](?:\d{5,12}|[\w.+\-]+@[\w.\-]+)[)）>]$")
"""What QQ writes behind a name: the account's number or mail address."""
_ONLY_MOMENT = re.compile(rf"^\s*{_MOMENT}\s*$")
_ONLY_NAME = re.compile(r"^\s*(?P<name>[^:：\n，。？！]{1,24})[:：]\s*$")
_LONGEST_NAME = 24
_DAY_LINE = re.compile(
    rf"^[\s\-—=*#_~]*({_DAY})[\s\-—=*#_~]*(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?)?[\s\-—=*#_~]*$"
)
_INLINE = re.compile(r"(?<=\S)[\s|;；]+(?=[^\s:：|;；]{1,12}[:：])")


def opens_turn(line: str, members: Collection[str] = (), *, after_blank: bool = True) -> SourceTurn | None:
    """The utterance that begins on this line, with what of its text stands there; None if the line begins none.

    Known forms: ``[0:0.340,0:3.200,1]  …`` of recorded voices, ``[00:00:06] 客户:…``, ``2026-01-09 20:15 - Name: …``, ``Name 2026-01-09 20:15:30`` and
    ``2026-01-09 20:15:30 Name`` with the text below, ``客户(20:15): …``, ``客户:…``, ``【客户】…``. A form that could be
    ordinary text counts only for a role word, one of `members`, or (names with a full time) after a blank line.
    """
    if match := _RANGE_TEXT.match(line):
        minute, voice = int(match["minute"]), match["voice"]
        at = f"{minute // 60:02}:{minute % 60:02}:{int(match['second']):02}"
        return SourceTurn(f"说话人{voice}" if voice else "", match["text"], at)
    if (match := _AT_NAME_TEXT.match(line)) and _is_timed(match, members):
        return SourceTurn(match["name"].strip(), match["text"], match["at"])
    if (match := _NAME_AT_TEXT.match(line)) and _speaks(match["name"], members):
        return SourceTurn(match["name"].strip(), match["text"], match["at"])
    for pattern in (_NAME_AT, _AT_NAME):
        match = pattern.match(line)
        if match and (_knows(match["name"], members) or (after_blank and _is_full(match["at"]))):
            return SourceTurn(_ACCOUNT.sub("", match["name"].strip()), "", match["at"])
    for pattern in (_NAME_TEXT, _BRACKET_NAME):
        match = pattern.match(line)
        if match and _speaks(match["name"], members):
            return SourceTurn(match["name"].strip(), match["text"])
    return None


def read_dialogue(lines: Iterable[str], members: Collection[str] = ()) -> tuple[SourceTurn, ...]:
    """The utterances of a conversation in order; lines that begin none belong to the one before.

    A name on one line and its time on the next are one header; names with a colon and nothing behind it are headers where
    two or more come so. A date on a line of its own is the day of the clock times below it. Where names stand on
    lines of their own, a line such as ``客服:…`` below one is part of what was said. Names that no word explains are told
    by how the lines stand together (`labels`). Lines that the chat writes by itself
    (somebody joined, a message was recalled) are the system's.
    Lines before the first utterance are dropped unless they are words: then they make one without a speaker (``""``).
    """
    done: list[SourceTurn] = []
    opened = SourceTurn("", "")
    below: list[str] = []
    joined = list(_joined(_uncued(lines)))
    names = set(members) | _names_alone(joined) | _names_in_use(joined)
    after_blank, text_below = True, False
    day = ""
    for line in joined:
        bare = line.rstrip("\r\n")
        if is_group_event(event := _AT_FIRST.sub("", bare)):
            done += [_closed(opened, below), SourceTurn("system", event.strip("-—[]【】 "))]
            opened, below, after_blank = replace(opened, text=""), [], True
            continue
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


def _uncued(lines: Iterable[str]) -> Iterator[str]:
    """The lines of subtitles (.srt, .vtt) as ``[h:mm:ss] name: text``; all others as they are."""
    waiting: str | None = None
    number: str | None = None
    for line in lines:
        if match := _CUE.match(line):
            waiting, number = f"{match['hour'] or '0'}:{match['rest']}", None
            continue
        if number is not None:
            yield number
            number = None
        if waiting is not None:
            line = _VOICE.sub(r"\1: ", line)
            yield f"[{waiting}] {line.strip()}" if opens_turn(line) else line
            waiting = None
        elif line.strip().isdigit() and len(line.strip()) < 6:
            number = line
        elif not line.startswith("WEBVTT"):
            yield line
    if number is not None:
        yield number


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """The lines, a short one after a blank that is followed by a time alone put together with it."""
    held: str | None = None
    after_blank = True
    for line in lines:
        if held is not None:
            joins = _ONLY_MOMENT.match(line) is not None
            yield f"{held.strip()} {line.strip()}" if joins else held
            held = None
            if joins:
                after_blank = False
                continue
        if after_blank and 0 < len(line.strip()) <= _LONGEST_NAME:
            held = line
        else:
            yield line
        after_blank = not line.strip()
    if held is not None:
        yield held


def _names_alone(lines: Sequence[str]) -> set[str]:
    """Names that stand alone before a colon after a blank line, where two or more people are named so."""
    found = Counter(
        match["name"].strip()
        for before, line in pairwise(["", *lines])
        if not before.strip() and (match := _ONLY_NAME.match(line))
    )
    return set(found) if len(found) > 1 and found.total() > 2 else set()


def _names_in_use(lines: Sequence[str]) -> set[str]:
    """Names that no word explains and the way the lines stand together does."""
    filled = [line for line in lines if line.strip()]
    found = [_heading_name(line) for line in filled]
    above = list(takewhile(lambda pair: pair[1] is None, zip(filled, found, strict=True)))
    headings = set() if any(opens_turn(line) for line, _ in above) else heading_names(found)
    return headings or repeated_labels(
        [match["name"] if (match := _NAME_TEXT.match(line)) else None for line in filled]
    )


def _heading_name(line: str) -> str | None:
    """The name on a line that holds it and a whole moment and nothing else."""
    match = _NAME_AT.match(line) or _AT_NAME.match(line)
    return match["name"].strip() if match and _is_full(match["at"]) and len(match["name"]) <= _LONGEST_NAME else None


def split_cell(text: str, members: Collection[str] = ()) -> tuple[SourceTurn, ...]:
    """The utterances in one cell, also where they stand on one line; empty unless two speakers or more are told apart."""
    if not text:
        return ()
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
