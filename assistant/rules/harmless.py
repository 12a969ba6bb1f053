"""Knows which words may be shown as the product's own: none that lead somewhere, are rendered, run, or give orders."""

import re
from collections.abc import Sequence

from assistant.rules.orders import holds_order, without_orders

_RUN = 4
_ENDINGS = "com|cn|net|org|io|top|xyz|vip|cc|info|shop|app|site|link|club|icu|me|tv|ru|example"
_MARKUP = re.compile(
    r"(?:https?|ftp|file|javascript|vbscript|mailto|ldap|data(?=:\w+/)):[!-~]*|(?<![:\w])//\w[!-~]*|www\.[!-~]*"
    r"|!?\[[^\]\n]*\]\s*[\[(][^\])\n]*[\])]?|^\s*\[[^\]\n]+\]:\s*[!-~]+"
    r"|<\s*/?\s*[a-z!][^>\n]*>?|&(?:#\w{2,8}|lt|gt|quot|amp);|\{\{[^}\n]*\}\}|\$\{[^}\n]*\}?|<<<|>>>"
    rf"|(?<![\w.@-])[a-z0-9-]{{2,}}(?:\.[a-z0-9-]+)*\.(?:{_ENDINGS})(?![a-z0-9])[!-~]*",
    re.IGNORECASE | re.MULTILINE,
)


def harmless(text: str) -> bool:
    """Whether a text holds no link, address of a site, markup, template or order to a machine."""
    return not _MARKUP.search(text) and not holds_order(text)


def without_harm(text: str) -> str:
    """The text with its orders, links and markup blanked; what else it says stays."""
    return _MARKUP.sub(" ", without_orders(text)).strip()


class Orders:
    """The orders to a machine in some texts, to know again who repeats them."""

    def __init__(self, texts: Sequence[str]) -> None:
        rest = [without_orders(text) for text in texts]
        self._rest = "".join("\n".join(rest).split())
        self._runs: set[str] = set()
        for text, left in zip(texts, rest, strict=True):
            said = "".join(a if b == " " else " " for a, b in zip(text, left, strict=True))
            self._runs |= _runs("".join(said.split()))

    def repeated_by(self, text: str) -> bool:
        """Whether a text holds four characters in a row that only the orders say."""
        return bool(self._runs) and any(run not in self._rest for run in _runs("".join(text.split())) & self._runs)


def _runs(text: str) -> set[str]:
    return {text[at : at + _RUN] for at in range(len(text) - _RUN + 1)}
