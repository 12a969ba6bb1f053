"""What the index asks of a database: connections to read, and transactions that take turns with other writers."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Connections(Protocol):
    """A SQLAlchemy `Engine` is one; an application with a rule about who may write gives its own."""

    def connect(self) -> AbstractContextManager[Connection]:
        """A connection for reading."""
        ...

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction for writing; committed at the end, rolled back on any error."""
        ...
