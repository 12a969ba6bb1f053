"""Taking a file in on the page: brought, looked at before anything is kept, read, and told of in a receipt."""

from collections.abc import Awaitable, Callable
from importlib.resources import as_file, files
from pathlib import Path

from nicegui import app as pages
from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from api.entry import CSRF_COOKIE, CSRF_HEADER
from api.pages.doing import done
from api.pages.jobs.parking import Import, parked_by, put_away
from api.pages.jobs.preview_card import PreviewCard
from api.pages.jobs.receipt_card import first_aside, receipt_card
from api.pages.jobs.uploading import MOST, WAY, owner_of
from api.pages.parts import box, button, say, tag
from api.pages.visitor import Visit
from api.routes.batches import BatchIn, queued
from api.working import taken_in
from assistant.domain.receipts import IngestReceipt
from assistant.intake.mappings import SavedMapping, save_mapping
from assistant.intake.reading import ReadOptions

IMPORT, QUEUE = "POST /v1/files", "POST /v1/batches"
_LOOK = 0.4
_KINDS = (
    ".csv",
    ".tsv",
    ".xlsx",
    ".xls",
    ".json",
    ".jsonl",
    ".ndjson",
    ".txt",
    ".zip",
    ".gz",
    ".eml",
    ".mbox",
    ".html",
)
SENDING = f"""<script>
function vocSend(file, emit) {{
  const zone = document.querySelector('.drop'), bar = document.querySelector('.drop progress');
  if (!file || zone.dataset.busy) return;
  if (file.size > {MOST}) {{ emit({{fault: 'size'}}); return; }}
  const csrf = /(?:^|; ){CSRF_COOKIE}=([0-9a-f]+)/.exec(document.cookie)?.[1];
  const sent = new XMLHttpRequest();
  sent.open('POST', '{WAY}?name=' + encodeURIComponent(file.name));
  if (csrf) sent.setRequestHeader('{CSRF_HEADER}', csrf);
  sent.setRequestHeader('content-type', 'application/octet-stream');
  sent.upload.onprogress = (told) => {{ if (told.lengthComputable) bar.value = told.loaded / told.total; }};
  const end = (told) => {{ delete zone.dataset.busy; emit(told); }};
  sent.onload = () => {{
    let told = {{}};
    try {{ told = JSON.parse(sent.responseText); }} catch (_) {{}}
    end(sent.status === 200 ? {{name: told.name}} : {{fault: told.detail || String(sent.status)}});
  }};
  sent.onerror = () => end({{fault: 'network'}});
  zone.dataset.busy = 'yes';
  bar.value = 0;
  sent.send(file);
}}
</script>"""
"""What sends a chosen file; it must stand in the page from its beginning."""


class ImportPart:
    """The part of the page in which files come in; what it shows follows from what its visitor brought."""

    def __init__(self, visit: Visit, empty: bool, refresh: Callable[[], Awaitable[None]]) -> None:
        """`empty`: there is no data yet. `refresh` is called when something was stored."""
        self._visit, self._words, self._empty, self._refresh = visit, visit.words, empty, refresh
        self._owner = owner_of(visit.principal)
        self._inside: Element = box("import")
        self._moving: tuple[TextElement, TextElement] | None = None
        self._timer = ui.timer(_LOOK, self._look, active=False)

    async def show(self) -> None:
        """Show how things stand."""
        found = parked_by(self._owner)
        receipt = found.receipt if found is not None and found.state == "over" else None
        with self._inside:
            aside = (
                await first_aside(self._visit, Path(receipt.quarantine_file).name)
                if receipt and receipt.quarantine_file
                else ()
            )
        self._inside.clear()
        with self._inside:
            if found is None:
                self._drop_zone()
            elif found.state == "reading":
                self._reading(found)
            elif receipt is not None:
                receipt_card(self._visit, found.name, receipt, aside, self._next)
            else:
                await PreviewCard(self._visit, found, self._take_in, self._other).fill()

    def _drop_zone(self) -> None:
        words = self._words
        with box("drop", "label", data_first="yes" if self._empty else None) as zone:
            tag("span", "", "drop-mark", aria_hidden="true")
            tag("span", words("drop_title_first" if self._empty else "drop_title"), "drop-title")
            tag("span", words("drop_told", most=MOST // 1_000_000), "drop-told")
            tag("span", words("drop_choose"), "button first", aria_hidden="true")
            brought = tag("input", "", "unseen-input", type="file", id="file", accept=",".join(_KINDS))
            brought.props["aria-label"] = words("drop_label")
            tag("progress", "", "", max=1, value=0, aria_label=words("sending"))
        brought.on("change", self._brought, js_handler="(event) => vocSend(event.target.files[0], emit)")
        zone.on("dragover", js_handler="(event) => event.preventDefault()")
        zone.on(
            "drop", self._brought,
            js_handler="(event) => { event.preventDefault(); vocSend(event.dataTransfer.files[0], emit); }",
        )  # fmt: skip
        tag("p", words("drop_private"), "hint drop-private")
        if self._empty:
            with box("sample sheet-flat"):
                with box():
                    tag("h2", words("sample_title"))
                    tag("p", words("sample_told"), "facts")
                button(words("sample_go"), self._sample)

    async def _brought(self, event: GenericEventArguments) -> None:
        fault = str(event.args.get("fault", "")) if isinstance(event.args, dict) else ""
        if fault:
            most = MOST // 1_000_000
            known = {"size": "too_big", "network": "not_sent"}
            say(self._words(known[fault], most=most) if fault in known else self._visit.masked(fault), bad=True)
            return
        await self.show()

    async def _other(self) -> None:
        put_away(self._owner)
        await self.show()
        await self._refresh()

    def _reading(self, found: Import) -> None:
        words = self._words
        with box("sheet-flat reading", "section", aria_busy="true"):
            tag("h2", words("reading_file", name=found.name))
            counted = tag("p", words("reading_so_far", n=f"{found.done:,}"), "", role="status")
            bar = tag("progress", "", "", max=1, aria_label=words("reading_file", name=found.name))
            tag("p", words("reading_told"), "facts")
        self._moving = counted, bar
        self._timer.activate()

    async def _look(self) -> None:
        """How far a file is that is being taken in, here or in another window of its owner."""
        found = parked_by(self._owner)
        if found is not None and found.state == "reading":
            self._move(found)
            return
        self._timer.deactivate()
        await self._refresh()
        await self.show()

    def _move(self, found: Import) -> None:
        if self._moving is None:
            return
        counted, bar = self._moving
        if found.total:
            counted.set_text(self._words("reading_of", n=f"{found.done:,}", of=f"{found.total:,}"))
            bar.props["value"] = round(min(1.0, found.done / found.total), 3)
        else:
            counted.set_text(self._words("reading_so_far", n=f"{found.done:,}"))

    async def _take_in(self, found: Import, keep_as: str) -> None:
        """Take the file in, in the visitor's name; a mapping is kept where a name for it is given."""
        if not found.begin():
            return
        await self.show()
        app, working = self._visit.app, pages.state.working

        def progress(_stage: str, count: int, _total: int | None) -> None:
            found.done = count

        def work() -> IngestReceipt:
            receipt = found.take_in(lambda: taken_in(
                app, working,
                lambda context, patience: found.parked.take_in(
                    context, found.options, patience=patience, progress=progress
                ),
            ))  # fmt: skip
            if keep_as:
                save_mapping(app.settings.data_dir / "mappings", keep_as, _kept(found.options, receipt))
            return receipt

        with self._inside:  # what was pressed is gone by now
            await done(self._visit, IMPORT, found.name, work)
        if found.state == "reading":  # the visitor may not do it
            found.state = "waiting"

    async def _sample(self) -> None:
        """Take in the sample that came with the product, and queue a whole run over it."""
        app = self._visit.app

        def work() -> str:
            with as_file(files("assistant.sample") / "xinglan" / "source") as source:
                app.pipeline.ingest([source], ReadOptions())
            return queued(app, self._visit.principal, BatchIn(kind="run")).id

        self._inside.clear()
        with self._inside, box("sheet-flat reading", "section", aria_busy="true"):
            tag("h2", self._words("sample_loading"))
            tag("progress", "", "", aria_label=self._words("sample_loading"))
        with self._inside:  # what was pressed is gone by now
            if await done(self._visit, IMPORT, "sample", work) is not None:
                ui.navigate.to("/jobs?part=batches")
            else:
                await self.show()

    async def _next(self, way: str) -> None:
        """After the receipt: `run` reads what came in, anything else makes room for another file."""
        if way == "run":
            visit = self._visit
            job = await done(visit, QUEUE, "run", lambda: queued(visit.app, visit.principal, BatchIn(kind="run")))
            if job is None:
                return
            put_away(self._owner)
            ui.navigate.to("/jobs?part=batches")
            return
        await self._other()


def _kept(options: ReadOptions, receipt: IngestReceipt) -> SavedMapping:
    used = {name: column for file in receipt.files for name, column in file.mapping.items()}
    return SavedMapping({**used, **options.mapping}, options.channel, options.product, options.source)
