"""How sentences, cells and words of a proposal are put on the page: each with what bears it behind it."""

from collections.abc import Callable, Sequence

from docx.document import Document
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from assistant.domain.proposals import Proposal, Statement
from assistant.domain.vocabulary import zh
from assistant.insight.documents.page import AMBER, BLUE, GREY, blank_document, clean, grey, table
from assistant.insight.wordlist import drafted_by, phrase, section

Fill = Callable[[Paragraph], None]


class Pen:
    """A document under way, and the words for what stands in it."""

    def __init__(self, proposal: Proposal) -> None:
        self._p, self._language = proposal, proposal.language
        self._heading, self._label = section(self._language, "heading"), section(self._language, "label")
        self._d: Document = blank_document(proposal.title, self._language)

    def _grid(self, first: str, second: str, group: str, names: Sequence[str]) -> None:
        rows = [[self._bold(self._label[name]), self._cell(f"{group}.{name}")] for name in names]
        table(self._d, self._heads(first, second), rows, [3, 13.8])

    def _prose(self, place: str) -> None:
        paragraph = self._d.add_paragraph()
        for statement in self._at(place):
            self._sentence(paragraph, statement)
        if not self._at(place):
            grey(paragraph.add_run(self._label["none"]))

    def _bullets(self, place: str) -> None:
        for statement in self._at(place):
            self._sentence(self._d.add_paragraph(style="List Bullet"), statement)
        if not self._at(place):
            grey(self._d.add_paragraph().add_run(self._label["none"]))

    def _cell(self, place: str) -> Fill:
        def write(paragraph: Paragraph) -> None:
            for statement in self._at(place):
                self._sentence(paragraph, statement, 9.5)

        return write

    def _sentence(self, paragraph: Paragraph, statement: Statement, size: float | None = None) -> None:
        run = paragraph.add_run(clean(statement.text))
        if size:
            run.font.size = Pt(size)
        if statement.kind == "fact":
            marks = "".join(f"[{mark}]" for mark in (*statement.evidence, *statement.figures))
            borne = paragraph.add_run(marks)
            borne.font.size, borne.font.color.rgb, borne.font.superscript = Pt(9), BLUE, True
        elif statement.kind == "assumption" and statement.place != "value.assumptions":
            supposed = paragraph.add_run(phrase(self._language, "assumption"))
            supposed.font.size, supposed.font.color.rgb = Pt(8), AMBER
        if self._language == "en":
            paragraph.add_run(" ")

    def _at(self, place: str) -> list[Statement]:
        return [statement for statement in self._p.statements if statement.place == place]

    def _bold(self, text: str) -> Fill:
        def write(paragraph: Paragraph) -> None:
            run = paragraph.add_run(clean(text))
            run.bold, run.font.size = True, Pt(9.5)

        return write

    def _small(self, text: str) -> Fill:
        def write(paragraph: Paragraph) -> None:
            run = paragraph.add_run(clean(text))
            run.font.size, run.font.color.rgb = Pt(8.5), GREY

        return write

    def _heads(self, *names: str) -> list[str]:
        return [self._label[name] for name in names]

    def _engine(self) -> str:
        return drafted_by(self._language, self._p.engine)

    def _word(self, word: str | None) -> str:
        if not word:
            return ""
        told = self._label.get(f"word_{word}")
        return told or (zh(word) if self._language == "zh" else word.replace("_", " "))
