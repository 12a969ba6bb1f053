"""What all shapes share: how they are read."""

from pydantic import ConfigDict

from api.wire import Wire


class Shape(Wire):
    """Base of everything answered: what is not described here is handed on all the same, never dropped in silence."""

    model_config = ConfigDict(from_attributes=True, extra="allow", use_attribute_docstrings=True)
