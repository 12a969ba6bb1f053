"""When two searches found the same, as near as vectors kept in half precision are."""

from collections.abc import Mapping

HALF = 2e-3
"""Scores of vectors kept in half precision are this near those of the whole ones."""


def alike(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Same documents with the same scores; at the end of a list near ties may change places."""
    if len(one) != len(other):
        return False
    same = all(abs(one[document] - other[document]) < HALF for document in one.keys() & other.keys())
    return same and all(_at_the_end(found, rest) for found, rest in ((one, other), (other, one)))


def _at_the_end(found: Mapping[str, float], rest: Mapping[str, float]) -> bool:
    """Whether what only this search found is as near as the last of it."""
    last = min(found.values(), default=0.0)
    return all(found[document] - last < HALF for document in found.keys() - rest.keys())
