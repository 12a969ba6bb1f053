"""The proposals as a list by where they stand, and what stands here for those who may not read them."""

from typing import Any, get_args

from nicegui import ui

from api.pages.nbn.board import engine_chip, type_chip
from api.pages.nbn.spot import Spot
from api.pages.parts import box, choice, emptiness, facts, link, tag
from api.pages.visitor import Visit
from assistant.domain.proposals import ProposalHead
from assistant.domain.vocabulary import NBN_TYPES, ProposalStatus

WAY: tuple[ProposalStatus, ...] = tuple(status for status in get_args(ProposalStatus) if status != "rejected")
"""From a draft to its outcome."""


def way(visit: Visit, status: str) -> None:
    """How far a proposal has come."""
    words = visit.words
    if status == "rejected":
        tag("span", words.label(status), "chip stage-rejected")
        return
    at = WAY.index(next(one for one in WAY if one == status))
    with tag("ol", "", "way-steps", aria_label=words("nbn_stands_at", status=words.label(status))):
        for place, one in enumerate(WAY):
            here = "here" if place == at else "past" if place < at else ""
            tag("li", words.label(one), f"way-step {here}", aria_current="step" if place == at else None)


def list_part(visit: Visit, spot: Spot, heads: list[ProposalHead]) -> None:
    """The proposals, each a way to itself."""
    words = visit.words
    with box("filter-row"):
        for name, values in (("status", get_args(ProposalStatus)), ("type", NBN_TYPES)):
            options = [("", words("all")), *((one, words.label(one)) for one in values)]

            def go(value: str, name: str = name) -> None:
                ui.navigate.to(spot.to(**{name: value}))

            choice(words(f"nbn_narrow_{name}"), options, getattr(spot, name), go)
        if spot.narrowed:
            link(words("clear"), spot.plain(view="proposals"), "button plain")
    if not heads:
        if spot.narrowed:
            emptiness(words("nbn_none_fit"), words("nbn_none_fit_told"))
        else:
            emptiness(words("nbn_no_proposals"), words("nbn_no_proposals_told"))
        return
    with tag("ul", "", "proposals"):
        for head in heads:
            _row(visit, spot, head)


def _row(visit: Visit, spot: Spot, head: ProposalHead) -> None:
    words = visit.words
    with tag("li", "", "sheet-flat proposal-row"):
        with box("proposal-name"):
            link(words.readable(head.title), spot.plain(proposal=head.id), "card-title")
            with box("chips"):
                type_chip(visit, head.nbn_type)
                tag("span", words.label(head.status), f"chip stage-{head.status} on-phone")
                engine_chip(visit, head.engine, brief=True)
            facts(
                words("nbn_people", n=head.customers), words("nbn_owned_by", name=head.owner) if head.owner else None,
                words(f"nbn_in_{head.language}"), words("nbn_changed_on", day=head.updated_at[:10]),
            )  # fmt: skip
        way(visit, head.status)


def no_permission(visit: Visit, inside: Any) -> None:
    """What somebody sees who may not read proposals."""
    words = visit.words
    inside.clear()
    with inside, box("empty locked-out", role="status"):
        tag("span", "", "lock-mark", aria_hidden="true")
        tag("h1", words("nbn_no_proposals_for_you"), "empty-title")
        tag("p", words("nbn_no_proposals_for_you_told"))
        link(words("nbn_to_board"), "/ideas", "button")
