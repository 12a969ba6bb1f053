"""The last look at what leaves the house: no prompt with a plain personal value, and a count of whose words went abroad."""

import hmac
import re
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from assistant.domain.vocabulary import PiiType
from assistant.errors import EgressError
from assistant.intake.privacy.engine import find

REFUSED: frozenset[PiiType] = frozenset({"phone", "id_card", "bank_card", "email"})
"""What stops a call: values whose form alone gives them away. Names and addresses need their context, which a prompt
may have cut away; they were masked at the door."""
_BOUNDARY = re.compile(r"^<<<.*>>>$", re.MULTILINE)
_DIGITS = 16


def check_egress(text: str) -> None:
    """Look through a rendered prompt; boundary lines, whose tokens are random, are left out.

    Raises:
        EgressError: it holds a telephone, identity card, bank card or e-mail. The sentence names types, never values.
    """
    kinds = sorted({finding.type for finding in find(_BOUNDARY.sub("", text))} & REFUSED)
    if kinds:
        raise EgressError(
            f"a prompt held what is not masked ({', '.join(kinds)}) and was not sent: see whether the masking policy "
            "keeps such values, and import the file again"
        )


def this_year() -> int:
    """The calendar year, UTC."""
    return datetime.now(UTC).year


class EgressLedger:
    """Of each year the distinct data subjects whose text was sent to an endpoint abroad, as hashes under our key.

    One file a year, a line each, only ever added to. A hash can't be turned back into a customer, and is another one
    next year. Safe for several threads; of two processes each may write a subject, who still counts once.
    """

    def __init__(self, folder: Path, key: bytes, year: Callable[[], int] = this_year) -> None:
        self._folder, self._key, self._year = folder, key, year
        self._known: dict[int, set[str]] = {}
        self._lock = threading.Lock()

    def note(self, subjects: Iterable[str]) -> None:
        """Write down subjects before their text is sent, so that no fewer stand here than were sent.

        Raises:
            OSError: the disk refuses; then nothing must be sent.
        """
        year = self._year()
        hashes = {hmac.digest(self._key, f"egress\0{year}\0{s}".encode(), "sha256").hex()[:_DIGITS] for s in subjects}
        with self._lock:
            known = self._known.setdefault(year, self._read(year))
            if fresh := sorted(hashes - known):
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                with self._path(year).open("a", encoding="ascii") as file:
                    file.write("".join(f"{one}\n" for one in fresh))
                known.update(fresh)

    def counts(self) -> dict[int, int]:
        """Year → distinct data subjects."""
        return {int(path.stem): len(self._read(int(path.stem))) for path in sorted(self._folder.glob("[0-9]*.txt"))}

    def _read(self, year: int) -> set[str]:
        path = self._path(year)
        return set(path.read_text(encoding="ascii").split()) if path.exists() else set()

    def _path(self, year: int) -> Path:
        return self._folder / f"{year}.txt"
