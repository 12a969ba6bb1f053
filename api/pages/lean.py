"""What makes elements cheap to make: a page has a thousand, and the library looks at each with great care."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from nicegui import helpers
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

_asked = helpers.expects_arguments


class Tag(TextElement):
    """An element of HTML with a text that is written, not bound: made in a sixth of the time of its base.

    Classes and attributes of a new element are put in without the notice that each would be: that it is new was told.
    """

    def __init__(self, name: str, text: str, classes: str, attributes: dict[str, object]) -> None:
        Element.__init__(self, tag=name)  # its base would look who is bound to the text
        self._text = text
        if classes:
            list.extend(self._classes, classes.split())
        dict.update(self._props, attributes)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._text or ""

    @text.setter
    def text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.update()


def remember_signatures() -> None:
    """Have the library look once at what each of its methods takes: it asks three times for each element."""
    helpers.expects_arguments = _expects_arguments


def _expects_arguments(func: Callable[..., Any]) -> bool:
    method = getattr(func, "__func__", None)
    return _asked(func) if method is None else _of_method(method)


@lru_cache(maxsize=1_000)
def _of_method(method: Callable[..., Any]) -> bool:
    return _asked(method.__get__(object()))
