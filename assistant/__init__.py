"""Meaning: from records to needs, themes, ideas, proposals and checked answers."""

__version__ = "0.1.0"
