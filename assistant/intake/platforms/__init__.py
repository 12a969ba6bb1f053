"""Exports of known service desks: one module each, rewriting a record into our wire format."""
