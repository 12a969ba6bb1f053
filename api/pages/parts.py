"""The small parts that pages are made of: every word goes in as text, never as markup."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

Act: TypeAlias = Callable[[], Awaitable[object] | None]


def tag(name: str, text: str = "", classes: str = "", **attributes: object) -> TextElement:
    """An element of HTML with its text and attributes; an underscore in a name stands for a hyphen.

    Attributes are set one by one, so that nothing in a value can become another attribute.
    """
    made = TextElement(tag=name, text=text)
    if classes:
        made.classes(classes)
    for key, value in attributes.items():
        if value is not None and value is not False:
            made.props[key.rstrip("_").replace("_", "-")] = value
    return made


def box(classes: str = "", name: str = "div", **attributes: object) -> TextElement:
    """An element that holds others."""
    return tag(name, "", classes, **attributes)


def button(text: str, act: Act, classes: str = "", **attributes: object) -> TextElement:
    """A button that says what it does."""
    made = tag("button", text, f"button {classes}", type="button", **attributes)

    async def pressed() -> None:
        if (coming := act()) is not None:
            await coming

    made.on("click", pressed)
    return made


def link(text: str, href: str, classes: str = "", **attributes: object) -> TextElement:
    """A way to another page of ours."""
    return tag("a", text, classes, href=href, **attributes)


def choice(
    label: str, options: Sequence[tuple[str, str]], chosen: str, act: Callable[[str], None], classes: str = ""
) -> None:
    """A list to choose one of: (value, what is shown)."""
    with box(f"choice {classes}", "label"):
        tag("span", label)
        with tag("select") as made:
            for value, shown in options:
                tag("option", shown, value=value, selected=value == chosen)

    def changed(event: GenericEventArguments) -> None:
        act(str(event.args))

    made.on("change", changed, js_handler="(event) => emit(event.target.value)")


def field(label: str, value: str = "", *, long: bool = False) -> Callable[[], str]:
    """A field to write in; what it gives back tells what stands in it."""
    made = (ui.textarea if long else ui.input)(label, value=value)
    made.classes("field").props("outlined dense stack-label" + (" autogrow" if long else ""))
    return lambda: str(made.value or "")


def dialog(told: str) -> ui.dialog:
    """A sheet over the page that says what it is for; Escape closes it."""
    made = ui.dialog()
    made.props["aria-label"] = told
    return made


def emptiness(title: str, told: str) -> Element:
    """What stands where there is nothing yet, and what to do about it."""
    with box("empty", role="status") as made:
        tag("p", title, "empty-title")
        tag("p", told)
    return made


def waiting(told: str, lines: int = 3) -> Element:
    """What stands where something is on its way."""
    with box("waiting", role="status", aria_live="polite") as made:
        tag("span", told, "unseen")
        for _ in range(lines):
            box("bone")
    return made


def fault(title: str, told: str) -> Element:
    """What went wrong, in one sentence."""
    with box("fault", role="alert") as made:
        tag("p", title, "fault-title")
        tag("p", told)
    return made


def facts(*told: str | None) -> TextElement:
    """Small facts in one line."""
    return tag("p", " · ".join(one for one in told if one), "facts")


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> None:
    """Rows side by side; numbers stand to the right. It scrolls by itself where there is no room."""
    with box("scroll", tabindex=0, role="region", aria_label=caption or columns[0]), tag("table"):
        if caption:
            tag("caption", caption)
        with tag("thead"), tag("tr"):
            for column in columns:
                tag("th", column, scope="col")
        with tag("tbody"):
            for row in rows:
                with tag("tr"):
                    for value in row:
                        number = isinstance(value, int | float)
                        tag("td", _shown(value), "number" if number else "")


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def say(text: str, *, bad: bool = False) -> None:
    """A short word at the edge of the page."""
    ui.notify(text, type="negative" if bad else "positive", position="top", timeout=6000 if bad else 2500)
