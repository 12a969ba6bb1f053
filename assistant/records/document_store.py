"""Documents of the house in the store: put in, replaced, listed, removed, read whole."""

from dataclasses import replace

from sqlalchemy import Row, delete, insert, select

from assistant.domain.knowledge import House, Section
from assistant.domain.records import MaskedText
from assistant.errors import NotFoundError
from assistant.records.database import Database
from assistant.records.tables import document_sections, documents


class DocumentStore:
    """The part of the store that keeps documents; it shares no table with what customers said."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def put(self, document: House) -> House | None:
        """Keep a document in place of what stood under its id; None where the very same text stands there already.

        Returns:
            The document with its version: one more than that of the text it replaces.
        """
        with self.database.writing() as connection:
            known = connection.execute(select(documents).where(documents.c.id == document.id)).first()
            if known is not None and known.digest == document.digest:
                return None
            kept = replace(document, version=1 if known is None else known.version + 1)
            connection.execute(delete(document_sections).where(document_sections.c.document_id == kept.id))
            connection.execute(delete(documents).where(documents.c.id == kept.id))
            connection.execute(
                insert(documents).values(
                    id=kept.id,
                    name=kept.name[:300],
                    title=kept.title[:300],
                    version=kept.version,
                    digest=kept.digest,
                    added_at=kept.added_at,
                )
            )
            rows = [
                {
                    "document_id": kept.id,
                    "ordinal": s.ordinal,
                    "heading": s.heading[:300],
                    "page": s.page,
                    "text": s.text,
                }
                for s in kept.sections
            ]
            if rows:
                connection.execute(insert(document_sections), rows)
        return kept

    def all(self) -> list[House]:
        """Every document with its sections, by name."""
        with self.database.reading() as connection:
            heads = connection.execute(select(documents).order_by(documents.c.name)).all()
            order = (document_sections.c.document_id, document_sections.c.ordinal)
            rows = connection.execute(select(document_sections).order_by(*order)).all()
        sections: dict[str, list[Section]] = {}
        for row in rows:
            sections.setdefault(row.document_id, []).append(_section(row))
        return [_document(head, sections.get(head.id, [])) for head in heads]

    def remove(self, any_id: str) -> House:
        """Take a document out, by its id or name.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.writing() as connection:
            either = (documents.c.id == any_id) | (documents.c.name == any_id)
            head = connection.execute(select(documents).where(either)).first()
            if head is None:
                raise NotFoundError(f"there is no document {any_id}; voc documents list shows all")
            connection.execute(delete(document_sections).where(document_sections.c.document_id == head.id))
            connection.execute(delete(documents).where(documents.c.id == head.id))
        return _document(head, [])


def _section(row: Row[tuple[object, ...]]) -> Section:
    return Section(row.ordinal, row.heading, MaskedText(row.text), row.page)


def _document(head: Row[tuple[object, ...]], sections: list[Section]) -> House:
    return House(head.id, head.name, head.title, head.version, head.digest, head.added_at, tuple(sections))
