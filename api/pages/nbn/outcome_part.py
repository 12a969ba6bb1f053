"""What became of the need after the launch: before and after with intervals, the verdict, in plain words."""

from dataclasses import dataclass
from typing import Any

from nicegui import ui

from api.pages import charts
from api.pages.doing import fetched, sentence_of
from api.pages.nbn.launching import LAUNCH, measured
from api.pages.nbn.spot import Spot
from api.pages.parts import box, button, facts, fault, link, table, tag
from api.pages.visitor import Visit
from api.roles import RULES
from assistant.domain.answers import Chart, Point
from assistant.domain.outcomes import Outcome, Window
from assistant.domain.statistics import wilson
from assistant.insight.outcome_words import tell
from assistant.pipeline.measuring import look, title_of

_GOOD, _BAD = "good", "bad"


@dataclass(frozen=True, slots=True)
class _Seen:
    outcome: Outcome
    title: str
    looks: list[dict[str, Any]]


async def outcome_part(visit: Visit, spot: Spot, proposal_id: str) -> None:
    """Count it by what is known now, and show it; nothing is written unless somebody measures."""
    words, context = visit.words, visit.app.pipeline.context

    def work() -> _Seen:
        found = look(context, proposal_id)
        return _Seen(found, title_of(context, proposal_id), context.store.outcomes.told(proposal_id))

    tag("h2", words("nbn_outcome"))
    try:
        seen = await fetched(visit, work)
    except Exception as error:  # noqa: BLE001 - the page's door
        fault(words("nbn_not_counted"), sentence_of(visit, error))
        return
    outcome = seen.outcome
    head, verdict, *rest = tell(outcome, visit.language, words.readable(seen.title))
    facts(words.readable(head))
    tag("p", words.readable(verdict), "big-fact")
    with box("chips"):
        mood = _GOOD if outcome.effective else _BAD if outcome.failing else "open"
        tag("span", words.label(f"verdict_{outcome.verdict}"), f"chip verdict-{mood}")
        tag("span", words("nbn_result" if outcome.measured else "nbn_interim"), "chip")
    _chart(visit, outcome)
    with tag("ul", "", "points"):
        for line in rest:
            tag("li", words.readable(line))
    if outcome.next_needs:
        with box("chips"):
            for need in outcome.next_needs:
                link(words.readable(need.title), f"/needs?theme={need.theme_id}", "chip strong")
    _looks(visit, seen.looks)
    if visit.may(RULES[LAUNCH]) and not (seen.looks and seen.looks[0]["measured"]):

        async def count() -> None:
            if await measured(visit, proposal_id, None) is not None:
                ui.navigate.to(spot.to())

        button(words("nbn_measure_now"), count, "")


def _chart(visit: Visit, outcome: Outcome) -> None:
    words = visit.words
    rows = [(words("nbn_before_launch"), outcome.before), (words("nbn_after_launch"), outcome.after)]
    points = tuple(_point(name, window) for name, window in rows if window.people)
    if not points:
        return
    title = words("nbn_outcome_chart")
    options = charts.drawn(Chart("bar", title, "%", points), (words("share_of"), words("interval")))
    made = ui.echart(options).classes("chart").style("height:150px")
    made.props["role"], made.props["aria-label"] = "img", words("chart_of", title=title)
    facts(title, words("interval_told"))
    columns = [
        words(name)
        for name in ("nbn_window_name", "nbn_days_of", "nbn_people_voiced", "nbn_people_heard", "share_of", "interval")
    ]
    shown = [
        (name, f"{window.since} – {window.until}", window.voices, window.people, *_shares(window))
        for name, window in rows
    ]
    with tag("details"):
        tag("summary", words("nbn_as_table"))
        table(columns, shown, title)


def _point(name: str, window: Window) -> Point:
    low, high = wilson(window.voices, window.people)
    share = window.voices / window.people
    return Point(name, round(100 * share, 1), (round(100 * low, 1), round(100 * high, 1)))


def _shares(window: Window) -> tuple[str, str]:
    if not window.people:
        return "—", "—"
    point = _point("", window)
    low, high = point.interval or (0.0, 0.0)
    return f"{point.value}%", f"{low}%–{high}%"


def _looks(visit: Visit, looks: list[dict[str, Any]]) -> None:
    words = visit.words
    if not looks:
        return
    with tag("details"):
        tag("summary", words("nbn_looks", n=len(looks)))
        for one in looks:
            facts(visit.when(one["at"]), words.label(f"verdict_{one['verdict']}"), one["actor"])
