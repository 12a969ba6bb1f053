"""Stage themes."""
