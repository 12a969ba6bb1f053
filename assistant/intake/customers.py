"""The customer whom a row names, from its mapped columns."""

import re
from collections.abc import Mapping

from assistant.domain.records import RawCustomer
from assistant.intake.dates import read_month_or_day
from assistant.intake.values import filled, read_list, read_segment, read_yes_no
from assistant.intake.wordlists import plain_word, value_words

_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def customer_of(fields: Mapping[str, object], mapping: Mapping[str, str]) -> RawCustomer:
    """The customer; `mapping` goes from our field (``customer.phone`` …) to the key in `fields`.

    A mobile number written behind the name is taken for the telephone.
    """
    told = {field: fields.get(column) for field, column in mapping.items() if field.startswith("customer.")}
    name = None if hides_name(told.get("customer.name")) else filled(told.get("customer.name"))
    phone = filled(told.get("customer.phone"))
    if name and phone is None and (match := _MOBILE.search(name)):
        name, phone = _MOBILE.sub("", name).strip(" -_/,，、()（）") or None, match.group()
    return RawCustomer(
        id=filled(told.get("customer.id")),
        name=name,
        phone=phone,
        segment=read_segment(told.get("customer.segment")),
        region=filled(told.get("customer.region")),
        since=read_month_or_day(told.get("customer.since")),
        owned=read_list(told.get("customer.owned")),
        bought_service=read_yes_no(told.get("customer.bought_service")),
    )


def hides_name(value: object) -> bool:
    """True for a name that the source hides (``t**7``, ``匿名用户``): many bear it, so it is nobody's."""
    name = filled(value)
    if name is None:
        return False
    return "*" in name or "＊" in name or plain_word(name) in value_words("nobody")
