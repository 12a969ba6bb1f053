"""A file before it is taken in: its columns and what they become, its first rows, and what is wrong with it."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from api.pages.doing import fetched, looked, sentence_of
from api.pages.jobs.parking import Import
from api.pages.jobs.receipt_card import masked_chips, problems_table
from api.pages.parts import box, button, choice, facts, fault, field, table, tag, waiting
from api.pages.visitor import Visit
from assistant.domain.records import Record
from assistant.domain.vocabulary import CHANNELS
from assistant.intake.columns import FIELDS
from assistant.intake.mappings import check_name, load_mapping, saved_names
from assistant.pipeline.previewing import Column, Preview
from assistant.pipeline.quarantined import SetAside

_SAMPLE, _SHORT = 90, 24
_STORED = ("channel", "customer.segment")
"""Fields whose values are words of closed lists."""


class PreviewCard:
    """One brought file; each change of how it is read has it looked at anew."""

    def __init__(
        self, visit: Visit, found: Import, take_in: Callable[[Import, str], Awaitable[None]],
        other: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._visit, self._words, self._found = visit, visit.words, found
        self._take_in, self._other = take_in, other
        self._folder = visit.app.settings.data_dir / "mappings"
        self._inside: Element = box("preview")
        self._shown = False

    async def fill(self) -> None:
        """Look at the file, and show it."""
        words = self._words
        if self._shown:  # what is shown stays until the new is there, so that the page does not jump
            self._inside.classes(add="busy")
            self._inside.props["aria-busy"] = "true"
        else:
            with self._inside:
                tag("h2", words("looking_at", name=self._found.name))
                waiting(words("loading"), 5)
        app, found = self._visit.app, self._found
        try:
            preview = await fetched(self._visit, lambda: found.parked.preview(app.pipeline.context, found.options))
            saved = await fetched(self._visit, partial(saved_names, self._folder))
        except Exception as error:  # noqa: BLE001 - the page's door
            self._inside.clear()
            with self._inside:
                fault(words("not_readable"), sentence_of(self._visit, error))
                button(words("other_file"), self._other, "first")
            return
        self._inside.clear()
        self._inside.classes(remove="busy")
        self._inside.props.pop("aria-busy", None)
        self._shown = True
        found.total = preview.read if preview.whole else None
        with self._inside:
            self._show(preview, saved)

    def _show(self, preview: Preview, saved: list[str]) -> None:
        words = self._words
        self._head(preview)
        if self._found.problem:
            fault(words("not_taken_in"), self._visit.masked(self._found.problem))
        if preview.read == preview.quarantined:
            fault(words("nothing_to_take"), words("nothing_to_take_told"))
        self._how(saved)
        with box("part", "section"):
            tag("h2", words("their_columns"))
            tag("p", words("columns_told"), "facts")
            self._columns(preview)
        if preview.rows:
            with box("part", "section"):
                tag("h2", words("first_rows"))
                self._rows(preview)
        if preview.problems:
            with box("part", "section"):
                tag("h2", words("problems_ahead", n=preview.quarantined))
                tag("p", words("problems_ahead_told"), "facts")
                rows = [SetAside("", one.line, one.reason, one.sentence, one.cells) for one in preview.problems]
                problems_table(self._visit, rows)
        self._notes(preview)
        self._end(preview)

    def _head(self, preview: Preview) -> None:
        words = self._words
        file = preview.files[0] if preview.files else None
        with box("heading"):
            tag("h2", self._found.name, "file-name")
            button(words("other_file"), self._other, "plain")
        many = words("files_inside", n=len(preview.files)) if len(preview.files) > 1 else None
        encoding = file.encoding if file else None
        rows = words("rows_found" if preview.whole else "rows_of_beginning", n=f"{preview.read:,}")
        facts(_format(self._visit, file.format) if file else None, encoding, many, rows, words("nothing_kept_yet"))
        with box("chips verdict"):
            tag("span", words("will_come_in", n=f"{preview.read - preview.quarantined:,}"), "chip strong")
            if preview.quarantined:
                tag("span", words("problems_ahead", n=f"{preview.quarantined:,}"), "chip warned")
        if preview.masked:
            tag("p", words("masked_first", n=preview.looked_at), "facts")
            masked_chips(self._visit, preview.masked)

    def _how(self, saved: list[str]) -> None:
        words, options = self._words, self._found.options
        with box("filter-row how"):
            channels = [(one, words.label(one)) for one in CHANNELS]
            choice(words("channel_of_all"), [("", words("told_by_file")), *channels], options.channel or "",
                   self._setting("channel"))  # fmt: skip
            self._written("product_of_all", options.product, "product")
            self._written("source_name", options.source, "source")
            if saved:
                named = [("", words("no_saved_mapping")), *((one, one) for one in saved)]
                choice(words("saved_mapping"), named, "", self._use_saved)

    def _setting(self, name: str) -> Callable[[str], Awaitable[None]]:
        async def change(value: str) -> None:
            self._found.say(**{name: value.strip()[:200] or None})
            await self.fill()

        return change

    def _written(self, label: str, value: str | None, name: str) -> None:
        change = self._setting(name)
        with box("choice", "label"):
            tag("span", self._words(label))
            made = tag(
                "input", "", type="text", value=value or "", maxlength=200, placeholder=self._words("told_by_file")
            )

        async def changed(event: GenericEventArguments) -> None:
            await change(self._visit.masked(str(event.args)))

        made.on("change", changed, js_handler="(event) => emit(event.target.value)")

    async def _use_saved(self, name: str) -> None:
        kept = await looked(self._visit, partial(load_mapping, self._folder, name))
        if kept is None:
            return
        channel = kept.channel if kept.channel in CHANNELS else None
        self._found.say(mapping=kept.fields, channel=channel, product=kept.product, source=kept.source)
        await self.fill()

    def _columns(self, preview: Preview) -> None:
        words = self._words
        with box("scroll", tabindex=0, role="region", aria_label=words("their_columns")), tag("table", "", "mapping"):
            with tag("thead"), tag("tr"):
                for name in ("their_column", "column_samples", "read_as"):
                    tag("th", words(name), scope="col")
            with tag("tbody"):
                for column in preview.columns:
                    with tag("tr", "", "" if column.field else "left-out"):
                        tag("th", column.shown, scope="row")
                        with tag("td"):
                            for value in column.samples:
                                shown = self._sample(column.field, value)
                                tag("span", shown, "sample-value long" if len(shown) > _SHORT else "sample-value")
                        with tag("td"):
                            self._field(column)

    def _sample(self, name: str | None, value: str) -> str:
        """A value as it will be read, in the visitor's words: never the word it is stored by."""
        words = self._words
        if name in _STORED:
            return words.label(value)
        if name == "customer.bought_service":
            return words("able_yes" if value == "True" else "able_no")
        if name == "created_at":
            return self._visit.when(value)
        return words.readable(value)[:_SAMPLE]

    def _field(self, column: Column) -> None:
        words = self._words
        shown = [(name, words(field_word(name))) for name in FIELDS]
        with tag("select", "", "mapped", aria_label=words("read_as_of", column=column.shown)) as made:
            for value, label in [("", words("no_field")), *shown]:
                tag("option", label, value=value, selected=value == (column.field or ""))

        async def changed(event: GenericEventArguments) -> None:
            self._map(column, str(event.args))
            await self.fill()

        made.on("change", changed, js_handler="(event) => emit(event.target.value)")

    def _map(self, column: Column, name: str) -> None:
        mapping = dict(self._found.options.mapping)
        if column.field is not None:
            mapping[column.field] = ""
        if name in FIELDS:
            mapping[name] = column.name
        self._found.say(mapping=mapping)

    def _rows(self, preview: Preview) -> None:
        words = self._words
        heads = ("row_time", "row_channel", "row_product", "row_customer", "row_text")
        table([words(name) for name in heads], [self._row(record) for record in preview.rows])

    def _row(self, record: Record) -> list[object]:
        words = self._words
        who = words.label(record.customer.segment) if record.customer and record.customer.segment else None
        known = record.customer is not None and record.customer.known
        customer = " · ".join(one for one in (words("known_customer") if known else None, who) if one)
        text = " ".join(record.text.split())
        return [
            self._visit.when(record.created_at) or None, words.label(record.channel), record.product,
            customer or None, words.readable(text if len(text) <= 2 * _SAMPLE else _cut(text)),
        ]  # fmt: skip

    def _notes(self, preview: Preview) -> None:
        notes = [note for file in preview.files for note in file.notes]
        if notes:
            with tag("details"):
                tag("summary", self._words("reader_notes", n=len(notes)))
                for note in notes:
                    tag("p", note, "facts", lang="en")

    def _end(self, preview: Preview) -> None:
        words = self._words
        with box("end-import sheet-flat"):
            keep = field(words("keep_mapping_as"))
            good = preview.read - preview.quarantined

            async def go() -> None:
                name = self._visit.masked(keep().strip())
                if name and await looked(self._visit, partial(_checked, name)) is None:
                    return
                await self._take_in(self._found, name)

            told = words("take_in", n=f"{good:,}") if preview.whole else words("take_in_all")
            button(told, go, "first", disabled=preview.read == preview.quarantined)


def _checked(name: str) -> str:
    check_name(name)
    return name


def _format(visit: Visit, name: str) -> str:
    words = visit.words
    return words(f"format_{name}") if f"format_{name}" in words.sentences else name


def field_word(name: str) -> str:
    """The name of the word for one of our fields."""
    return f"field_{name.replace('.', '_')}"


def _cut(text: str) -> str:
    head = text[: 2 * _SAMPLE]
    return (head if head.rfind("⟦") <= head.rfind("⟧") else head[: head.rfind("⟦")]) + "…"
