"""Manuals, policies and release notes read into sections: Markdown, plain text, Word and PDF."""

from assistant.intake.documents.reading import ENDINGS, document_files, read_file

__all__ = ["ENDINGS", "document_files", "read_file"]
