"""Reads what an OpenAI-compatible ``/embeddings`` answers."""

import base64
import re
from typing import Any

import numpy as np

from vectorstore.embedders.base import Vectors

_LIMIT = re.compile(
    r"(?:batch|array|input|items?|texts?|larger|exceed|most|max)[^.;]{0,80}?\b(\d{1,4})\b", re.IGNORECASE
)


def limits_in(refusal: str, refused: int) -> list[int]:
    """Numbers of texts below the refused one that a refusal may name as the most."""
    return [int(number) for number in _LIMIT.findall(refusal) if 1 <= int(number) < refused]


def vectors_in(answer: Any, expected: int) -> Vectors:
    """The vectors in the order of the texts, one a text, whatever order and coding they came in.

    Raises:
        ValueError: they can't be read, or are not as many as the texts; says why.
    """
    try:
        items = sorted(answer["data"], key=lambda item: int(item["index"]))
        right = [int(item["index"]) for item in items] == list(range(expected))
        rows = np.stack([_numbers(item["embedding"]) for item in items]) if right else np.zeros((0, 0), np.float32)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(type(error).__name__) from error
    if not right or rows.ndim != 2 or not rows.shape[1] or not np.isfinite(rows).all():
        raise ValueError(f"{rows.shape} numbers for {expected} texts")
    return rows


def tokens_in(answer: Any) -> int | None:
    """Tokens that the endpoint says it counted; None where it does not say."""
    try:
        return int(answer["usage"]["prompt_tokens"])
    except (ValueError, TypeError, KeyError):
        return None


def _numbers(embedding: Any) -> Vectors:
    """A vector as a list of numbers or, from servers that do not heed what was asked for, as base64 of float32."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    return np.asarray(embedding, dtype=np.float32)
