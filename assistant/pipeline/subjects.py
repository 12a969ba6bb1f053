"""Who is meant by an id, a telephone or a record, and what keeps them away once they are erased."""

from collections.abc import Sequence

from assistant.domain.records import RawCustomer
from assistant.domain.vocabulary import PiiType
from assistant.errors import NotFoundError, UsageError
from assistant.intake.privacy import load_key
from assistant.pipeline.admitting import Digests
from assistant.pipeline.context import Context
from assistant.pipeline.journal import Journal
from assistant.pipeline.quarantined import names_customer
from assistant.records import erasing
from assistant.records.erasing import Belongings
from assistant.records.mentions import holding, masks_of_id
from assistant.records.persons import TELLING

MOST_LISTED = 20
"""Ids in one sentence."""
_NUMBERS: tuple[PiiType, ...] = ("phone", "landline")


def journal_of(context: Context, customer: str) -> Journal:
    """Where the erasing of a customer is noted."""
    return Journal(context.data_dir, f"customer {customer}")


def journal_for(context: Context, meant: Sequence[str], named: str) -> Journal:
    """Where the erasing is noted of all these customers, who were named by what they share."""
    return journal_of(context, meant[0] if len(meant) == 1 else _names(context, named)[-1])


def find_customer(context: Context, customer: str) -> str:
    """The stored id of a customer who was named by it, or by the id, phone or e-mail of the source.

    Raises:
        UsageError: several customers go by it; the message lists their ids.
        NotFoundError: there is none, and no erasing of theirs was begun.
    """
    meant = _meant(context, customer)
    if len(meant) > 1 and not _one_person(context, meant):
        raise UsageError(f"{len(meant)} customers go by {_shown(context, customer)}, name one of: {', '.join(meant)}")
    if meant:
        return context.store.person_ids(meant[0])[0] if len(meant) > 1 else meant[0]
    raise NotFoundError(f"there is no customer {_shown(context, customer)}: `voc list customers` shows which there are")


def find_to_erase(context: Context, customer: str, *, all_of_them: bool = False) -> tuple[str, ...]:
    """Who is to be erased: one, or with `all_of_them` everybody who goes by it. For those alone who may erase.

    Raises:
        UsageError: several go by it and not all were asked for; the message lists them with their records.
        NotFoundError: there is none; it tells of one who is erased already, and of records whose text names them.
    """
    meant = _meant(context, customer)
    if len(meant) > 1 and not all_of_them:
        raise UsageError(_choice(context, customer, meant))
    if meant:
        return meant
    held = holding(context.store.database, contact_masks(context, customer))
    at = context.store.banned_at(ban_digests(context, customer)[:-1])
    shown = _shown(context, customer)
    if at is not None:
        told = f"customer {shown} was erased on {at[:10]}, and nothing of theirs has come in since"
    elif held:
        told = f"no customer is known by {shown}"
    else:
        told = f"there is no customer {shown}: `voc list customers` shows which there are"
    stands = (
        f", but that mask stands in {len(held)} record(s): {listed(held)}; `voc erase --record ID` erases such a record"
    )
    raise NotFoundError(f"{told}{stands} whole" if held else told)


def _choice(context: Context, customer: str, meant: Sequence[str]) -> str:
    """Who may be meant, with how many records each, and how to say it."""
    database = context.store.database
    ids = {one: erasing.record_ids_of(database, one) for one in meant}
    each = "; ".join(f"{one} ({len(of)} record(s){': ' + listed(of) if of else ''})" for one, of in ids.items())
    held = holding(database, contact_masks(context, customer), [record for of in ids.values() for record in of])
    beside = f" (that mask also stands in {len(held)} record(s) of others: {listed(held)})" if held else ""
    counted = " (counted as one person)" if _one_person(context, meant) else ""
    return (
        f"{len(meant)} customers go by {_shown(context, customer)}{counted}: {each}{beside}; nothing was erased: name one of these "
        "ids, or say --all-of-them (over HTTP all_of_them=true) where they are one person"
    )


def _one_person(context: Context, ids: Sequence[str]) -> bool:
    """Whether these ids are counted as one person's."""
    return len({context.store.person_ids(one)[0] for one in ids}) == 1


def contact_masks(context: Context, named: str) -> frozenset[str]:
    """The masks of a telephone, an e-mail or the like by which somebody is named; none of any other name."""
    keyed = context.masker.customer_id(named)
    kind = next((one for one in TELLING if keyed.startswith(f"{one}-")), None)
    masks = masks_of_id(keyed)
    if kind is None or not masks or keyed == named:
        return masks
    kinds = _NUMBERS if kind in _NUMBERS else (kind,)
    return masks | {str(context.masker.mark(one, named))[1:-1] for one in kinds}


def listed(ids: Sequence[str]) -> str:
    """Ids for a sentence: the first of many."""
    return ", ".join(ids[:MOST_LISTED]) + (f" and {len(ids) - MOST_LISTED} more" if len(ids) > MOST_LISTED else "")


def _meant(context: Context, customer: str) -> tuple[str, ...]:
    """Everybody who may be meant. An id that is stored as given means its owner alone; a telephone all who have it."""
    store, named = context.store, _names(context, customer)
    stored = [one for one in named if _is_stored(context, one)]
    if customer in stored:
        return (customer,)
    if found := tuple(dict.fromkeys((*stored, *store.called(named)))):
        return found
    return tuple(one for one in named if names_customer(context.data_dir, one))[:1]


def _is_stored(context: Context, customer_id: str) -> bool:
    database = context.store.database
    return (
        erasing.is_known(database, customer_id)
        or bool(erasing.record_ids_of(database, customer_id))
        or journal_of(context, customer_id).begun
    )


def _shown(context: Context, named: str) -> str:
    return repr(context.mask(named))


def others_called_so(context: Context, customer_id: str) -> tuple[str, ...]:
    """Other customers with the same telephone: perhaps the same person, perhaps the same household."""
    return tuple(context.store.sharing(customer_id))


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
    """What is stored for a name: itself, and a telephone as the source's telephone column would be (a landline too)."""
    keyed = context.masker.customer_id(customer)
    by_column = context.masker.contact_id(RawCustomer(phone=customer)) if keyed.startswith("landline-") else None
    return list(dict.fromkeys((customer, *([by_column] if by_column else []), keyed)))
