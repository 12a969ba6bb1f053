"""What people decide about a proposal: its status, owner and words, and what they say of it; each noted with who and when."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from assistant.domain.proposals import MOVES, Proposal
from assistant.domain.vocabulary import ProposalStatus
from assistant.errors import UsageError
from assistant.insight.editing import edited
from assistant.insight.wording import tidy
from assistant.pipeline.actor import staff_name
from assistant.pipeline.context import Context

LONGEST = 2000
_NOBODY = frozenset(
    {"", "batch", "cron", "system", "schedule", "scheduler", "voc", "api", "http", "bot", "llm", "rules"}
)
"""Names that no person goes by: none of them may approve."""
_Change = Callable[[Proposal], Proposal]
_Step = tuple[_Change, str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Patch:
    """A change of a proposal; what is None or empty stays as it is."""

    status: str | None = None
    reason: str = ""
    """Why: needed to reject."""
    comment: str = ""
    owner: str | None = None
    edits: Mapping[str, str] = field(default_factory=dict)
    """Place → text, such as ``concept.what``."""
    launched_on: str | None = None
    """With the status ``launched``: the day, ``YYYY-MM-DD``; today where it is not told."""
    product: str | None = None
    region: str | None = None


def change_proposal(context: Context, proposal_id: str, patch: Patch, who: str) -> Proposal:
    """Edit, comment on, hand over and move a proposal, in this order; all of it or, where a part can't be, nothing.

    Raises:
        NotFoundError: there is no such proposal.
        UsageError: a move that is not allowed, without reason or by no person; an unknown place; nothing to change.
    """
    who = staff_name(who)
    before = context.store.proposal(proposal_id)
    steps = [*_words(context, before, patch, who), *_moves(context, before, patch, who)]
    if not steps:
        raise UsageError("nothing to change: give a status, a comment, an owner or an edit")
    return context.store.change_proposal(proposal_id, steps, who)


def _words(context: Context, proposal: Proposal, patch: Patch, who: str) -> list[_Step]:
    found: list[_Step] = []
    for place, text in patch.edits.items():
        said = _masked(context, text, None)
        detail = {"place": place, "before": _text_of(proposal, place), "after": said}
        found.append((_editing(place, said, who), "edited", detail))
    if comment := _masked(context, patch.comment, LONGEST):
        found.append((_same, "commented", {"text": comment}))
    return found


def _moves(context: Context, proposal: Proposal, patch: Patch, who: str) -> list[_Step]:
    found: list[_Step] = []
    if patch.owner is not None:
        owner = staff_name(patch.owner) if patch.owner.strip() else ""
        found.append((lambda now: replace(now, owner=owner or None), "owned", {"owner": owner}))
    if patch.status is not None:
        found.append(_move(context, proposal, patch, who))
    return found


def _move(context: Context, proposal: Proposal, patch: Patch, who: str) -> _Step:
    to = next((status for status in get_args(ProposalStatus) if status == patch.status), None)
    if to is None:
        raise UsageError(f"{patch.status!r} is no status; there are {', '.join(get_args(ProposalStatus))}")
    reason = _masked(context, patch.reason, LONGEST)
    if to == "rejected" and not reason:
        raise UsageError("to reject a proposal give the reason: whoever proposes it again must know")
    if to == "approved" and who.strip().casefold() in _NOBODY:
        raise UsageError("a person approves a proposal: say who")
    if to == "measured" and not context.store.outcomes.is_measured(proposal.id):
        raise UsageError(
            f"its outcome measures a proposal, when the whole window has passed: voc outcome {proposal.id}"
        )
    detail: dict[str, object] = {"from": proposal.status, "to": to, "reason": reason}
    launch = _launch(context, patch) if to == "launched" else None
    if launch:
        detail["launch"] = launch
    if to == "approved" and who == _drafter(context, proposal.id):
        detail["own_draft"] = True

    def change(now: Proposal) -> Proposal:
        if to not in MOVES[now.status]:
            allowed = ", ".join(MOVES[now.status]) or "nothing: its way has ended"
            raise UsageError(f"a proposal that is {now.status} can't become {to}; it can become {allowed}")
        return replace(now, status=to, provenance={**now.provenance, **({"launch": launch} if launch else {})})

    return change, "moved", detail


def _drafter(context: Context, proposal_id: str) -> str | None:
    """Who had a proposal drafted."""
    return next((event.who for event in context.store.proposal_history(proposal_id) if event.kind == "drafted"), None)


def _launch(context: Context, patch: Patch) -> dict[str, str | None]:
    try:
        day = dt.date.fromisoformat(patch.launched_on) if patch.launched_on else dt.datetime.now(dt.UTC).date()
    except ValueError:
        raise UsageError(f"{patch.launched_on!r} is no day: write it as 2026-03-01") from None
    where = {"product": patch.product, "region": patch.region}
    return {"date": day.isoformat(), **{name: said and _masked(context, said, 200) for name, said in where.items()}}


def _editing(place: str, text: str, who: str) -> _Change:
    return lambda proposal: edited(proposal, place, text, who)


def _same(proposal: Proposal) -> Proposal:
    return proposal


def _masked(context: Context, text: str, most: int | None) -> str:
    masked = context.mask(text).strip()
    return masked if most is None else tidy(masked, most)


def _text_of(proposal: Proposal, place: str) -> object:
    """The text of a place as it stands; None where there is no such place."""
    found: object = {name: getattr(proposal, name) for name in proposal.__dataclass_fields__}
    for part in place.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, tuple) and part.isdigit() and 1 <= int(part) <= len(found):
            found = found[int(part) - 1]
        else:
            return None
    return list(found) if isinstance(found, tuple) else found
