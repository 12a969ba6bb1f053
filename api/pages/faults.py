"""What goes wrong, in the visitor's language: the house's own errors are English, and told by their kind where there is no word."""

import re

from api.pages.words import Words
from assistant.errors import BusyError, NotFoundError, UsageError
from assistant.sentences import in_chinese

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_QUOTED = re.compile(r"'[^']*'")
_THING = re.compile(r"there is no (?:active )?(\w+)|(\w+) '?[\w-]+'? is no more|(theme) th_\w+")
_SAID: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<name>\w+)=(?P<value>.*?): there is no such "), "fault_filter"),
    (re.compile(r"tell of one thing"), "fault_one_thing"),
    (re.compile(r"holds the demo"), "fault_demo"),
    (re.compile(r"has these words already"), "fault_same_words"),
    (re.compile(r"theme \S+ is locked(?! already)|is locked: "), "fault_locked"),
    (re.compile(r"must leave something"), "fault_leave_some"),
    (re.compile(r"are in theme \S+ already"), "fault_there_already"),
    (re.compile(r"was undone already"), "fault_undone"),
    (re.compile(r"(?:undo|later).*(?:first|later)"), "fault_later_first"),
    (re.compile(r"(?:title|called).*(?:already|taken)"), "fault_title_taken"),
    (re.compile(r"(?:may not|can't|must not) be (?:blank|empty)|is blank|needs? a title"), "fault_blank"),
)
"""Sentences of the house that people meet on the pages, by what is telling in them; the first that fits."""


def worded(words: Words, error: Exception, detail: str) -> str:
    """An error's sentence as a reader of the pages is told it; `detail` is what the service answers for it.

    A sentence that is Chinese already stays, as every one does on English pages; one that has no words here is told by its
    kind, with the English behind it where somebody must know it.
    """
    said = _QUOTED.sub("", detail)
    if words.language == "en" or _CHINESE.search(said):
        return detail
    if isinstance(error, NotFoundError):
        return _missing(words, detail)
    if isinstance(error, BusyError):
        return words("fault_busy")
    for pattern, name in _SAID:
        if found := pattern.search(detail):
            values = found.groupdict()
            if "name" in values:
                values["name"] = words.label(f"filter_{values['name']}")
            return words(name, **values)
    if chinese := in_chinese(detail):
        return chinese
    return words("fault_usage", detail=detail) if isinstance(error, UsageError) else detail


def _missing(words: Words, detail: str) -> str:
    found = _THING.search(detail)
    thing = next(filter(None, found.groups()), "") if found else ""
    name = f"fault_no_{thing}"
    return words("fault_missing", thing=words(name if name in words.sentences else "fault_no_thing"))
