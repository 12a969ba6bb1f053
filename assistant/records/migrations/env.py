"""Alembic's entry: runs the numbered steps on the engine it is given."""

from alembic import context
from sqlalchemy import Connection, Engine, func, select

from assistant.records.dialects import OURS, SCHEMA
from assistant.records.tables import metadata
from vectorstore.tables import metadata as index_metadata

engine: Engine = context.config.attributes["engine"]


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=[metadata, index_metadata],
        render_as_batch=True,
        include_name=lambda name, kind, _: not (kind == "table" and (name or "").startswith("passages_full_text")),
    )
    with context.begin_transaction():
        context.run_migrations()


with engine.begin() as connection:
    if connection.dialect.name == "sqlite":  # its driver opens no transaction for a change of the schema by itself
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(OURS, SCHEMA)))
    _run(connection)
