"""Knows which words may be shown as the product's own: none that lead somewhere, are rendered, run, or give orders."""

import re

from assistant.rules.orders import holds_order, without_orders

_ENDINGS = "com|cn|net|org|io|top|xyz|vip|cc|info|shop|app|site|link|club|icu|me|tv|ru|example"
_MARKUP = re.compile(
    r"(?:https?|ftp|file|javascript|vbscript|mailto|ldap|data):\S*|(?<![:\w])//\w\S*|www\.\S*"
    r"|!?\[[^\]\n]*\]\s*[\[(][^\])\n]*[\])]?|^\s*\[[^\]\n]+\]:\s*\S+"
    r"|<\s*/?\s*[a-z!][^>\n]*>?|&(?:#\w{2,8}|lt|gt|quot|amp);|\{\{[^}\n]*\}\}|\$\{[^}\n]*\}?|<<<|>>>"
    rf"|(?<![\w.@-])[a-z0-9-]{{2,}}(?:\.[a-z0-9-]+)*\.(?:{_ENDINGS})(?![a-z0-9])\S*",
    re.IGNORECASE | re.MULTILINE,
)


def harmless(text: str) -> bool:
    """Whether a text holds no link, address of a site, markup, template or order to a machine."""
    return not _MARKUP.search(text) and not holds_order(text)


def without_harm(text: str) -> str:
    """The text with its orders, links and markup blanked; what else it says stays."""
    return _MARKUP.sub(" ", without_orders(text)).strip()
