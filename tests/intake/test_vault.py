"""The vault: sealed under a key of its own, and every masked value noted once."""

import pytest

from assistant.domain.records import RawCustomer, RawRecord
from assistant.errors import StoreError
from assistant.intake.privacy import Masker, Vault

KEY = b"k" * 32
RAW = RawRecord(
    source="s",
    external_id="1",
    channel="ticket",
    customer=RawCustomer(name="林婉仪", phone="13812345678"),
    title="回电138-1234-5678",
    text="我是林婉仪，电话13812345678，邮箱lin@example.com",
)


def test_what_is_sealed_opens_under_the_same_key_alone() -> None:
    sealed = Vault(KEY).seal("13812345678")
    assert b"13812345678" not in sealed
    assert Vault(KEY).open(sealed) == "13812345678"
    for other in (Vault(b"x" * 32), Vault(KEY, "s" * 32)):
        with pytest.raises(StoreError, match="another key"):
            other.open(sealed)
    assert Vault(b"x" * 32, "s" * 32).open(Vault(KEY, "s" * 32).seal("a")) == "a"


def test_noting_changes_nothing_and_notes_every_mask_once() -> None:
    masker = Masker(KEY)
    record, values = masker.mask_noting(RAW)
    assert record == masker.mask(RAW)
    marks = {f"⟦{value.type}:{value.pseudonym}⟧" for value in values}
    assert all(record.text[span.start : span.end] in marks for span in record.masked)
    assert len(values) == len({(value.type, value.pseudonym) for value in values})
    assert {"13812345678", "lin@example.com"} <= {value.value for value in values}
    assert record.customer is not None
    assert str(record.customer.id).removeprefix("phone-") in {value.pseudonym for value in values}
