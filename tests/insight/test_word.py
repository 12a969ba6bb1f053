"""The Word file: whole, with every part, a chart with its data, and no text of anybody's able to break it."""

import zipfile
from dataclasses import replace
from io import BytesIO

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.proposals import Proposal
from assistant.insight.documents import as_bytes, form_of
from assistant.insight.documents.page import clean
from assistant.insight.wordlist import section
from tests.insight.test_proposals import drafted


def texts(proposal: Proposal) -> str:
    document = docx.Document(BytesIO(as_bytes(proposal, "docx")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_is_in_the_document(language: str) -> None:
    proposal = replace(drafted(), language=language)  # type: ignore[arg-type]
    shown = texts(proposal)
    for heading in section(language, "heading").values():  # type: ignore[arg-type]
        assert heading in shown
    for item in (*proposal.evidence, *proposal.counter_evidence):
        assert item.quote in shown
    for statement in proposal.statements:
        assert statement.text in shown
    assert proposal.disconfirming_question in shown
    assert all(figure.label in shown for figure in proposal.figures)


def test_the_chart_is_native_and_carries_its_data() -> None:
    with zipfile.ZipFile(BytesIO(as_bytes(drafted(), "docx"))) as parts:
        names = set(parts.namelist())
        assert {"word/charts/chart1.xml", "word/embeddings/chart1.xlsx"} <= names
        chart = parts.read("word/charts/chart1.xml").decode()
        assert all(month in chart for month in ("2026-01", "2026-02", "2026-03"))
        assert "word/media" not in "".join(names)


def test_few_months_make_no_chart() -> None:
    with zipfile.ZipFile(BytesIO(as_bytes(replace(drafted(), months=()), "docx"))) as parts:
        assert not [name for name in parts.namelist() if "chart" in name]


def test_fonts_are_set_for_both_scripts_and_pages_are_numbered() -> None:
    with zipfile.ZipFile(BytesIO(as_bytes(drafted(), "docx"))) as parts:
        assert 'w:eastAsia="Microsoft YaHei"' in parts.read("word/styles.xml").decode()
        footer = next(name for name in parts.namelist() if "footer" in name)
        assert "NUMPAGES" in parts.read(footer).decode()


@settings(deadline=None, max_examples=5)
@given(st.text(max_size=60))
def test_any_text_makes_a_file_that_opens(text: str) -> None:
    calm = drafted()
    evidence = tuple(replace(item, quote=text, product=text) for item in calm.evidence)
    hostile = replace(calm, title=text, evidence=evidence, disconfirming_question=text, owner=text)
    assert clean(text).split() == clean(text).split()
    assert texts(hostile)


def test_the_ending_of_a_file_names_its_form(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert [form_of(tmp_path / name) for name in ("a.docx", "a.JSON", "a.md", "a")] == ["docx", "json", "md", "md"]
    assert form_of(None) == "md"
