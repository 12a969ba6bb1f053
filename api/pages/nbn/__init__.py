"""The page of ideas and proposals."""
