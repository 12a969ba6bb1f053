"""What processes tell each other while they work: on a server in its database, else in a file beside it."""

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text

from assistant.records.tables.base import metadata

sharing = MetaData(naming_convention=metadata.naming_convention)

limits = Table(
    "limits",
    sharing,
    Column("name", String(200), primary_key=True),
    Column("page", Text, nullable=False),
    Column("until", Float, nullable=False),
)
"""What was taken of what is limited (`limit_store`); `page` is JSON, `until` when it means nothing any more, in seconds since
1970 by the database's clock."""

turns = Table(
    "turns",
    sharing,
    Column("name", String(40), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("what", String(40), nullable=False),
    Column("host", String(100), nullable=False),
    Column("process", Integer, nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=False),
)
"""Who does what must be done by one at a time, since when, and until when that holds if nothing more is heard of them; moments
as in `limits`."""
