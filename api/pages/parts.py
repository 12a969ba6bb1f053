"""The small parts that pages are made of: every word goes in as text, never as markup."""

from collections.abc import Awaitable, Callable, Sequence
from inspect import iscoroutine
from typing import Any, TypeAlias

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from api.pages.lean import Tag

Act: TypeAlias = Callable[[], Awaitable[object] | None]


def tag(name: str, text: str = "", classes: str = "", **attributes: object) -> TextElement:
    """An element of HTML with its text and attributes; an underscore in a name stands for a hyphen.

    Attributes are set one by one, so that nothing in a value can become another attribute.
    """
    given = {
        key.rstrip("_").replace("_", "-"): value
        for key, value in attributes.items()
        if value is not None and value is not False
    }
    return Tag(name, text, classes, given)


def box(classes: str = "", name: str = "div", **attributes: object) -> TextElement:
    """An element that holds others."""
    return tag(name, "", classes, **attributes)


def button(text: str, act: Act, classes: str = "", **attributes: object) -> TextElement:
    """A button that says what it does."""
    made = tag("button", text, f"button {classes}", type="button", **attributes)

    async def pressed() -> None:
        coming = act()
        if iscoroutine(coming):  # a sheet can be awaited too, and would open by it
            await coming

    made.on("click", pressed)
    return made


def link(text: str, href: str, classes: str = "", **attributes: object) -> TextElement:
    """A way to another page of ours."""
    return tag("a", text, classes, href=href, **attributes)


def choice(
    label: str,
    options: Sequence[tuple[str, str]],
    chosen: str,
    act: Callable[[str], Awaitable[object] | None],
    classes: str = "",
) -> None:
    """A list to choose one of: (value, what is shown)."""
    with box(f"choice {classes}", "label"):
        tag("span", label)
        with tag("select") as made:
            for value, shown in options:
                tag("option", shown, value=value, selected=value == chosen)

    async def changed(event: GenericEventArguments) -> None:
        if (coming := act(str(event.args))) is not None:
            await coming

    made.on("change", changed, js_handler="(event) => emit(event.target.value)")


def field(
    label: str,
    value: str = "",
    *,
    long: bool = False,
    offered: Sequence[str] = (),
    longest: int = 4_000,
    enter: Act | None = None,
) -> Callable[[], str]:
    """A field to write in, with words that are offered meanwhile; what it gives back tells what stands in it.

    `enter` is done when Enter is pressed in it.
    """
    made = ui.textarea(label, value=value) if long else ui.input(label, value=value, autocomplete=list(offered) or None)
    made.classes("field").props(f"outlined dense stack-label maxlength={longest}" + (" autogrow" if long else ""))
    if enter is not None:
        made.on("keydown.enter", enter)
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
    held = [[row[place] for row in rows] for place in range(len(columns))]
    numbers = ["number" if any(isinstance(value, int | float) for value in column) else "" for column in held]
    with box("scroll", tabindex=0, role="region", aria_label=caption or columns[0]), tag("table"):
        if caption:
            tag("caption", caption)
        with tag("thead"), tag("tr"):
            for column, number in zip(columns, numbers, strict=True):
                tag("th", column, number, scope="col")
        with tag("tbody"):
            for row in rows:
                with tag("tr"):
                    for value, number in zip(row, numbers, strict=True):
                        tag("td", _shown(value), number)


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def say(text: str, *, bad: bool = False) -> None:
    """A short word at the edge of the page."""
    ui.notify(text, type="negative" if bad else "positive", position="top", timeout=6000 if bad else 2500)
