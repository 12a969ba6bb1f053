"""The page that shows what customers need, counted."""
