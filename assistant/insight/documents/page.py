"""The look of a Word document: page, fonts for both scripts, header and footer, tables, boxes."""

import re
from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

LATIN, EAST_ASIAN = "Calibri", "Microsoft YaHei"
INK, BLUE, GREY, AMBER = (
    RGBColor(0x22, 0x26, 0x2B),
    RGBColor(0x1F, 0x4E, 0x6E),
    RGBColor(0x7A, 0x80, 0x88),
    RGBColor(0xB8, 0x6A, 0x12),
)
PALE, HEAD, WARM = "F3F7FA", "E3EDF3", "FDF6EC"
WIDTH = 16.8
"""Centimetres of text on a line."""
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BODY = 10


def clean(text: object) -> str:
    """A text without the characters that XML can't hold."""
    return _ILLEGAL.sub("", str(text))


def blank_document(title: str, language: str) -> Document:
    """An A4 document with our styles and nothing in it."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.1)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)
    styles: Any = document.styles
    _font(styles["Normal"], _BODY, INK)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    styles["Normal"].paragraph_format.line_spacing = 1.25
    for name, size, before in (("Title", 22, 0), ("Heading 1", 13, 14), ("Heading 2", 11, 8)):
        _font(styles[name], size, BLUE, bold=True)
        styles[name].paragraph_format.space_before = Pt(before)
        styles[name].paragraph_format.space_after = Pt(5)
        styles[name].paragraph_format.keep_with_next = True
    for name in ("List Bullet", "List Number"):
        _font(styles[name], _BODY, INK)
        styles[name].paragraph_format.space_after = Pt(2)
    _border_below(styles["Title"], none=True)
    _spoken_in(document)
    document.core_properties.title = clean(title)
    document.core_properties.author = ""
    document.core_properties.language = "zh-CN" if language == "zh" else "en-GB"
    return document


def head_and_foot(document: Document, head: str, foot: str) -> None:
    """A line above every page, and below it a note and the number of the page."""
    section = document.sections[0]
    above = section.header.paragraphs[0]
    grey(above.add_run(clean(head)), 8)
    below = section.footer.paragraphs[0]
    below.paragraph_format.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    grey(below.add_run(clean(foot) + "\t"), 8)
    _field(below, "PAGE")
    grey(below.add_run(" / "), 8)
    _field(below, "NUMPAGES")


def grey(run: Run, size: float = 8.5) -> Run:
    """A run in small grey letters."""
    run.font.size, run.font.color.rgb = Pt(size), GREY
    return run


def table(document: Document, head: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> Table:
    """A table with a shaded head that is repeated on every page; rows are not broken across pages; widths in cm."""
    made: Table = document.add_table(rows=1 if head else 0, cols=len(widths))
    _framed(made, widths)
    for cell, text in zip(made.rows[0].cells if head else (), head, strict=False):
        shade(cell, HEAD)
        run = cell.paragraphs[0].add_run(clean(text))
        run.bold, run.font.size, run.font.color.rgb = True, Pt(9), BLUE
    if head:
        _repeated(made)
    for row in rows:
        cells = made.add_row().cells  # type: ignore[no-untyped-call]
        for cell, content in zip(cells, row, strict=True):
            if callable(content):
                content(cell.paragraphs[0])
            else:
                cell.paragraphs[0].add_run(clean(content)).font.size = Pt(9.5)
    for row_of in made.rows:
        _unbroken(row_of._tr)
        for cell, width in zip(row_of.cells, widths, strict=True):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(1)
    space(document)
    return made


def box(document: Document, colour: str = PALE) -> _Cell:
    """A shaded box over the whole width; its cell is returned to be written in."""
    made: Table = document.add_table(rows=1, cols=1)
    _framed(made, [WIDTH], colour="C9DAE5" if colour == PALE else "EBD9BC")
    cell: _Cell = made.rows[0].cells[0]
    cell.width = Cm(WIDTH)
    shade(cell, colour)
    return cell


def shade(cell: _Cell, colour: str) -> None:
    """Colour a cell."""
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    )


def centred(paragraph: Paragraph) -> Paragraph:
    """A paragraph set in the middle."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _font(style: Any, size: float, colour: RGBColor, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.color.rgb, style.font.bold = LATIN, Pt(size), colour, bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script, face in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", EAST_ASIAN), ("cs", LATIN)):
        fonts.set(qn(f"w:{script}"), face)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _spoken_in(document: Document) -> None:
    """Tell of which languages the two scripts are: lines are broken and fonts chosen by that."""
    styles: Any = document.styles
    language = styles["Normal"].element.get_or_add_rPr()
    language.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>'))


def space(document: Document) -> None:
    """A thin gap, such as Word wants between a table and what follows."""
    gap = document.add_paragraph().paragraph_format
    gap.space_after, gap.line_spacing = Pt(0), Pt(6)


def _border_below(style: Any, *, none: bool) -> None:
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")) if none else ():
        properties.remove(border)


def _framed(made: Table, widths: Sequence[float], colour: str = "D5DBE1") -> None:
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{colour}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = '<w:top w:w="60" w:type="dxa"/><w:left w:w="100" w:type="dxa"/><w:bottom w:w="60" w:type="dxa"/><w:right w:w="100" w:type="dxa"/>'
    properties = made._tbl.tblPr
    properties.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))
    properties.append(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)


def _repeated(made: Table) -> None:
    properties = made.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))


def _unbroken(row: Any) -> None:
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _field(paragraph: Paragraph, code: str) -> None:
    """A field that the reader's program fills, such as the number of the page; 1 until it does."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", "1"), ("end", "")):
        run = grey(paragraph.add_run(text if kind == "shown" else ""), 8)
        if kind in ("begin", "separate", "end"):
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
            run._r.append(part)
        elif not kind:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = text
            run._r.append(part)
