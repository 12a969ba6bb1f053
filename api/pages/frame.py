"""What every page has around it: the name, the ways to the other pages, language and light, and who is here."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from nicegui import ui

from api.doorway import LANGUAGE_COOKIE, LOOK_COOKIE, SPOKEN, WAYS
from api.entry import CSRF_COOKIE, CSRF_HEADER
from api.pages.parts import box, link, tag
from api.pages.visitor import Visit
from api.roles import RULES
from api.routes.pages import STYLES

_LOG_OUT = f"""() => {{
  const token = /(?:^|; ){CSRF_COOKIE}=([0-9a-f]+)/.exec(document.cookie)?.[1] || '';
  fetch('/logout', {{method: 'POST', headers: {{'{CSRF_HEADER}': token}}}}).finally(() => location.assign('/login?why=out'));
}}"""
LOGGED_OUT = "vocLoggedOut()"
"""What a page calls that finds its visitor logged out."""
_WATCH = """<script>
function vocLoggedOut() {
  const told = document.getElementById('logged-out');
  if (!told || told.open) return;
  const here = encodeURIComponent(location.pathname + location.search);
  told.querySelector('a').href = '/login?why=expired&next=' + here;
  told.showModal();
}
function vocStillIn() {
  if (!document.hidden) fetch('/v1/me').then((answer) => { if (answer.status === 401) vocLoggedOut(); }).catch(() => {});
}
document.addEventListener('visibilitychange', vocStillIn);
setInterval(vocStillIn, 60000);
</script>"""
"""Somebody who comes back to a page is told whether they are still logged in, before they write anything."""

_KEEP_FOCUS = """<script>
document.addEventListener('change', (event) => {
  const label = event.target.closest?.('label.choice');
  const name = label?.querySelector('span')?.textContent;
  if (name) sessionStorage.setItem('vocFilter', JSON.stringify([location.pathname, name, Date.now()]));
}, true);
addEventListener('DOMContentLoaded', () => {
  const [path, name, at] = JSON.parse(sessionStorage.getItem('vocFilter') || '[]');
  sessionStorage.removeItem('vocFilter');
  if (path !== location.pathname || Date.now() - at > 20000) return;
  const look = () => {
    if (document.activeElement && document.activeElement !== document.body) return true;
    const label = [...document.querySelectorAll('label.choice')].find((one) => one.querySelector('span')?.textContent === name);
    const field = label?.querySelector('select, input');
    field?.focus({preventScroll: true});
    return !!field;
  };
  if (look()) return;
  const seen = new MutationObserver(() => { if (look()) seen.disconnect(); });
  seen.observe(document.body, {childList: true, subtree: true});
  setTimeout(() => seen.disconnect(), 20000);
});
</script>"""
"""A filter that is changed opens another address: there the keyboard is put back on the same filter."""


@contextmanager
def frame(visit: Visit, here: str, classes: str = "") -> Iterator[None]:
    """The page around its content; `here` is the address of the page."""
    words = visit.words
    name = next(name for way, name in WAYS if way == here)
    ui.page_title(f"{words('page_' + name)} · {words('product')}")
    for style in ("pages.css", f"{name}.css"):
        if style in STYLES:
            ui.add_head_html(f'<link rel="stylesheet" href="/web/{style}">')
    ui.add_head_html(f"<script>document.documentElement.lang = '{SPOKEN[visit.language]}'</script>")
    ui.add_head_html(_WATCH)
    ui.add_head_html(_KEEP_FOCUS)
    ui.dark_mode({"light": False, "dark": True, "auto": None}[visit.look])
    with box("top", "header"):
        link(words("skip"), "#content", "skip")
        with link("", "/", "brand", aria_label=words("product")):
            tag("span", "", "brand-mark", aria_hidden="true")
            tag("span", words("product"), "brand-name")
        if (engine := visit.app.engine.name) not in ("llm", "rules"):
            tag("span", words("played_back"), "chip quiet-chip", title=engine)
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
    ui.run_javascript(
        "document.querySelector('.way[aria-current]')?.scrollIntoView({block: 'nearest', inline: 'center'})"
    )
    with box(classes, id="content", tabindex=-1):
        yield
    zone = visit.app.settings.timezone
    now = dt.datetime.now(ZoneInfo(zone))
    tag(
        "footer",
        words("times_in", zone=zone, offset=now.isoformat()[-6:]),
        "zone facts",
        title=words("utc_now", at=f"{now.astimezone(dt.UTC):%Y-%m-%d %H:%M}"),
    )
    with box("logged-out", "dialog", id="logged-out", aria_labelledby="logged-out-title"):
        tag("h2", words("logged_out_title"), id="logged-out-title")
        tag("p", words("logged_out_told"))
        link(words("door_go"), "/login", "button first")


def _switch(text: str, cookie: str, value: str, told: str) -> None:
    made = tag("button", text, "switch", type="button", aria_label=told, title=told)
    kept = f"{cookie}={value}; path=/; max-age=31536000; samesite=lax"
    made.on("click", js_handler=f"() => {{ document.cookie = '{kept}'; location.reload() }}")
