"""The page of leads and customers."""
