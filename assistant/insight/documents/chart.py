"""A native Word chart of a theme over the months: columns of records, a line of their share; with its data, editable."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm

_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NS = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_INLINE_NS = (
    _NS + ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
_SIZE = (Cm(16.4), Cm(6.2))
_COLUMN, _LINE, _GREY = "2F6B8F", "D9822B", "8A8F98"


def add_chart(document: Document, months: Sequence[Mapping[str, object]], columns: str, line: str, told: str) -> None:
    """Put the chart where the document ends.

    Args:
        document: it grows by one paragraph.
        months: ``{month, records, read}`` in order.
        columns: name of the columns (records).
        line: name of the line (per cent of what was read).
        told: what the chart shows, for those who can't see it.
    """
    names = [str(row["month"]) for row in months]
    counts = [float(str(row["records"])) for row in months]
    shares = [
        round(100 * n / read, 1) if (read := float(str(row["read"]))) else 0.0
        for n, row in zip(counts, months, strict=True)
    ]
    package = document.part.package
    assert package is not None
    name = PackURI("/word/charts/chart1.xml")
    part = Part(name, _CHART, _xml(names, counts, shares, columns, line).encode(), package)
    sheet = Part(PackURI("/word/embeddings/chart1.xlsx"), _SHEET, _sheet(names, counts, shares, columns, line), package)
    assert part.relate_to(sheet, RELATIONSHIP_TYPE.PACKAGE) == "rId1"
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    paragraph = document.add_paragraph()
    paragraph.add_run()._r.append(parse_xml(_inline(relation, told)))


def _inline(relation: str, told: str) -> str:
    width, height = _SIZE
    return (
        f'<w:drawing {_INLINE_NS}><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{int(width)}" cy="{int(height)}"/>'
        f'<wp:docPr id="1" name="Chart 1" descr="{escape(told, {chr(34): "&quot;"})}"/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )


def _xml(names: Sequence[str], counts: Sequence[float], shares: Sequence[float], columns: str, line: str) -> str:
    bars = _series(0, columns, "B", names, counts, _fill(_COLUMN) + '<c:invertIfNegative val="0"/>')
    dots = '<c:marker><c:symbol val="circle"/><c:size val="5"/>' + _fill(_LINE) + "</c:marker>"
    curve = _series(1, line, "C", names, shares, _stroke(_LINE, 22225) + dots, '<c:smooth val="0"/>')
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {_NS}><c:roundedCorners val="0"/>'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'{bars}<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>'
        f'{curve}<c:marker val="1"/><c:axId val="3"/><c:axId val="4"/></c:lineChart>'
        f"{_category_axis(1, 2, deleted=False)}{_value_axis(2, 1, 'l', '0', grid=True)}"
        f"{_category_axis(3, 4, deleted=True)}{_value_axis(4, 3, 'r', '0.0&quot;%&quot;', grid=False)}"
        '</c:plotArea><c:legend><c:legendPos val="t"/><c:overlay val="0"/>'
        f'{_text()}</c:legend><c:plotVisOnly val="1"/></c:chart>'
        '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _series(
    n: int, name: str, column: str, names: Sequence[str], values: Sequence[float], look: str, tail: str = ""
) -> str:
    last = len(names) + 1
    categories = "".join(f'<c:pt idx="{i}"><c:v>{escape(text)}</c:v></c:pt>' for i, text in enumerate(names))
    points = "".join(f'<c:pt idx="{i}"><c:v>{value:g}</c:v></c:pt>' for i, value in enumerate(values))
    return (
        f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>{look}'
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>"
        f'<c:ptCount val="{len(names)}"/>{categories}</c:strCache></c:strRef></c:cat>'
        f"<c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${last}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{points}</c:numCache></c:numRef></c:val>{tail}</c:ser>'
    )


def _category_axis(own: int, crossing: int, *, deleted: bool) -> str:
    return (
        f'<c:catAx><c:axId val="{own}"/><c:scaling><c:orientation val="minMax"/></c:scaling>'
        f'<c:delete val="{int(deleted)}"/><c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{_stroke("D0D4DA", 9525)}{_text()}'
        f'<c:crossAx val="{crossing}"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblOffset val="100"/></c:catAx>'
    )


def _value_axis(own: int, crossing: int, side: str, form: str, *, grid: bool) -> str:
    lines = f"<c:majorGridlines>{_stroke('E6E8EB', 6350)}</c:majorGridlines>" if grid else ""
    crosses = "autoZero" if side == "l" else "max"
    return (
        f'<c:valAx><c:axId val="{own}"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{side}"/>{lines}<c:numFmt formatCode="{form}" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{_text()}<c:crossAx val="{crossing}"/><c:crosses val="{crosses}"/></c:valAx>'
    )


def _fill(colour: str) -> str:
    return f'<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr>'


def _stroke(colour: str, width: int) -> str:
    return f'<c:spPr><a:ln w="{width}"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:ln></c:spPr>'


def _text() -> str:
    fill = f'<a:solidFill><a:srgbClr val="{_GREY}"/></a:solidFill>'
    return (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="800">{fill}</a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )


def _sheet(names: Sequence[str], counts: Sequence[float], shares: Sequence[float], columns: str, line: str) -> bytes:
    """The chart's data as a workbook, so that Word can edit it."""
    from xlsxwriter import Workbook  # slow to import, needed here only

    held = BytesIO()
    book = Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet("Sheet1")
    for row, cells in enumerate([("", columns, line), *zip(names, counts, shares, strict=True)]):
        for column, cell in enumerate(cells):
            if isinstance(cell, float):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, cell)
    book.close()
    return held.getvalue()
