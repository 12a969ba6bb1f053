"""Masking as anybody would begin it: one expression a type for what has a fixed form; names and places have none."""

import re

from evals.metrics.privacy import Span

_FORMS = {
    "id_card": r"(?<!\d)\d{17}[\dXx](?!\d)",
    "bank_card": r"(?<!\d)\d{16,19}(?!\d)",
    "phone": r"(?<!\d)1[3-9]\d{9}(?!\d)",
    "landline": r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)",
    "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    "plate": r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}",
}
"""The first that fits a place has it. Written so that they also hold between Chinese characters, where ``\\b`` does not."""
_EACH = re.compile("|".join(f"(?P<{kind}>{form})" for kind, form in _FORMS.items()))


def found_plainly(text: str) -> list[Span]:
    """What these expressions take out of a raw text."""
    return [Span(str(match.lastgroup), match.start(), match.end()) for match in _EACH.finditer(text)]
