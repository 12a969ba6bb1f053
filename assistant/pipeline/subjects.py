"""Who is meant by an id, a telephone or a record, and what keeps them away once they are erased."""

from assistant.errors import NotFoundError, UsageError
from assistant.intake.privacy import load_key
from assistant.pipeline.admitting import Digests
from assistant.pipeline.context import Context
from assistant.pipeline.journal import Journal
from assistant.pipeline.quarantined import names_customer
from assistant.records import erasing
from assistant.records.erasing import Belongings


def journal_of(context: Context, customer: str) -> Journal:
    """Where the erasing of a customer is noted."""
    return Journal(context.data_dir, f"customer {customer}")


def find_customer(context: Context, customer: str) -> str:
    """The stored id of a customer who was named by it, or by the id, phone or e-mail of the source.

    Raises:
        UsageError: several customers go by it; the message lists their ids.
        NotFoundError: there is none, and no erasing of theirs was begun.
    """
    store, named = context.store, _names(context, customer)
    for one in named:
        if erasing.is_known(store.database, one) or erasing.record_ids_of(store.database, one):
            return one
        if journal_of(context, one).begun:
            return one
    called = store.called(named)
    if len(called) > 1:
        raise UsageError(f"several customers go by {customer!r}, name one of: {', '.join(called)}")
    if called:
        return called[0]
    if (held := next((one for one in named if names_customer(context.data_dir, one)), None)) is not None:
        return held
    raise NotFoundError(f"there is no customer {customer!r}: `voc list customers` shows which there are")


def find_to_erase(context: Context, customer: str) -> str:
    """As `find_customer`, and tells of one who is erased already: for those alone who may erase.

    Raises:
        UsageError, NotFoundError: see `find_customer`.
    """
    try:
        return find_customer(context, customer)
    except NotFoundError:
        at = context.store.banned_at(ban_digests(context, customer)[:-1])
        if at is None:
            raise
    raise NotFoundError(f"customer {customer!r} was erased on {at[:10]}, and nothing of theirs has come in since")


def others_called_so(context: Context, customer_id: str) -> tuple[str, ...]:
    """Other customers with the same telephone: perhaps the same person, perhaps the same household."""
    store = context.store
    aliases = store.aliases_of(customer_id)
    called = set(store.called([*aliases, customer_id]))
    called |= {alias for alias in aliases if erasing.is_known(store.database, alias)}
    return tuple(sorted(called - {customer_id}))


def customer_bans(context: Context, theirs: Belongings) -> list[str]:
    """What keeps a customer away: digests of their id, of what else they alone are called, and of their records."""
    digests, store = digests_of(context), context.store
    own = [] if theirs.customer_id is None else [theirs.customer_id]
    for customer_id in tuple(own):
        own += [alias for alias in store.aliases_of(customer_id) if store.called([alias]) == [customer_id]]
    return [*map(digests.customer, own), *map(digests.orphan, theirs.record_ids)]


def record_bans(context: Context, theirs: Belongings) -> list[str]:
    """What keeps single records away."""
    return [digests_of(context).record(record_id) for record_id in theirs.record_ids]


def ban_digests(context: Context, named: str) -> list[str]:
    """The digests under which somebody, or a record, may be banned."""
    digests = digests_of(context)
    return [*map(digests.customer, _names(context, named)), digests.record(named)]


def digests_of(context: Context) -> Digests:
    """The installation's digests."""
    return Digests(load_key(context.data_dir))


def _names(context: Context, customer: str) -> list[str]:
    return list(dict.fromkeys((customer, context.masker.customer_id(customer))))
