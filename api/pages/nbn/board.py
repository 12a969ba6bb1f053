"""The board: what it is narrowed to, how many there are of each kind, and a column for each part of the way."""

from collections.abc import Sequence

from nicegui import ui

from api.pages.nbn.shelf import COLUMNS, Board, Card
from api.pages.nbn.spot import SORTS, STAGES, Spot
from api.pages.parts import box, button, choice, emptiness, facts, link, tag
from api.pages.visitor import Visit
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import NBN_TYPES, SEGMENTS
from assistant.records.dimensions import UNKNOWN

_FIRST = 12
_MORE = 24
_LONGEST = 30
"""Letters of a theme's title in a list to choose from."""


def type_chip(visit: Visit, nbn_type: str) -> None:
    """What kind of result it is, in its colour."""
    tag("span", visit.words.label(nbn_type), f"chip nbn {nbn_type}")


def engine_chip(visit: Visit, engine: str, *, brief: bool = False) -> None:
    """Which engine said it; of a recording model and day too, where there is room."""
    words = visit.words
    known = {"rules": words("nbn_engine_rules"), "llm": words("nbn_engine_model")}
    told = words("nbn_engine_recorded") if brief else words.engine(engine)
    tag(
        "span",
        known.get(engine, told),
        "chip quiet-chip",
        title=engine if engine not in known else words.engine(engine),
    )


def score_bar(visit: Visit, score: float) -> None:
    """A rank of 0 to 1 as a bar with its number."""
    told = visit.words("nbn_scored", score=f"{score:.2f}")
    with box("scored", role="img", aria_label=told, title=told):
        with box("track"):
            box("fill").style(f"width:{100 * min(1.0, score):.0f}%")
        tag("span", f"{score:.2f}", "number")


def narrowing(visit: Visit, spot: Spot, products: Sequence[str], themes: Sequence[Theme]) -> None:
    """What the board is narrowed to, to be changed."""
    words = visit.words
    _search(visit, spot)
    short = [(one.id, _short(words.readable(one.title))) for one in themes]
    listed: list[tuple[str, list[tuple[str, str]]]] = [
        ("theme", short),
        ("product", [(one, words.label(one) if one == UNKNOWN else one) for one in products]),
        ("segment", [(one, words.label(one)) for one in SEGMENTS]),
        ("status", [(one, words.label(one)) for one in STAGES]),
    ]
    for name, options in listed:

        def go(value: str, name: str = name) -> None:
            ui.navigate.to(spot.to(**{name: value}))

        choice(words(f"nbn_narrow_{name}"), [("", words("all")), *options], getattr(spot, name), go)
    sorts = [("" if one == SORTS[0] else one, words(f"nbn_by_{one}")) for one in SORTS]
    choice(words("nbn_sorted"), sorts, spot.sort, lambda value: ui.navigate.to(spot.to(sort=value)))
    if spot.narrowed:
        link(words("clear"), spot.plain(sort=spot.sort, view=spot.view), "button plain")
        tag("p", words("copy_link"), "facts")


def _search(visit: Visit, spot: Spot) -> None:
    with box("choice search", "label"):
        tag("span", visit.words("nbn_search_ideas"))
        made = tag("input", "", type="search", value=spot.q, placeholder=visit.words("nbn_search_told"))
    made.on(
        "change",
        lambda event: ui.navigate.to(spot.to(q=visit.masked(str(event.args)).strip())),
        js_handler="(event) => emit(event.target.value)",
    )


def by_type(visit: Visit, spot: Spot, board: Board) -> None:
    """How many there are of each kind: each a way to see only those."""
    words = visit.words
    with box("kinds", "nav", aria_label=words("nbn_kinds")):
        counted = [("", sum(board.by_type.values())), *((one, board.by_type.get(one, 0)) for one in NBN_TYPES)]
        for name, count in counted:
            here = "true" if spot.type == name else None
            with link("", spot.to(type=name), f"kind {name or 'every'}", aria_current=here):
                tag("span", f"{count:,}", "kind-count")
                tag("span", words.label(name) if name else words("nbn_every_kind"), "kind-name")
                if name:
                    tag("span", words(f"nbn_about_{name}"), "facts")


def board_part(visit: Visit, spot: Spot, board: Board) -> None:
    """The columns."""
    words = visit.words
    if not board.every and not spot.narrowed:
        emptiness(words("nbn_no_ideas"), words("nbn_no_ideas_told"))
        return
    by_type(visit, spot, board)
    if not any(board.cards.values()):
        emptiness(words("nbn_none_fit"), words("nbn_none_fit_told"))
        return
    shown = {name: board.column(stages) for name, stages in COLUMNS.items() if spot.status in ("", *stages)}
    with box("lanes", "nav", aria_label=words("nbn_lanes")):
        for name, cards in shown.items():
            if cards:
                link(f"{words(f'nbn_column_{name}')} {len(cards)}", f"#lane-{name}", "chip strong")
    with box("board"):
        for name, cards in shown.items():
            size = "none" if not cards else "wide" if len(cards) > _FIRST // 2 else "some"
            with box(f"lane {size}", "section", id=f"lane-{name}", aria_label=words(f"nbn_column_{name}")):
                with box("lane-top"):
                    tag("h2", words(f"nbn_column_{name}"))
                    tag("span", f"{len(cards):,}", "chip")
                tag("p", words(f"nbn_column_{name}_told"), "facts")
                _column(visit, spot, cards)


def _column(visit: Visit, spot: Spot, cards: list[Card]) -> None:
    held = tag("ul", "", "cards")
    shown = 0

    def more() -> None:
        nonlocal shown
        following = cards[shown : shown + (_MORE if shown else _FIRST)]
        with held:
            for card in following:
                _card(visit, spot, card)
        shown += len(following)
        further.text = visit.words("nbn_more", n=len(cards) - shown)
        further.set_visibility(shown < len(cards))

    further = button("", more, "plain")
    more()


def _card(visit: Visit, spot: Spot, card: Card) -> None:
    words = visit.words
    way = spot.to(idea=card.idea.id) if card.idea else spot.to(proposal=card.head.id if card.head else "")
    with tag("li", "", f"card {card.nbn_type}"):
        with box("chips"):
            type_chip(visit, card.nbn_type)
            if card.stage != "proposed":
                tag("span", words.label(card.stage), f"chip stage-{card.stage}")
        link(words.readable(card.title), way, "card-title")
        if card.theme is not None:
            tag("p", words.readable(card.theme.title), "card-need")
        if card.idea is None:
            facts(words("nbn_no_idea_behind"), words("nbn_people", n=card.customers))
            return
        score_bar(visit, card.idea.rank)
        votes = " ".join(f"{way} {n}" for way, n in zip("▲▼", card.idea.votes, strict=True) if n)
        with box("card-end"):
            facts(words("nbn_people", n=card.customers), votes or None)
            engine_chip(visit, card.idea.engine, brief=True)
        if card.idea.marks:
            tag("p", "；".join(words.label(f"mark_{one}") for one in card.idea.marks), "warned")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
