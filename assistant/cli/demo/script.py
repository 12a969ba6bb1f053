"""Knows what the demo asks of the sample, and on which day."""

import tomllib
from dataclasses import dataclass
from datetime import date

from assistant.llm.replaying import SAMPLE


@dataclass(frozen=True, slots=True)
class Script:
    """Questions by who asks them; those of `shown` are printed."""

    asked_on: date
    shown: tuple[str, ...]
    staff: tuple[str, ...]
    manager: tuple[str, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.shown, *self.staff, *self.manager)))


def read_script() -> Script:
    """The script that comes with the sample."""
    found = tomllib.loads((SAMPLE / "demo.toml").read_text(encoding="utf-8"))
    return Script(found["asked_on"], tuple(found["shown"]), tuple(found["staff"]), tuple(found["manager"]))
