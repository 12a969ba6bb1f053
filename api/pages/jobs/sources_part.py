"""Where the data comes from: sources by channel, quarantine files, saved mappings, and documents of the house."""

from dataclasses import dataclass

from api.pages.jobs.receipt_card import first_aside, quarantine
from api.pages.jobs.telling import moment
from api.pages.parts import Act, box, button, dialog, emptiness, facts, table, tag
from api.pages.visitor import Visit
from assistant.domain.knowledge import House
from assistant.errors import VocError
from assistant.intake.mappings import SavedMapping, load_mapping, saved_names
from assistant.pipeline.quarantined import QuarantineFile, quarantine_files
from assistant.records.sources import SourceRow, source_rows

_MOST = 200


@dataclass(frozen=True, slots=True)
class Origins:
    """All that is told of where the data comes from."""

    sources: list[SourceRow]
    quarantines: list[QuarantineFile]
    mappings: dict[str, SavedMapping | None]
    """None: the file can't be used."""
    documents: list[House]
    rules: dict[str, int]
    """Source → days that it is kept."""


def origins(visit: Visit) -> Origins:
    """Find it all out."""
    app = visit.app
    folder = app.settings.data_dir / "mappings"
    rules = {str(rule["source"]): int(rule["days"]) for rule in app.store.retention_rules()}
    return Origins(
        source_rows(app.store.database), quarantine_files(app.settings.data_dir),
        {name: _mapping(visit, name) for name in saved_names(folder)}, app.store.documents.all(), rules,
    )  # fmt: skip


def _mapping(visit: Visit, name: str) -> SavedMapping | None:
    try:
        return load_mapping(visit.app.settings.data_dir / "mappings", name)
    except VocError:
        return None


def origins_part(visit: Visit, found: Origins) -> None:
    """Show it."""
    _sources(visit, found)
    _quarantines(visit, found.quarantines)
    _documents(visit, found.documents)
    _mappings(visit, found.mappings)


def _sources(visit: Visit, found: Origins) -> None:
    words = visit.words
    with box("part", "section"):
        tag("h2", words("sources_title"))
        if not found.sources:
            emptiness(words("no_sources"), words("no_sources_told"))
            return
        heads = ("row_source", "row_channel", "row_count", "row_days", "row_added", "row_kept")
        rows = [
            (words.readable(one.source), words.label(one.channel), one.records, _days(one), moment(visit, one.last_added),
             words("kept_days", n=found.rules[one.source]) if one.source in found.rules else words("kept_for_good"))
            for one in found.sources[:_MOST]
        ]  # fmt: skip
        table([words(head) for head in heads], rows)


def _days(one: SourceRow) -> str:
    if one.first_day is None:
        return "—"
    return one.first_day if one.first_day == one.last_day else f"{one.first_day} – {one.last_day}"


def _quarantines(visit: Visit, found: list[QuarantineFile]) -> None:
    words = visit.words
    with box("part", "section"):
        tag("h2", words("quarantines_title"))
        if not found:
            tag("p", words("no_quarantines"), "facts")
        for one in found[:20]:
            with box("aside-line"):
                state = None if one.finished else words("unfinished_import")
                facts(moment(visit, one.at), words("quarantine_rows", n=one.rows), state)
                button(words("look_at_rows"), _opened(visit, one), "plain")


def _opened(visit: Visit, one: QuarantineFile) -> Act:
    async def opened() -> None:
        title = visit.words("quarantine_of", n=one.rows)
        rows = await first_aside(visit, one.name)
        with dialog(title) as sheet, box("sheet wide"):
            quarantine(visit, one.name, title, rows)
            with box("sheet-buttons"):
                button(visit.words("close"), sheet.close, "plain")
        sheet.open()

    return opened


def _documents(visit: Visit, found: list[House]) -> None:
    words = visit.words
    with box("part", "section"):
        tag("h2", words("documents_title"))
        tag("p", words("documents_told"), "facts")
        if found:
            heads = ("document_name", "document_version", "document_sections", "row_added")
            rows = [
                (one.title or one.name, one.version, len(one.sections), moment(visit, one.added_at)) for one in found
            ]
            table([words(head) for head in heads], rows)
        else:
            tag("p", words("no_documents"), "facts")


def _mappings(visit: Visit, found: dict[str, SavedMapping | None]) -> None:
    words = visit.words
    with box("part", "section"):
        tag("h2", words("mappings_title"))
        if not found:
            tag("p", words("no_mappings"), "facts")
        for name, mapping in found.items():
            with box("line"):
                tag("strong", name)
                if mapping is None:
                    tag("p", words("broken_mapping"), "warning")
                    continue
                pairs = [
                    f"{words('field_' + key.replace('.', '_'))} ← {visit.masked(column)}"
                    for key, column in mapping.fields.items()
                    if column and f"field_{key.replace('.', '_')}" in words.sentences
                ]
                facts(words.label(mapping.channel), mapping.product, words("list_comma").join(pairs))
