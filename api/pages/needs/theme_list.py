"""The themes that filters leave: as a list under their upper themes, or as a map."""

from dataclasses import dataclass

from nicegui import ui
from nicegui.events import EChartPointClickEventArguments

from api.pages import charts
from api.pages.address import Address
from api.pages.parts import box, emptiness, link, tag
from api.pages.visitor import Visit
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme

_MOST = 200


@dataclass(frozen=True, slots=True)
class Group:
    """An upper theme with the themes under it; blank for those under none."""

    title: str
    themes: list[Theme]


def themes_of(visit: Visit, filters: Filters) -> list[Group]:
    """The themes, most customers first, in groups in the order of their largest."""
    store = visit.app.store
    themes, _ = store.list_themes(filters, _MOST)
    upper = {child: parent for parent in store.theme_parents(filters) for child in parent.children}
    groups: dict[str, Group] = {}
    for theme in themes:
        parent = upper.get(theme.id)
        found = groups.setdefault(parent.id if parent else "", Group(parent.title if parent else "", []))
        found.themes.append(theme)
    loose = groups.pop("", None)
    return [*groups.values(), *([loose] if loose else [])]


def themes_part(visit: Visit, address: Address, groups: list[Group]) -> None:
    """Show them as the address says."""
    words = visit.words
    mapped = address.view == "map"
    with box("heading"):
        tag("h2", words("themes"))
        with box("tabs", "nav", aria_label=words("themes")):
            for name, there in (("list", not mapped), ("map", mapped)):
                way = address.to(view="map" if name == "map" else "")
                link(words(f"as_{name}"), way, "tab", aria_current="true" if there else None)
    if not groups:
        emptiness(words("no_themes"), words("widen" if address.given else "no_themes_told"))
    elif mapped:
        _map(visit, address, groups)
    else:
        with box("groups"):
            for group in groups:
                _group(visit, address, group)


def _group(visit: Visit, address: Address, group: Group) -> None:
    words = visit.words
    with box("sheet-flat group", "section"):
        tag("h3", words.readable(group.title) or words("no_group"))
        with tag("ul", "", "themes"):
            for theme in group.themes:
                with tag("li", "", "theme"):
                    link(words.readable(theme.title), address.to(theme=theme.id), "theme-title")
                    with box("chips"):
                        counts = words("counts", records=theme.records, customers=theme.customers)
                        tag("span", counts, "facts")
                        tag("span", words.label(theme.deep_category), "chip")
                        if theme.trend != "too_few":
                            tag("span", words.label(theme.trend), f"chip trend-{theme.trend}")
                        if theme.locked:
                            tag("span", words("locked"), "chip")


def _map(visit: Visit, address: Address, groups: list[Group]) -> None:
    words = visit.words
    tag("p", words("map_told"), "facts")
    shown = [
        (
            words.readable(group.title) or words("no_group"),
            [(one.id, words.readable(one.title), one.customers, one.trend) for one in group.themes],
        )
        for group in groups
    ]
    known = {theme.title: theme.id for group in groups for theme in group.themes}

    def opened(event: EChartPointClickEventArguments) -> None:
        if theme_id := known.get(event.name or ""):
            ui.navigate.to(address.to(theme=theme_id, view=""))

    made = ui.echart(charts.treemap(shown), on_point_click=opened).classes("chart map")
    made.props["role"], made.props["aria-label"] = "img", words("map_label")
    with box("chips"):
        for trend in dict.fromkeys(theme.trend for group in groups for theme in group.themes):
            tag("span", words.label(trend), "chip swatch").style(f"--swatch: {charts.PALETTE[trend]}")
