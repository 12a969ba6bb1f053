"""Customers worth inviting, the best first: every point of theirs explained, and who is left out and why."""

from collections.abc import Mapping

from api.pages.customers.lead_board import paging
from api.pages.customers.way import Way
from api.pages.parts import box, emptiness, facts, link, tag
from api.pages.visitor import Visit
from api.pages.words import Words
from assistant.domain.customers import Screened, Screening, Tag
from assistant.domain.filters import Filters
from assistant.records.customer_rules import read_rules
from assistant.records.screening import screen

_ROWS = 25
_ALL = "all"


def screened(visit: Visit, filters: Filters) -> Screening:
    """The customers whom the filters leave, screened.

    Raises:
        SettingError: the house's file of customer rules has a mistake.
    """
    return screen(visit.app.store.database, filters)


def first_points(visit: Visit) -> float:
    """Points from which somebody is shown first: as many as the highest tier alone brings."""
    return read_rules(visit.app.store.database.folder).weights.tier


def value_part(visit: Visit, way: Way, found: Screening, least: float) -> None:
    """Show a page of them: of those with at least so many points, unless all are asked for."""
    words = visit.words
    tag("h2", words("value_title"))
    tag("p", words("value_told"), "lead")
    with tag("dl", "", "tiles"):
        for name, count in (("considered", found.considered), ("kept", len(found.customers)),
                            ("averse", found.averse), ("quiet", found.quiet)):  # fmt: skip
            with box(f"tile tile-{name}"):
                tag("dt", words(f"screen_{name}"))
                tag("dd", f"{count:,}")
                if name in ("averse", "quiet"):
                    tag("dd", words(f"screen_{name}_told"), "facts")
    first = [one for one in found.customers if one.score >= least]
    listed = found.customers if way.view == _ALL or not first else first
    if first and len(first) < len(found.customers):
        with box("held value-first"):
            tag(
                "span",
                words(
                    "value_above",
                    n=f"{len(first):,}",
                    least=f"{least:g}",
                    rest=f"{len(found.customers) - len(first):,}",
                ),
            )
            name, view = ("value_first_only", "") if way.view == _ALL else ("value_all", _ALL)
            link(words(name), way.to(view=view, start=""), "more")
    shown = listed[way.offset : way.offset + _ROWS]
    if not shown:
        emptiness(words("nobody_screened"), words("nobody_screened_told"))
        return
    most = max(found.customers[0].score, 1.0)
    with tag("ol", "", "screened", start=way.offset + 1):
        for one in shown:
            _customer(visit, way, one, most)
    paging(visit, way, len(shown), len(listed))


def _customer(visit: Visit, way: Way, one: Screened, most: float) -> None:
    words = visit.words
    with tag("li", "", "screened-one sheet-flat"):
        tag("span", str(one.rank), "rank", aria_hidden="true")
        with box("screened-who"):
            link(
                words.customer(one.customer_id), way.to(customer=one.customer_id), "theme-title", title=one.customer_id
            )
            facts(words.label(one.segment), one.region, words("heard_times", n=one.records), one.last_day)
            tags_row(visit, one.tags)
        with box("screened-why"):
            with box("score-top"):
                tag("span", words("score"), "facts")
                tag("span", f"{one.score:g}", "score")
            gains = [part for part in one.parts if part.points > 0]
            with box("points-bar", aria_hidden="true").style(f"width:{100 * max(one.score, 0) / most:.1f}%"):
                for part in gains:
                    box(f"points points-{part.name}").style(f"flex-grow:{part.points:g}")
            with tag("ul", "", "points-list"):
                for part in one.parts:
                    with tag("li", "", f"points-item item-{part.name}"):
                        tag("span", f"{part.points:+g}", "number")
                        tag("span", words.told(f"why_{part.name}", part.reason, _filled(words, part.filled)))


def tags_row(visit: Visit, tags: tuple[Tag, ...]) -> None:
    """Tags with their reasons, which are told where one points or listens."""
    words = visit.words
    with tag("ul", "", "chips tags"):
        for one in tags:
            name = one.tag.partition(":")[0]
            reason = words.told(f"tag_{name}_why", one.reason, one.filled)
            label = words.told(f"tag_{name}", one.label, {"label": one.tag.partition(":")[2]})
            with tag("li", "", f"chip tag-{name}", title=reason):
                tag("span", label)
                tag("span", f": {reason}", "unseen")


def _filled(words: Words, filled: Mapping[str, object]) -> dict[str, object]:
    """What a reason tells, with the house's usual tiers by their words; a tier of its own file stays as it is called there."""
    label = filled.get("label")
    return {**filled, **({"label": words.sentences.get(f"tier_{label}", label)} if label else {})}
