"""Reading server-sent events the way a browser does."""

import json
from typing import Any


def parse(body: str) -> list[tuple[str, Any]]:
    """The events of a stream as (name, data); comments are left out."""
    events = []
    for block in body.replace("\r\n", "\n").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if not lines:
            continue
        fields = dict(line.split(": ", 1) for line in lines)
        events.append((fields["event"], json.loads(fields["data"])))
    return events
