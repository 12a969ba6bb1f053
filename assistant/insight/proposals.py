"""Stage proposals."""
