"""The store and the command, as the tests of those use them."""

from tests.cli.conftest import voc
from tests.records.conftest import database_url, empty_database, store

__all__ = ["database_url", "empty_database", "store", "voc"]
