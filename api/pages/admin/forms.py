"""Small forms of administration: a sheet that asks before something is done, ticks, and a number that may be left out."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui
from nicegui.events import GenericEventArguments

from api.pages.parts import Act, box, button, dialog, say, tag
from api.pages.visitor import Visit
from assistant.domain.access import ROLES, Role

MOST = 1_000_000_000
"""The largest number that a limit may be."""


def heading(visit: Visit, title: str, told: str) -> None:
    """What a part is called and what it is for."""
    tag("h1", visit.words(title))
    tag("p", visit.words(told), "lead")


def ticks(options: Sequence[tuple[str, str]], chosen: set[str]) -> None:
    """Boxes to tick; `chosen` holds those that are: (value, what is shown)."""
    with box("ad-ticks"):
        for value, shown in options:
            with box("ad-tick", "label"):
                made = tag("input", "", type="checkbox", checked=value in chosen)
                tag("span", shown)

            def ticked(event: GenericEventArguments, value: str = value) -> None:
                (chosen.add if event.args else chosen.discard)(value)

            made.on("change", ticked, js_handler="(event) => emit(event.target.checked)")


def roles(visit: Visit, chosen: dict[str, Role], only: Role | None = None) -> None:
    """A role to choose, each with what it may; it is kept under `role`."""
    words = visit.words
    with box("ad-roles", role="radiogroup", aria_label=words("ad_role")):
        for role in ROLES:
            with box("ad-role", "label"):
                made = tag(
                    "input", "", type="radio", name_=f"role-{id(chosen)}", checked=chosen["role"] == role,
                    disabled=only is not None and role != only,
                )  # fmt: skip
                with box(name="span"):
                    tag("strong", words.label(f"role_{role}"))
                    tag("span", words(f"ad_role_told_{role}"), "facts")

            def picked(_event: GenericEventArguments, role: Role = role) -> None:
                chosen["role"] = role

            made.on("change", picked, args=[])


def number(visit: Visit, field: str, written: str) -> int | None:
    """A whole number that somebody wrote, None where they left it out.

    Raises:
        ValueError: it is none; the sentence says which field is meant.
    """
    text = written.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST:
        raise ValueError(visit.words("ad_number", field=field))
    return int(text)


def asked_first(
    visit: Visit, title: str, told: str, go: str, act: Callable[[], Awaitable[object]], *, bad: bool = True
) -> Act:
    """What opens a sheet that says what is about to happen, with the way back first."""
    with dialog(title) as sheet, box("sheet"):
        tag("h2", title)
        tag("p", told)

        async def went() -> None:
            sheet.close()
            await act()

        with box("sheet-buttons"):
            button(visit.words("cancel"), sheet.close, "plain")
            button(go, went, "first bad" if bad else "first")
    return sheet.open


def shown_once(
    visit: Visit, title: str, told: str, label: str, secret: str, use: str, then: Callable[[], None]
) -> None:
    """A secret that is shown this once: it leaves the page, and this process, when the sheet is closed."""
    words = visit.words
    with ui.context.client.content, dialog(title).props("persistent") as sheet, box("sheet"):
        tag("h2", title)
        tag("p", told, "warning")
        with box("ad-secret"):
            tag("code", secret, id="secret", tabindex=0, aria_label=label)
            copy(words("ad_copy"), words("ad_copied"), "secret")
        tag("p", words("ad_key_use"), "facts")
        tag("pre", use, "ad-use")

        def gone() -> None:
            then()
            sheet.delete()

        with box("sheet-buttons"):
            button(words("ad_kept"), gone, "first")
    sheet.open()


def copy(text: str, done: str, of: str) -> None:
    """A button that copies what stands in the element `of`, in a browser that lets it; else it marks it."""
    made = tag("button", text, "button", type="button")
    made.on("click", lambda: say(done), js_handler=f"""() => {{
      const shown = document.getElementById('{of}');
      const mark = () => {{ getSelection().selectAllChildren(shown); document.execCommand('copy'); }};
      if (navigator.clipboard) navigator.clipboard.writeText(shown.textContent).catch(mark); else mark();
      emit();
    }}""")  # fmt: skip


def reload() -> None:
    """Show the page as it is now."""
    ui.navigate.reload()
