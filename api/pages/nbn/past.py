"""What happened to a proposal: who did what and when, every edited text with what was taken out and what came in."""

import difflib
import re
from collections.abc import Mapping, Sequence

from nicegui import ui

from api.pages.nbn.editor import CHANGE, Editor
from api.pages.nbn.spot import Spot
from api.pages.parts import box, button, facts, tag
from api.pages.visitor import Visit
from api.roles import RULES
from assistant.domain.proposal_texts import PLACES
from assistant.domain.proposals import ProposalEvent

_PIECES = re.compile(r"⟦[^⟧]*⟧|[A-Za-z0-9_%.]+|\s+|.", re.DOTALL)
_SENTENCES = re.compile(r"[^。！？.!?\n]*[。！？.!?\n]?(?:\[\w+\])*", re.DOTALL)
_LONGEST = 4000
_FINE = 1500
"""Letters of both texts up to which they are compared letter by letter; longer ones sentence by sentence."""


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts as pieces that stayed (``same``), went (``out``) or came (``in``), in order; joined, they are both texts."""
    cut = _PIECES if len(before) + len(after) <= _FINE else _SENTENCES
    one, other = cut.findall(before), cut.findall(after)
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(one[a:b])))
            continue
        found += [("out", "".join(one[a:b]))] if b > a else []
        found += [("in", "".join(other[c:d]))] if d > c else []
    return found


def history_part(
    visit: Visit, spot: Spot, events: Sequence[ProposalEvent], editor: Editor, names: Mapping[str, str]
) -> None:
    """The history, the latest first; an earlier text can be put back."""
    words = visit.words
    tag("h2", words("history"))
    with tag("ol", "", "past"):
        for event in reversed(events):
            with tag("li", "", f"event {event.kind}"):
                with box("event-top"):
                    tag("strong", words.label(f"event_{event.kind}"))
                    facts(event.who, visit.when(event.at))
                _event(visit, spot, event, editor, names)


def _event(visit: Visit, spot: Spot, event: ProposalEvent, editor: Editor, names: Mapping[str, str]) -> None:
    words, detail = visit.words, event.detail
    match event.kind:
        case "moved":
            facts(f"{words.label(str(detail['from']))} → {words.label(str(detail['to']))}")
            if detail.get("own_draft"):
                facts(words("nbn_own_draft"))
            if reason := str(detail.get("reason") or ""):
                tag("blockquote", words.readable(reason))
            if isinstance(launch := detail.get("launch"), Mapping):
                facts(*(str(value) for value in launch.values() if value))
        case "commented":
            tag("blockquote", words.readable(str(detail["text"])))
        case "owned":
            facts(str(detail["owner"]) or words("nbn_nobody"))
        case "edited":
            _edited(visit, spot, detail, editor, names)
        case _:
            facts(words.engine(str(detail.get("engine", ""))))


def _edited(visit: Visit, spot: Spot, detail: Mapping[str, object], editor: Editor, names: Mapping[str, str]) -> None:
    words, place = visit.words, str(detail["place"])
    before, after = _text(detail.get("before")), _text(detail.get("after"))
    facts(names.get(place, place))
    with box("difference"):
        for kind, text in changes(before, after):
            if kind == "same":
                tag("span", words.readable(text))
            else:
                tag("del" if kind == "out" else "ins", words.readable(text))
    if before and visit.may(RULES[CHANGE]):

        async def restore() -> None:
            if await editor.keep({place: before}):
                ui.navigate.to(spot.to(edit=place if place in PLACES else ""))

        button(words("nbn_put_back"), restore, "plain small")


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)[:_LONGEST]
    return str(value or "")[:_LONGEST]
