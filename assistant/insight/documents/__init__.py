"""A proposal as a file: Markdown, Word or JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from assistant.domain.proposals import Proposal
from assistant.insight.markdown import render

Form = Literal["md", "docx", "json"]
MEDIA: dict[Form, str] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


def as_bytes(proposal: Proposal, form: Form) -> bytes:
    """The proposal as the bytes of a file, in the language it was drafted in."""
    if form == "json":
        return json.dumps(asdict(proposal), ensure_ascii=False, indent=2).encode()
    if form == "md":
        return render(proposal, proposal.language).encode()
    from assistant.insight.documents.word import word_file  # python-docx is slow to import, needed here only

    return word_file(proposal)


def form_of(path: Path | None) -> Form:
    """The form that a file's ending asks for; Markdown where it asks for none."""
    endings: dict[str, Form] = {".docx": "docx", ".json": "json"}
    return endings.get(path.suffix.lower(), "md") if path else "md"
