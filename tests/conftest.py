"""What all tests may ask for: a real PostgreSQL, where there is one."""

from tests.postgres import module_postgres, module_postgres_url, new_postgres, postgres, postgres_url

__all__ = ["module_postgres", "module_postgres_url", "new_postgres", "postgres", "postgres_url"]
