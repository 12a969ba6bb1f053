"""Days as the database counts with them; days are stored as ``YYYY-MM-DD``."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


def monday(day: str) -> str:
    """The Monday of the week of a day."""
    date = dt.date.fromisoformat(day)
    return (date - dt.timedelta(days=date.weekday())).isoformat()


class Monday(FunctionElement[str]):
    """As `monday`, in SQL: ``Monday(column)``."""

    type = String()
    inherit_cache = True


class DaysBetween(FunctionElement[int]):
    """Days from one day to another in SQL: ``DaysBetween(earlier, later)``; NULL where either is."""

    type = Integer()
    inherit_cache = True


def _parts(element: FunctionElement[Any], compiler: Any, options: dict[str, Any]) -> list[str]:
    clauses: list[ColumnElement[Any]] = list(element.clauses)
    return [compiler.process(clause, **options) for clause in clauses]


@compiles(Monday, "sqlite")
def _monday_sqlite(element: Monday, compiler: Any, **options: Any) -> str:
    (day,) = _parts(element, compiler, options)
    return f"date({day}, 'weekday 0', '-6 days')"


@compiles(Monday, "postgresql")
def _monday_postgresql(element: Monday, compiler: Any, **options: Any) -> str:
    (day,) = _parts(element, compiler, options)
    return f"to_char(date_trunc('week', {day}::date), 'YYYY-MM-DD')"


@compiles(DaysBetween, "sqlite")
def _between_sqlite(element: DaysBetween, compiler: Any, **options: Any) -> str:
    earlier, later = _parts(element, compiler, options)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _between_postgresql(element: DaysBetween, compiler: Any, **options: Any) -> str:
    earlier, later = _parts(element, compiler, options)
    return f"({later}::date - {earlier}::date)"
