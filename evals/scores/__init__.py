"""The scores report: every suite, every way of reading, measured side by side and told in one place."""
