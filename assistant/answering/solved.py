"""What agents did in feedback that was solved: a precedent for the next reply, never a rule nor a customer's voice."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from assistant.answering.lexicon import normalise
from assistant.answering.matching import grams
from assistant.answering.ports import Masker, Store
from assistant.answering.replying import promises
from assistant.domain.answers import Need, Plan
from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing
from assistant.domain.records import Record, Turn
from assistant.domain.themes import Voice
from assistant.rules.harmless import harmless

_ASKED_FOR = {"reply", "explain"}
_MOST, _LOOKED_AT = 3, 60
_LEAST_CHARS, _MOST_CHARS = 12, 160
_LEAST_DOING = 2
"""So many words of doing make a turn one that did something."""
AGENT = "agent"
"""The kind of these backings."""


def precedents(
    plan: Plan, voices: Sequence[Voice], needs: Sequence[Need], store: Store, masker: Masker
) -> tuple[Backing, ...]:
    """At most three turns of agents, of a record each, in solved feedback that was found or shares the first need.

    Solved is what its status says is solved; where the status only says closed, the customer must say so too. Turns
    that promise, sell, give orders to a machine or hold personal values are left out.
    """
    if not _ASKED_FOR & set(plan.intents):
        return ()
    records = list(store.records_by_id([voice.record_id for voice in voices]).values())
    if needs:
        found = store.list_records(Filters(theme=(needs[0].theme_id,)), _LOOKED_AT)[0]
        records += [record for record in found if record.id not in {r.id for r in records}]
    asked = grams(plan.question)
    turns = [
        (best, record) for record in records if (best := _best(record, asked, masker)) is not None
    ]  # fmt: skip
    turns.sort(key=lambda item: -item[0][0])
    return tuple(_backing(record, turn) for (_, turn), record in turns[:_MOST])


def solved(record: Record) -> bool:
    """Whether its status says that it was solved, or that it is closed and the customer's last words say that it helped."""
    status = normalise(record.status or "")
    if status in _words("status_solved"):
        return True
    last = next((turn.text for turn in reversed(record.turns) if turn.speaker == "customer"), "")
    return status in _words("status_closed") and _helped(last)


def _best(record: Record, asked: set[str], masker: Masker) -> tuple[int, Turn] | None:
    if not record.turns or not solved(record):
        return None
    scored = [(_LEAST_DOING * _doing(turn) + len(asked & grams(turn.text)), turn) for turn in _telling(record)]
    fitting = [(score, turn) for score, turn in scored if masker.mask_text(turn.text)[0] == turn.text]
    return max(fitting, key=lambda item: item[0], default=None)


def _telling(record: Record) -> Iterator[Turn]:
    """Agents' turns that say what was done, after the customer has spoken."""
    spoken = False
    for turn in record.turns:
        spoken = spoken or turn.speaker == "customer"
        text = normalise(turn.text)
        if turn.speaker != "agent" or not spoken or not _LEAST_CHARS <= len(text) <= _MOST_CHARS:
            continue
        plain = "⟦" not in text and not promises(turn.text) and not _pattern("empty").search(text)
        if plain and _doing(turn) >= _LEAST_DOING and harmless(turn.text):
            yield turn


def _doing(turn: Turn) -> int:
    return len({match.group() for match in _pattern("doing").finditer(normalise(turn.text))})


def _helped(words: str) -> bool:
    text = normalise(words)
    return bool(_pattern("helped").search(text)) and not _pattern("not_helped").search(text)


def _backing(record: Record, turn: Turn) -> Backing:
    title = "已解决的反馈" if record.product is None else f"{record.product} 已解决的反馈"
    return Backing(record.id, title, "客服当时的做法", None, str(turn.text), turn.start, turn.end, AGENT)


@cache
def _data() -> dict[str, list[str]]:
    return tomllib.loads(files("assistant.answering").joinpath("data/solved.toml").read_text(encoding="utf-8"))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_data()[name])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _data()[name]))
