"""Names that stay the same when a file is exported anew: of the dataset, and of records that came without an id."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.intake.columns import is_row_number
from assistant.intake.dates import read_moment
from assistant.intake.shapes import SourceTurn
from assistant.intake.values import cell_text

_DATES = re.compile(
    r"(?<!\d)(?:19|20)\d{2}\s*年?[-_.\s]*(?:\d{1,2}\s*月?[-_.\s]*(?:\d{1,2}\s*[日号]?)?)?(?:[Tt_\s-]*\d{2}[-:._]?\d{2}[-:._]?\d{2})?(?!\d)"
    r"|(?<!\d)\d{6}(?:\d{2}(?:\d{4}(?:\d{2})?)?)?(?!\d)|(?<!\d)1\d{9}(?:\d{3})?(?!\d)"
    r"|(?<!\d)\d{1,2}月份?(?:\d{1,2}[日号])?|(?<![A-Za-z])[Qq][1-4](?!\d)|(?<![A-Za-z])[Ww]\d{1,2}(?!\d)"
    r"|第?[一二三四1-4]季度|[上下]半年"
)
_COPIES = re.compile(
    r"[\s_-]*(?:[(（\[]\s*\d{1,3}\s*[)）\]]|副本|複本|拷贝|备份|\bcopy\b(?:\s*of)?|最新版?|最终版?|定稿|(?<![A-Za-z0-9])[vV]\d+(?:\.\d+)*|"
    r"\bfinal\b|\bnew\b)",
    re.I,
)
_TAIL = re.compile(r"[\s_\-.~,至到]+(?:\d{1,3})?$")
_SEPARATORS = re.compile(r"[\s_\-.~()（）\[\]【】]+")


def dataset_name(path: Path) -> str:
    """The name of the dataset that a file belongs to, from the file's own name.

    Dates, version and copy marks and separators at the ends are taken off, so that `工单导出_2026-02 (1).csv` and
    `工单导出_2026-01.csv` are the same dataset; digits that belong to a word (`X5工单`, `门店1`) stay.
    """
    stem = path.stem.removeprefix("Copy of ")
    bare = _COPIES.sub(" ", _DATES.sub(" ", stem))
    bare = _TAIL.sub("", bare.strip())
    return _SEPARATORS.sub("_", bare).strip("_").casefold() or "data"


class MadeIds:
    """Ids for records that came without one: the content's hash and how many times the content came before.

    The same row gets the same id at the next export; the same short words of two customers stay two records.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def make(self, fields: Mapping[str, object], turns: Sequence[SourceTurn]) -> str:
        """``x`` and 15 hex digits, with ``-2``, ``-3`` … for later occurrences of the same content.

        Of a talk whose first utterance has its date, that utterance alone counts: the talk may grow.
        """
        content = {key: text for key in sorted(fields) if not is_row_number(key) and (text := cell_text(fields[key]))}
        begun = turns[:1] if turns and turns[0].at and read_moment(turns[0].at) else turns
        said = [(turn.speaker, turn.text, turn.at) for turn in begun]
        digest = hashlib.sha256(json.dumps([content, said], ensure_ascii=False).encode("utf-8", "replace")).digest()
        return self.told_apart(f"x{digest.hex()[:15]}")

    def told_apart(self, made: str) -> str:
        """The id itself when it comes first, ``…-2``, ``…-3`` later: two threads never overwrite one another."""
        self._seen[made] += 1
        return made + (f"-{self._seen[made]}" if self._seen[made] > 1 else "")
