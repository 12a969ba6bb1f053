"""Elements made cheaply are the elements that the page library would have made."""

from collections.abc import Callable
from typing import Any

import pytest
from nicegui import Client, helpers, ui
from nicegui.elements.mixins.text_element import TextElement

from api.pages.lean import remember_signatures
from api.pages.parts import tag


class _Handlers:
    def none(self) -> None: ...

    def one(self, event: object) -> None: ...

    def perhaps(self, event: object = None, *more: object, **named: object) -> None: ...

    @classmethod
    def of_all(cls, event: object) -> None: ...


def _of_two(event: object, other: object) -> None: ...


def _of_none() -> None: ...


@pytest.mark.parametrize(
    "handler",
    [_Handlers().none, _Handlers().one, _Handlers().perhaps, _Handlers.of_all, _of_two, _of_none, lambda: None],
)
def test_what_is_remembered_of_a_handler_is_what_the_library_saw(handler: Callable[..., Any]) -> None:
    looked = helpers.expects_arguments
    seen = looked(handler)
    try:
        remember_signatures()
        assert [helpers.expects_arguments(handler), helpers.expects_arguments(handler)] == [seen, seen]
    finally:
        helpers.expects_arguments = looked


def test_a_tag_is_told_to_the_browser_as_the_librarys_own_element() -> None:
    with Client(ui.page("/lean"), request=None):
        own = tag("p", "升级后<b>掉线</b>", "facts hint", aria_label="a", hidden=False, title=None, for_="x")
        theirs = TextElement(tag="p", text="升级后<b>掉线</b>").classes("facts hint")
        theirs.props["aria-label"], theirs.props["for"] = "a", "x"
        assert own._to_dict() == theirs._to_dict()
        own.set_text("好了")
        theirs.set_text("好了")
        assert (own.text, own._to_dict()) == ("好了", theirs._to_dict())
