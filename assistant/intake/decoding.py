"""Which encoding a text file is in, and its text with nothing lost: broken bytes stay visible as U+FFFD."""

import codecs
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import TextIOWrapper
from pathlib import Path

from charset_normalizer import from_bytes

_CHUNK = 1 << 20
_SAMPLE = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_BROKEN_SHARE = 0.1
"""Text of any other encoding breaks at more than half of its characters when it is read as UTF-8."""
_GOOD_SCORE = 0.75


@dataclass(frozen=True, slots=True)
class _Utf8Check:
    broken: int
    others: int


def is_text(data: bytes) -> bool:
    """False for bytes that no text encoding explains: control characters that text never holds."""
    if any(data.startswith(bom) for bom, _ in _BOMS) or _utf16_without_bom(data):
        return True
    controls = sum(data.count(bytes([code])) for code in range(32) if code not in (1, 9, 10, 12, 13, 27))
    return controls <= 2 + len(data) // 50


def detect_encoding(path: Path) -> str:
    """The encoding of the whole file as a Python codec name.

    A byte-order mark decides; then strict UTF-8 over every byte (a few broken bytes in otherwise good UTF-8 stay
    UTF-8); then the Chinese encoding whose reading is made of everyday characters; then `charset-normalizer`.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if (wide := _utf16_without_bom(head)) is not None:
        return wide
    check = _check_utf8(path)
    if check.broken == 0 or check.broken <= check.others * _MAX_BROKEN_SHARE:
        return "utf-8"
    return _legacy_encoding(_telling_part(path))


def decode_head(data: bytes, encoding: str) -> str:
    """The beginning of a file as text; a character cut off at the end of `data` is left out."""
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(data, final=False)
    return text.lstrip("\ufeff")


def open_text(path: Path, encoding: str) -> TextIOWrapper:
    """The file as text, line ends kept as they are, broken bytes replaced by U+FFFD."""
    return path.open("r", encoding=encoding, errors="replace", newline="")


class TextLines:
    """The lines of a text file in order, without byte-order marks and NULs, counting what could not be decoded."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._encoding = encoding
        self.unreadable = 0

    def __iter__(self) -> Iterator[str]:
        with open_text(self._path, self._encoding) as file:
            first = True
            for line in file:
                if first:
                    line, first = line.lstrip("\ufeff"), False
                if "\ufffd" in line:
                    self.unreadable += line.count("\ufffd")
                yield line.replace("\0", "") if "\0" in line else line

    @property
    def note(self) -> str | None:
        """One sentence on the characters that could not be decoded so far, None if all could."""
        if not self.unreadable:
            return None
        return f"{self.unreadable} characters could not be decoded as {self._encoding} and stand as \ufffd"


def _utf16_without_bom(data: bytes) -> str | None:
    sample = data[: _SAMPLE // 8 * 2]
    if len(sample) < 8 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    name = "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else None
    if name is None:
        return None
    text = sample.decode(name, errors="replace")
    return name if sum(c.isprintable() or c in "\r\n\t" for c in text) >= len(text) * 0.97 else None


def _check_utf8(path: Path) -> _Utf8Check:
    """Count the places that are not UTF-8 and the characters beyond ASCII, reading in constant memory."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    broken = others = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            text = decoder.decode(chunk)
            broken += text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd")
            others += len(text) - len(text.encode("ascii", errors="ignore"))
    broken += decoder.decode(b"", final=True).count("\ufffd")
    return _Utf8Check(max(broken, 0), others)


def _telling_part(path: Path) -> bytes:
    """A sample that begins where the bytes beyond ASCII begin, so that a long ASCII head can't mislead."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if not chunk.isascii():
                start = next(i for i in range(0, len(chunk), 4096) if not chunk[i : i + 4096].isascii())
                return chunk[start : start + _SAMPLE]
    return b""


def _legacy_encoding(sample: bytes) -> str:
    scores = {name: _chinese_score(sample, name) for name in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= _GOOD_SCORE:
        return best
    guess = from_bytes(sample, cp_isolation=["cp1252", "cp1251", "shift_jis", "euc_kr", "gb18030", "big5"]).best()
    if guess is not None:
        return guess.encoding
    return best if scores[best] > 0.4 else "cp1252"


@cache
def _everyday() -> frozenset[str]:
    text = files("assistant.intake").joinpath("data/everyday_characters.toml").read_text(encoding="utf-8")
    return frozenset("".join(tomllib.loads(text)["characters"]))


def _chinese_score(sample: bytes, encoding: str) -> float:
    """How much like everyday Chinese the bytes read: 1 for ordinary text, near 0 for a wrong reading.

    Everyday characters weigh 2.5 (they make about two fifths of running Chinese), the national standard's first
    level 1, broken bytes -3, all per character beyond ASCII, cut at 1.
    """
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample, final=False)
    others = [c for c in text if c > "\x7f"]
    if not others:
        return 0.0
    level = "gb2312" if encoding == "gb18030" else "big5"
    everyday = sum(c in _everyday() for c in others)
    standard = sum(_is_first_level(c, level) for c in others)
    broken = text.count("\ufffd")
    return min(1.0, (0.6 * everyday * 2.5 + 0.4 * standard - 3 * broken) / len(others))


@cache
def _is_first_level(character: str, level: str) -> bool:
    try:
        lead = character.encode(level)[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= lead <= 0xD7 if level == "gb2312" else 0xA1 <= lead <= 0xC6
