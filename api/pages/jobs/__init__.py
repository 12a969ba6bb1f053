"""The page of data and jobs."""
