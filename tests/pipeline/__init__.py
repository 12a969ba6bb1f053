"""The order of the stages, over a real store."""
