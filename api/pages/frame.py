"""What every page has around it: the name, the ways to the other pages, language and light, and who is here."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from api.entry import CSRF_COOKIE, CSRF_HEADER
from api.pages.parts import box, link, tag
from api.pages.visitor import LANGUAGE_COOKIE, LOOK_COOKIE, Visit
from api.roles import RULES
from api.routes.pages import STYLES

WAYS = (
    ("/", "ask"), ("/needs", "needs"), ("/ideas", "nbn"), ("/customers", "customers"), ("/jobs", "jobs"), ("/admin", "admin"),
)  # fmt: skip
"""Addresses of the pages and the names of what they are called."""
_SPOKEN = {"zh": "zh-CN", "en": "en"}
_LOG_OUT = f"""() => {{
  const token = /(?:^|; ){CSRF_COOKIE}=([0-9a-f]+)/.exec(document.cookie)?.[1] || '';
  fetch('/logout', {{method: 'POST', headers: {{'{CSRF_HEADER}': token}}}}).finally(() => location.assign('/login'));
}}"""


@contextmanager
def frame(visit: Visit, here: str, classes: str = "") -> Iterator[None]:
    """The page around its content; `here` is the address of the page."""
    words = visit.words
    name = next(name for way, name in WAYS if way == here)
    ui.page_title(f"{words('page_' + name)} · {words('product')}")
    for style in ("pages.css", f"{name}.css"):
        if style in STYLES:
            ui.add_head_html(f'<link rel="stylesheet" href="/web/{style}">')
    ui.add_head_html(f"<script>document.documentElement.lang = '{_SPOKEN[visit.language]}'</script>")
    ui.dark_mode({"light": False, "dark": True, "auto": None}[visit.look])
    with box("top", "header"):
        link(words("skip"), "#content", "skip")
        with link("", "/", "brand"):
            tag("span", "", "brand-mark", aria_hidden="true")
            tag("span", words("product"), "brand-name")
        with tag("nav", aria_label=words("ways")):
            for way, name in WAYS:
                if visit.may(RULES[f"GET {way}"]):
                    link(words(f"page_{name}"), way, "way", aria_current="page" if way == here else None)
        with box("switches"):
            other = "en" if visit.language == "zh" else "zh"
            _switch(words("other_language"), LANGUAGE_COOKIE, other, words("switch_language"))
            dark = visit.look == "dark"
            look = words("to_light") if dark else words("to_dark")
            _switch("☀" if dark else "☾", LOOK_COOKIE, "light" if dark else "dark", look)
            if visit.principal.kind == "user":
                told = words("who", name=visit.principal.name)
                tag("button", words("log_out"), "switch", type="button", title=told).on("click", js_handler=_LOG_OUT)
    with box(classes, id="content", tabindex=-1):
        yield


def _switch(text: str, cookie: str, value: str, told: str) -> None:
    made = tag("button", text, "switch", type="button", aria_label=told, title=told)
    kept = f"{cookie}={value}; path=/; max-age=31536000; samesite=lax"
    made.on("click", js_handler=f"() => {{ document.cookie = '{kept}'; location.reload() }}")
