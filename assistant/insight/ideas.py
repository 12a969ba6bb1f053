"""Stage ideas."""
