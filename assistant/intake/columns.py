"""Which of a file's columns is which of our fields: by the headers' words, and where they say nothing by the values."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.intake.dates import read_moment
from assistant.intake.values import cell_text
from assistant.intake.wordlists import plain_header, plain_word, word_list

FIELDS = (
    "id", "created_at", "product", "model", "customer.id", "customer.name", "customer.phone", "customer.segment",
    "customer.region", "customer.since", "customer.owned", "customer.bought_service", "rating", "status", "title",
    "text", "text_more", "channel", "agent", "thread", "speaker", "turns", "process",
)  # fmt: skip
"""Our fields, as they are named in a mapping."""

_PHONE = re.compile(r"^(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}$|^1[3-9]\d\*{4}\d{4}$|^0\d{2,3}-\d{7,8}$")
_DATE_LIKE = re.compile(
    r"^\d{4}\s*[-/.年]\s*\d{1,2}|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|^1\d{9}(?:\d{3})?$|^20\d{6}(?:\d{6})?$"
)
_NOT_VOICE = re.compile(
    r"地址|address|链接|url|http|备注|处理|回复|答复|reply|agent|客服|坐席|user.?agent|token|标签", re.I
)
_QUESTION = re.compile(r"您|[?？]\s*$|^(?:what|how|why|please)\b", re.I)
_ID_LIKE = re.compile(r"^[A-Za-z0-9][\w.\-#]{0,63}$")


@dataclass(frozen=True, slots=True)
class _FieldWords:
    exact: Mapping[str, int]
    part: tuple[str, ...]
    never: tuple[str, ...]


@cache
def _words() -> Mapping[str, _FieldWords]:
    table = word_list("columns")
    return {
        field: _FieldWords(
            {_plain(word): i for i, word in reversed(list(enumerate(table[field]["exact"])))},
            tuple(plain_word(word) for word in table[field].get("part", ())),
            tuple(plain_word(word) for word in table[field].get("never", ())),
        )
        for field in FIELDS
    }


@cache
def _parents() -> frozenset[str]:
    return frozenset(plain_word(word) for word in word_list("columns")["parents"]["customer"])


@cache
def _ignored() -> frozenset[str]:
    return frozenset(plain_word(word) for word in word_list("columns")["ignored"]["exact"])


def is_row_number(header: str) -> bool:
    """True for a column that merely numbers the rows of one file."""
    return plain_word(header) in _ignored() or header.strip() in ("#", "")


def known_field(header: str) -> str | None:
    """The field that the header names outright, None if it names none."""
    plain = _plain(header)
    return next((field for field, words in _words().items() if plain in words.exact), None)


def known_headers(cells: Iterable[object]) -> int:
    """How many of the cells are headers that we know."""
    return sum(1 for cell in cells if (text := cell_text(cell)) and len(text) <= 40 and known_field(text))


def recognise(
    columns: Sequence[str], sample: Sequence[Mapping[str, object]], given: Mapping[str, str], *, headed: bool = True
) -> dict[str, str]:
    """Our field → their column, each column for one field and each field from one column.

    `given` wins over everything, and a field given no column (``""``) gets none; then headers equal to a known word, then headers that contain one; then, for the
    time, the phone and the text, a column whose values leave no doubt. Without a header (`headed` false) ratings and
    ids are told by their values too. Columns that are left are metadata.
    """
    barred = {field for field, column in given.items() if not column}
    mapping = {field: column for field, column in given.items() if column and column in columns}
    taken = set(mapping.values())
    for _, field, column in sorted(_candidates(columns) if headed else (), key=lambda item: -item[0]):
        if field not in mapping and field not in barred and column not in taken:
            mapping[field] = column
            taken.add(column)
    rest = [column for column in columns if column not in taken]
    found = dict(_by_values(rest, sample, mapping, headed=headed))
    mapping |= {field: column for field, column in found.items() if field not in barred}
    return {field: mapping[field] for field in FIELDS if field in mapping}


def further_texts(
    columns: Sequence[str], mapping: Mapping[str, str], sample: Sequence[Mapping[str, object]] = ()
) -> tuple[str, ...]:
    """The columns besides the mapped ones that hold words too: a questionnaire's other open questions.

    Their headers ask for words, or are questions (``您…``, ``…？``) that the sample answers in words.
    """
    taken = set(mapping.values())
    found = {column for _, field, column in _candidates(columns) if field == "text" and column not in taken}
    for column in columns:
        if column in taken or not _QUESTION.search(column) or _NOT_VOICE.search(column):
            continue
        values = [text for row in sample if (text := cell_text(row.get(column)))]
        if values and _voice_score(values):
            found.add(column)
    return tuple(column for column in columns if column in found)


def _plain(header: str) -> str:
    parent, dot, last = header.rpartition(".")
    if dot and plain_word(parent.rpartition(".")[2]) in _parents():
        return "customer." + plain_word(last)
    return plain_header(header)


def _candidates(columns: Sequence[str]) -> Iterator[tuple[float, str, str]]:
    for position, column in enumerate(columns):
        plain = _plain(column)
        for field, words in _words().items():
            if (rank := words.exact.get(plain)) is not None:
                yield 1000 - rank - position / 1000, field, column
                continue
            if any(word in plain for word in words.never):
                continue
            longest = max((len(word) for word in words.part if word in plain), default=0)
            if longest:
                yield 100 + longest * 5 - len(plain) / 100 - position / 1000, field, column


def _by_values(
    columns: Sequence[str], sample: Sequence[Mapping[str, object]], mapping: Mapping[str, str], *, headed: bool
) -> Iterator[tuple[str, str]]:
    """Fields that the mapping lacks and the values give away."""
    values = {column: [text for row in sample if (text := cell_text(row.get(column)))] for column in columns}
    free = [column for column in columns if values[column] and not is_row_number(column)]
    tests = [("created_at", _is_dates), ("customer.phone", _is_phones)]
    if not headed:
        tests += [("id", _is_ids), ("rating", _is_ratings)]
    for field, test in tests:
        if field in mapping:
            continue
        column = next((column for column in free if test(values[column])), None)
        if column is not None:
            free.remove(column)
            yield field, column
    if "text" not in mapping and "turns" not in mapping:
        spoken = {c: _voice_score(values[c]) for c in free if not _NOT_VOICE.search(c)}
        best = max(spoken, key=lambda c: spoken[c], default=None)
        if best is not None and spoken[best] > 0:
            yield "text", best


def _share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(1 for value in values if pattern.match(value)) / len(values)


def _is_dates(values: Sequence[str]) -> bool:
    return _share(values, _DATE_LIKE) >= 0.8 and sum(read_moment(v) is not None for v in values) >= 0.8 * len(values)


def _is_phones(values: Sequence[str]) -> bool:
    return _share(values, _PHONE) >= 0.8


def _is_ids(values: Sequence[str]) -> bool:
    return len(set(values)) == len(values) and _share(values, _ID_LIKE) == 1 and any(c.isdigit() for c in values[0])


def _is_ratings(values: Sequence[str]) -> bool:
    return all(re.fullmatch(r"(?:10|\d)(?:\.\d)?|[★☆⭐]{1,10}|\d星", value) for value in values)


def _voice_score(values: Sequence[str]) -> float:
    """How much a column looks like people talking: mean length, if the cells are mostly words and mostly unlike."""
    letters = sum(sum(c.isalpha() for c in value) for value in values) / max(1, sum(len(value) for value in values))
    length = sum(len(value) for value in values) / len(values)
    spaced_or_han = sum(1 for v in values if " " in v or any("\u4e00" <= c <= "\u9fff" for c in v)) / len(values)
    unlike = len(set(values)) / len(values)
    return length if letters > 0.5 and length >= 6 and spaced_or_han > 0.5 and unlike > 0.3 else 0.0
