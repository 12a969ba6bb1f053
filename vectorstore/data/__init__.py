"""Word lists of the index: one word a line, `#` begins a comment."""
