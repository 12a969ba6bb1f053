"""The page that questions are asked on."""
