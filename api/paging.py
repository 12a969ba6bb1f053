"""One page of a list as the contract wants it: items, total and the address of the next."""

from collections.abc import Sequence
from typing import TypeVar

from fastapi import Request

from api.wire import Page

T = TypeVar("T")


def page_of(request: Request, items: Sequence[T], total: int, offset: int) -> Page[T]:
    """A page of items from an offset on; `next` is None where there are no more."""
    more = offset + len(items)
    following = request.url.include_query_params(offset=more) if items and more < total else None
    return Page(items=list(items), total=total, next=f"{following.path}?{following.query}" if following else None)
