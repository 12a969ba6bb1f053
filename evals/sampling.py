"""Which records a small measurement takes: always the same ones, spread over the channels as the corpus is."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from assistant.domain.records import Record


def sample(records: Iterable[Record], size: int) -> frozenset[str]:
    """External ids of `size` records (all, where there are fewer), each channel with about its share.

    Within a channel the order is that of a digest, which knows nothing of the text; a larger sample holds the smaller.
    """
    by_channel: dict[str, list[str]] = defaultdict(list)
    for record in records:
        by_channel[record.channel].append(record.external_id)
    placed = [
        ((rank + 0.5) / len(ids), channel, external_id)
        for channel, ids in by_channel.items()
        for rank, external_id in enumerate(sorted(ids, key=_digest))
    ]
    return frozenset(external_id for _, _, external_id in sorted(placed)[:size])


def _digest(external_id: str) -> str:
    return hashlib.sha256(external_id.encode()).hexdigest()
