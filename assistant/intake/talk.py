"""The utterances of one row: in a list of its own, in a cell, or in what staff noted of the talk."""

from collections.abc import Collection

from assistant.domain.vocabulary import Channel
from assistant.intake.dialogue import split_cell
from assistant.intake.shapes import SourceTurn
from assistant.intake.speakers import is_bare_role, role_of


def turns_in_cells(
    channel: Channel, *, turns: str | None, text: str | None, process: str | None, members: Collection[str]
) -> tuple[SourceTurn, ...]:
    """The talk that stands in a row's cells, empty where none does.

    The cell of the conversation goes first; then, where the channel is one of talk, the text; else what staff noted, if
    it is written as talk in which the customer has a part (``客户：…`` and ``工程师：…``).
    """
    if turns:
        return split_cell(turns, members)
    if channel in ("chat", "call", "group"):
        return split_cell(text or "", members)
    noted = split_cell(process or "")
    talks = any(is_bare_role(turn.speaker) and role_of(turn.speaker) == "customer" for turn in noted)
    return noted if talks else ()


def with_opening(turns: tuple[SourceTurn, ...], text: str | None) -> tuple[SourceTurn, ...]:
    """The talk led in by the row's own text, the customer's first word, unless the talk repeats it or is taken from it."""
    if text is None or not turns or turns[0].text in text:
        return turns
    bare, said = "".join(text.split()), "".join(turns[0].text.split())
    repeated = bare in said or (len(said) > 1 and said in bare)
    return turns if repeated else (SourceTurn("customer", text), *turns)
