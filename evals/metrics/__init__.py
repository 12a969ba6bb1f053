"""Figures: one module per thing measured."""
