"""A raw record becomes a masked one; the key and the policy behind it."""

import dataclasses
import os
import stat
from pathlib import Path

import pytest

from assistant.domain.records import RawCustomer, RawRecord, RawTurn
from assistant.errors import SettingError, StoreError
from assistant.intake.privacy import Masker, MaskingPolicy, load_key, load_policy

MASKER = Masker(b"k" * 32)
RAW = RawRecord(
    source="工单导出",
    external_id="A-1",
    channel="call",
    created_at="2026-01-04T21:36:00+08:00",
    product="X5",
    model="JSQ30-X5 16升",
    customer=RawCustomer("C1", "屈建军", "15489215567", "consumer", "陕西西安", "2025-10", ("X5",), False),
    rating=2,
    status="open",
    title="屈先生三趟白跑 15489215567",
    turns=(
        RawTurn("agent", "请提供订单号", "2026-01-04T21:36:01+08:00"),
        RawTurn("customer", "301558204716290433，回154 8921 5567"),
        RawTurn("system", "已登记"),
    ),
    metadata={"坐席": "张丽", "联系电话": 15489215567, "次数": 3, "好评": True, "列": ["屈建军", None, 1.5]},
)


def test_a_conversation_is_joined_with_its_speakers() -> None:
    record = MASKER.mask(RAW)
    lines = record.text.split("\n")
    assert lines[0] == "客服: 请提供订单号"
    assert lines[1].startswith("客户: ⟦order_no:")
    assert lines[2] == "系统: 已登记"
    assert [turn.text for turn in record.turns] == [line[4:] for line in lines]
    assert record.turns[0].at == "2026-01-04T21:36:01+08:00"
    assert [span.type for span in record.masked] == ["order_no", "phone"]


def test_what_is_not_personal_is_kept() -> None:
    record = MASKER.mask(RAW)
    assert (record.external_id, record.source, record.channel, record.rating) == ("A-1", "工单导出", "call", 2)
    assert (record.product, record.model, record.status) == ("X5", "JSQ30-X5 16升", "open")
    assert record.customer is not None
    assert record.customer.id == "C1"
    assert record.customer.region == "陕西西安"
    assert record.metadata["次数"] == 3
    assert record.metadata["好评"] is True


def test_raw_values_stand_nowhere() -> None:
    seen = repr(MASKER.mask(RAW))
    for value in ("屈建军", "屈先生", "15489215567", "154 8921 5567", "301558204716290433"):
        assert value not in seen


def test_the_same_value_has_the_same_pseudonym_everywhere() -> None:
    record = MASKER.mask(RAW)
    phone = next(record.text[s.start : s.end] for s in record.masked if s.type == "phone")
    assert record.title is not None
    assert phone in record.title
    assert record.metadata["联系电话"] == phone


def test_another_key_gives_another_pseudonym() -> None:
    assert Masker(b"other" * 8).mask(RAW).text != MASKER.mask(RAW).text


@pytest.mark.parametrize(
    ("customer", "prefix"),
    [
        (RawCustomer(id="C7", phone="13812345678"), "C7"),
        (RawCustomer(id="13812345678"), "phone-"),
        (RawCustomer(id="zhang@qq.com"), "email-"),
        (RawCustomer(phone="138-1234-5678"), "phone-"),
        (RawCustomer(name="王建国", region="湖南"), "name-"),
        (RawCustomer(name="王建国", phone="138****1234"), "name-"),
        (RawCustomer(segment="sme"), "u_"),
        (RawCustomer(name="刘先生", region="湖南"), "u_"),
        (RawCustomer(name="李某", region="湖南"), "u_"),
        (RawCustomer(name="刘先生(机主)"), "u_"),
        (RawCustomer(name="张师傅"), "u_"),
        (RawCustomer(name="小李"), "u_"),
        (RawCustomer(name="李**"), "u_"),
        (RawCustomer(name="匿名用户"), "u_"),
        (RawCustomer(phone="138****1234"), "u_"),
        (RawCustomer(name="欧阳女士", phone="138xxxx1234"), "u_"),
    ],
)
def test_who_a_customer_is(customer: RawCustomer, prefix: str) -> None:
    record = MASKER.mask(dataclasses.replace(RAW, customer=customer))
    assert record.customer is not None
    assert record.customer.id.startswith(prefix)


def test_a_customer_known_by_id_or_field_is_one_and_the_same() -> None:
    by_id = MASKER.mask(dataclasses.replace(RAW, customer=RawCustomer(id="+86 138 1234 5678")))
    by_phone = MASKER.mask(dataclasses.replace(RAW, customer=RawCustomer(phone="13812345678")))
    assert by_id.customer == by_phone.customer


def test_a_surname_or_a_hidden_telephone_makes_no_two_records_one_customer_s() -> None:
    for customer in (RawCustomer(name="刘先生", region="湖南"), RawCustomer(phone="138****1234")):
        one, other = (MASKER.mask(dataclasses.replace(RAW, external_id=i, customer=customer)) for i in ("T-1", "T-2"))
        assert one.customer
        assert other.customer
        assert one.customer.id != other.customer.id


def test_a_full_name_tells_customers_apart_with_its_region_and_the_digits_to_be_seen() -> None:
    def ident(name: str, region: str | None = None, phone: str | None = None) -> str:
        record = MASKER.mask(dataclasses.replace(RAW, customer=RawCustomer(name=name, region=region, phone=phone)))
        assert record.customer is not None
        return record.customer.id

    assert ident("王建国", "湖南") == ident("王建国先生", "湖南")
    assert ident("王建国", phone="138****1234") == ident("王建国", phone="138****1234")
    assert len({ident("王建国", "湖南"), ident("王建国", "湖北"), ident("王建国", "湖南", "138****1234")}) == 3


def test_nobody_known_is_no_customer() -> None:
    assert MASKER.mask(dataclasses.replace(RAW, customer=RawCustomer())).customer is None


def test_an_external_id_that_is_a_telephone_is_replaced() -> None:
    record = MASKER.mask(dataclasses.replace(RAW, external_id="13812345678"))
    assert record.external_id.startswith("phone-")
    assert "13812345678" not in repr(record)


def test_two_ids_around_one_telephone_stay_two() -> None:
    ids = {MASKER.mask(dataclasses.replace(RAW, external_id=f"T-13812345678-{n}")).id for n in (1, 2)}
    assert len(ids) == 2


def test_a_customer_cannot_forge_a_mask() -> None:
    record = MASKER.mask(dataclasses.replace(RAW, turns=(), text="看⟦name:abcdef⟧这里"))
    assert record.text == "看〔name:abcdef〕这里"
    assert record.masked == ()


@pytest.mark.parametrize("text", ["⟦phone:13812345678⟧", "⟦x:138123⟧", "⟦bank_card:6222020200112233⟧"])
def test_only_a_true_mask_is_left_alone(text: str) -> None:
    masked, _ = MASKER.mask_text(f"卡号{text}")
    assert "13812345678" not in masked
    assert "6222020200112233" not in masked


def test_a_model_s_answer_keeps_its_masks() -> None:
    text = "客户⟦phone:7f3a9c⟧又来电，另一号13812345678"
    masked, spans = MASKER.mask_text(text)
    assert masked.startswith("客户⟦phone:7f3a9c⟧又来电，另一号⟦phone:")
    assert [span.type for span in spans] == ["phone", "phone"]


@pytest.mark.parametrize(
    ("text", "script"), [("热水器又坏了", "hans"), ("熱水器又壞了", "hant"), ("broken again", "other"), ("", "other")]
)
def test_the_script_is_told(text: str, script: str) -> None:
    assert MASKER.mask(dataclasses.replace(RAW, turns=(), text=text)).script == script


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = load_key(tmp_path / "data")
    path = tmp_path / "data" / "masking.key"
    assert len(key) == 32
    assert load_key(tmp_path / "data") == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "data") == ["masking.key"]  # noqa: PTH208 - names alone are asked


def test_a_damaged_key_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "masking.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="damaged \\(5 bytes instead of 32\\)"):
        load_key(tmp_path)


def test_a_policy_may_keep_or_hash_a_type(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[types]\norder_no = "keep"\nphone = "hash"\n', encoding="utf-8")
    masked, _ = Masker(b"k" * 32, load_policy(path)).mask_text("订单号202511180947361285，电话13812345678")
    assert masked.startswith("订单号202511180947361285，电话⟦phone:")
    assert len(masked.rsplit(":", 1)[1]) == 17


def test_the_shipped_policy_masks_every_type() -> None:
    assert set(load_policy().actions.values()) == {"mask"}
    assert MaskingPolicy().action("phone") == "mask"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[types]\nfone = "mask"', "unknown type 'fone'"),
        ('[types]\nphone = "hide"', "allowed are mask, hash, keep"),
        ("types = 3", "must be a table"),
        ("[types", "is not TOML"),
        ('phone = "keep"', "stands outside \\[types\\]; put it under"),
        ("[other]\na = 1", "only the table \\[types\\] is known"),
    ],
)
def test_a_wrong_policy_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingError, match=message):
        load_policy(path)


def test_a_missing_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="can't be read: No such file"):
        load_policy(tmp_path / "none.toml")


def test_nothing_personal_stays_in_short_fields_names_of_fields_and_the_name_of_the_file() -> None:
    raw = dataclasses.replace(
        RAW,
        source="屈建军_15489215567_投诉",
        status="已联系屈建军",
        customer=dataclasses.replace(RAW.customer, region="陕西西安屈建军家"),
        metadata={"15489215567": "家属", "extra": {"15489215567": 1}},
    )
    seen = repr(MASKER.mask(raw))
    assert "屈建军家" not in seen
    assert "联系屈建军" not in seen
    assert "15489215567" not in seen
