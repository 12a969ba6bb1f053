"""Stage trends."""
