"""Payloads that speak to a machine, planted everywhere, and a model that does what they say."""
