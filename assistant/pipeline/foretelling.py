"""What an erasing would take, before it is done: who is meant, and how much there is of each."""

from dataclasses import dataclass

from assistant.domain.filters import Filters
from assistant.pipeline.context import Context
from assistant.pipeline.subjects import contact_masks, find_to_erase, others_called_so
from assistant.records import erasing
from assistant.records.mentions import holding


@dataclass(frozen=True, slots=True)
class Meant:
    """A customer who would be erased."""

    customer_id: str
    records: int
    versions: int
    """Earlier versions, that were theirs, of records that are somebody else's by now."""
    insights: int
    leads: int
    aliases: int
    """By how many other keys they are known."""
    first: str | None
    """Day of their first and last record; None where none bears one."""
    last: str | None
    products: tuple[str, ...]
    same_contact: tuple[str, ...]
    """Others with the same telephone, who would stay."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """Everybody who goes by a name, and the records of others that hold a mask of it."""

    meant: tuple[Meant, ...]
    mentioned_elsewhere: tuple[str, ...]


def foretell(context: Context, named: str) -> Foretold:
    """Who is meant by an id or a telephone, and what would go; nothing is changed.

    Raises:
        NotFoundError: nobody is; it tells of one who is erased already, and of records that name them.
    """
    ids = find_to_erase(context, named, all_of_them=True)
    mine = [record for one in ids for record in erasing.record_ids_of(context.store.database, one)]
    held = holding(context.store.database, contact_masks(context, named), mine)
    return Foretold(tuple(_meant(context, one, ids) for one in ids), tuple(held))


def _meant(context: Context, customer_id: str, ids: tuple[str, ...]) -> Meant:
    store, only = context.store, Filters(customer=(customer_id,))
    records = erasing.record_ids_of(store.database, customer_id)
    aliases = store.aliases_of(customer_id)
    theirs = erasing.belongings(store.database, records, customer_id, aliases)
    shown = [one for one in store.list_records(only, None)[0] if one.id in set(records)]
    days = sorted(day[:10] for one in shown if (day := one.created_at))
    return Meant(
        customer_id, len(records), len(theirs.versions), len(theirs.insight_ids),
        sum(one["customer_id"] == customer_id for one in store.list_leads(only, None)[0]),
        len(aliases), days[0] if days else None, days[-1] if days else None,
        tuple(sorted({one.product for one in shown if one.product})),
        tuple(other for other in others_called_so(context, customer_id) if other not in ids),
    )  # fmt: skip
