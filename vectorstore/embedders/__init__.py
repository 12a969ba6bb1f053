"""Texts to vectors: one protocol, a local default fitted on the user's own corpus, an endpoint, and a fake."""
