"""Which service desk a JSON record was exported from."""

from collections.abc import Mapping
from typing import Any, Protocol

from assistant.intake.platforms import chatwoot, freshdesk, iflytek, intercom, wecom, zendesk, zendesk_comments


class Desk(Protocol):
    """One service desk; a module of `assistant.intake.platforms` fulfils this."""

    NAME: str

    def recognises(self, record: Mapping[str, Any]) -> bool:
        """True if the record has this desk's shape."""
        ...

    def rewrite(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record in the fields of our wire format; what we have no field for stays."""
        ...


DESKS: tuple[Desk, ...] = (zendesk, zendesk_comments, intercom, freshdesk, chatwoot, wecom, iflytek)


def desk_of(record: Mapping[str, Any]) -> Desk | None:
    """The desk that the record comes from, None for any other JSON."""
    return next((desk for desk in DESKS if desk.recognises(record)), None)
