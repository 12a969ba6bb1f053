"""Which commands change something or take something out, and what the audit book calls them."""

from collections.abc import Sequence

_WHOLE = (
    "run",
    "ingest",
    "learn",
    "analyse",
    "themes",
    "ideas",
    "propose",
    "outcome",
    "feedback",
    "pin",
    "unpin",
    "export",
)
_GROUPS = (
    "theme", "idea", "proposal", "lead", "conversations", "batches", "documents", "alerts", "customers",
)  # fmt: skip
"""Groups of commands, of which those that only look are left out."""
BOOKED = frozenset({*_WHOLE, *_GROUPS})
"""What `erase`, `retain`, `unmask`, `keys` and `users` do writes lines of its own, and so do the thumbs and pins of `chat`."""
_READING = {
    "show", "list", "history", "health", "spikes", "refused", "portfolio", "funnel", "channels", "digest", "screen", "tags",
}  # fmt: skip


def changes(arguments: Sequence[str]) -> str | None:
    """What the book calls a command that changes something, or writes a file; None for one that only looks, or writes
    its own line."""
    if not arguments or arguments[0] not in BOOKED or {"--help", "-h", "--dry-run"} & set(arguments):
        return None
    name, told = arguments[0], [part for part in arguments[1:] if not part.startswith("-")]
    if name in _WHOLE:
        return name
    sub = told[0] if told else ""
    writes = any(part.startswith("-o") or part.partition("=")[0] == "--output" for part in arguments)
    return None if not sub or (sub in _READING and not writes) else f"{name} {sub}"[:24]
