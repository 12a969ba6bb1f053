"""The steps of an answer, as they are told while it goes."""

from dataclasses import dataclass
from typing import Literal

BEAT = 5.0
"""Seconds between signs of life while a model thinks."""


@dataclass(frozen=True, slots=True)
class Event:
    """A step of an answer: `data` is a Plan, Figure, Citation, a piece of text, the Answer, or None."""

    kind: Literal["plan", "figure", "citation", "token", "done", "waiting"]
    data: object = None
