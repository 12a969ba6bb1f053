"""The only wiring: builds concrete things from settings."""
