"""The audit book: a chain that shows every change, and forgets who was erased without breaking."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

import assistant.records
from assistant.errors import StoreError
from assistant.records.audit_book import blank
from assistant.records.database import Database
from assistant.records.repository import Repository


def _written(store: Repository, count: int = 4) -> Repository:
    for n in range(count):
        store.note("李雷", "themes.merge", f"th_{n}", "两个是一回事", 1, "page")
    return store


def _tampered(store: Repository, sql: str) -> None:
    """What somebody could do who has the file, or owns the tables, and knows of the triggers."""
    of = " ON audit" if store.database.is_server else ""
    with store.database.engine.begin() as connection:
        for statement in (f"DROP TRIGGER audit_kept{of}", f"DROP TRIGGER audit_fixed{of}", sql):
            connection.execute(text(statement))


def test_a_book_that_nobody_touched_stands(store: Repository) -> None:
    assert store.verify_book().stands
    found = _written(store).verify_book()
    assert found.stands
    assert (found.lines, found.blanked) == (4, 0)
    assert store.noted(2, 1)[0]["subject"] == "th_2"
    assert set(store.noted(1)[0]) == {"id", "at", "actor", "via", "action", "subject", "reason", "found"}


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("UPDATE audit SET actor = '韩梅梅' WHERE id = 2", 2),
        ("UPDATE audit SET subject = 'th_9' WHERE id = 3", 3),
        ("UPDATE audit SET reason = '' WHERE id = 1", 1),
        ("UPDATE audit SET at = '2020-01-01T00:00:00+00:00' WHERE id = 4", 4),
        ("UPDATE audit SET salt = NULL WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("INSERT INTO audit SELECT 5, at, actor, action, subject, reason, found, via, salt, sealed, digest FROM audit WHERE id = 4", 5),
    ],
)  # fmt: skip
def test_whatever_was_changed_is_seen(store: Repository, sql: str, line: int) -> None:
    _tampered(_written(store), sql)
    found = store.verify_book()
    assert not found.stands
    assert found.broken_at == line


def test_a_head_kept_elsewhere_shows_that_the_end_was_cut_off(store: Repository) -> None:
    head = _written(store).verify_book().head
    assert _written(store).verify_book(head).stands
    _tampered(store, "DELETE FROM audit WHERE id >= 4")
    assert store.verify_book().stands
    assert store.verify_book(head).missing_head


@pytest.mark.parametrize("sql", ["DELETE FROM audit", "UPDATE audit SET actor = 'x'", "UPDATE audit SET digest = 'x'"])
def test_the_database_itself_refuses_to_change_a_line(store: Repository, sql: str) -> None:
    with pytest.raises(StoreError), _written(store).database.writing() as connection:
        connection.execute(text(sql))
    assert store.verify_book().lines == 4


def test_a_line_on_somebody_erased_is_blanked_and_the_book_stands(store: Repository) -> None:
    with _written(store).database.writing() as connection:
        blank(connection, 2)
    found = store.verify_book()
    assert found.stands
    assert found.blanked == 1
    assert [line["subject"] for line in store.noted()] == ["th_3", "th_2", "erased", "th_0"]
    store.note("李雷", "erase", "ban:1", "", 1)
    assert store.verify_book().lines == 5


def test_a_book_begun_before_there_was_a_chain_becomes_one(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path(assistant.records.__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, "0015")
    line = "INSERT INTO audit (at, actor, action, subject, reason, found) VALUES ('2026-01-0{}', 'a', 'erase', 'ban:1', '', 3)"
    with engine.begin() as connection:
        for day in (1, 2, 3):
            connection.execute(text(line.format(day)))
    engine.dispose()
    database = Database(f"sqlite:///{path}", tmp_path / "write.lock")
    store = Repository(database)
    assert [(one["at"], one["via"]) for one in store.noted()] == [(f"2026-01-0{day}", "cli") for day in (3, 2, 1)]
    store.note("b", "erase", "ban:2", "", 1)
    found = store.verify_book()
    assert found.stands
    assert found.lines == 4
    database.close()
