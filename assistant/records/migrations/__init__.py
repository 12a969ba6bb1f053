"""Numbered steps from any released schema to today's."""
