"""Numbers told piece by piece, names of every kind, and the values that look personal and are not."""

import pytest

from assistant.domain.records import RawCustomer, RawRecord
from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy import Masker
from assistant.intake.privacy.engine import Engine, find, taken_out
from assistant.intake.privacy.policy import MaskingPolicy

MASKER = Masker(b"k" * 32)
PHONE = "16912345678"


def found(text: str) -> list[tuple[PiiType, str]]:
    return [(f.type, text[f.start : f.end]) for f in find(text)]


@pytest.mark.parametrize(
    "said",
    [
        "１６９１２３４５６７８", "169 1234 5678", "+86 169-1234-5678", "0086-16912345678", "幺六九幺二三四五六七八",
        "一六九 一二三四 五六七八", "壹陆玖壹贰叁肆伍陆柒捌", "幺六九，一二三四，呃，五六七八", "16912 345 678",
    ],
)  # fmt: skip
def test_every_spelling_of_a_telephone_has_one_pseudonym(said: str) -> None:
    assert MASKER.mask_text(f"电话{said}")[0] == MASKER.mask_text(f"电话{PHONE}")[0]


def test_the_digits_of_three_eights_are_three() -> None:
    once, twice = (MASKER.mask_text(f"号码{said}")[0] for said in ("幺六零二四八四，然后三个八，幺", "16024848881"))
    assert once == twice


def test_a_number_spread_over_turns_is_masked_piece_by_piece_as_one_value() -> None:
    text = "客户: 一六九\n客服: 嗯\n客户: 一二三四\n客服: 好的\n客户: 五六七八\n客服: 记下了"
    assert [said for _, said in found(text)] == ["一六九", "一二三四", "五六七八"]
    masked, spans = MASKER.mask_text(text)
    assert {masked[s.start : s.end] for s in spans} == {str(MASKER.mark("phone", PHONE))}


@pytest.mark.parametrize(
    "said", ["一百六十九", "1380，480，6000元", "四零零八二零八八二零", "二零二六年八月十五号", "400-820-8820"]
)
def test_counts_prices_dates_and_hotlines_stay(said: str) -> None:
    assert found(f"说是{said}左右") == []


@pytest.mark.parametrize("said", ["我叫王建国", "客户王建国先生", "联系人：王建国", "王建国女士说"])
def test_a_full_name_is_the_same_with_and_without_a_form_of_address(said: str) -> None:
    assert str(MASKER.mark("name", "王建国")) in MASKER.mask_text(said)[0]


def test_a_surname_alone_keeps_its_form_of_address() -> None:
    assert MASKER.mark("name", "王先生") != MASKER.mark("name", "王女士")
    assert MASKER.mark("name", "欧阳先生") != MASKER.mark("name", "欧阳女士")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("收件人 阿依古丽·买买提，新疆", "阿依古丽·买买提"),
        ("借款人拉姆次仁，逾期", "拉姆次仁"),
        ("学员布仁巴雅尔转班", "布仁巴雅尔"),
        ("客户TAN WEI LING，汇款未到", "TAN WEI LING"),
        ("Hi, my name is Sarah Tan. It broke", "Sarah Tan"),
        ("请补。钟离春 少两颗螺丝", "钟离春"),
        ("金在熙（韩籍）来过", "金在熙"),
        ("客服: 机主姓名?\n客户: 付晓\n客服: 好", "付晓"),
        ("物业何主任代报电梯异响", "何主任"),
        ("老用户逄师傅来电", "逄师傅"),
    ],
)
def test_names_of_every_kind(text: str, name: str) -> None:
    assert ("name", name) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "安装的王师傅和李工都很好", "雷军和董明珠都代言过", "张小泉剪刀旁边的周大福", "我叫了三次师傅", "联系人：本人，电话见附件",
        "型号KFR-35GW/NhGc1B，固件V5R019C10S125", "执行标准GB4706-2005", "物料码10203040506070809", "在协和医院3楼等",
        "中山北路与虎踞路路口", "验证码739281收不到", "短信号1069012345678发来的", "条码6921168509256",
    ],
)  # fmt: skip
def test_what_only_looks_personal_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("住重庆市沙坪坝区大学城中路21号龙湖U城5栋2-1207，急", "重庆市沙坪坝区大学城中路21号龙湖U城5栋2-1207"),
        ("3栋2单元1502漏水到楼下", "3栋2单元1502"),
        ("送香港新界沙田大圍顯徑邨顯貴樓18樓1806室", "香港新界沙田大圍顯徑邨顯貴樓18樓1806室"),
        ("at Flat 7C, 15/F, Tower 3, Harbour View, Kowloon tel", "Flat 7C, 15/F, Tower 3, Harbour View, Kowloon"),
    ],
)
def test_addresses_down_to_the_room(text: str, address: str) -> None:
    assert any(kind == "address" and address in said for kind, said in found(text))


def test_orders_whose_word_comes_after_them() -> None:
    assert found("48300000001 49100000002这两个订单都没到") == [
        ("order_no", "48300000001"),
        ("order_no", "49100000002"),
    ]


def test_a_name_recognised_once_is_masked_wherever_it_stands() -> None:
    masked, _ = MASKER.mask_text("联系人：郜经纬。后来又说郜经纬不在家")
    assert "郜经纬" not in masked


def test_what_was_taken_out_is_told_in_the_raw_text() -> None:
    text = f"打{PHONE}，客户王建国先生"
    engine = Engine(b"k" * 32, MaskingPolicy())
    assert [(s.type, text[s.start : s.end]) for s in taken_out(engine, text)] == [
        ("phone", PHONE),
        ("name", "王建国先生"),
    ]


@pytest.mark.parametrize("named", ["王建国", "16912345678", "010-62557813", "6217001225039989906"])
def test_an_id_that_is_a_person_s_value_is_not_kept(named: str) -> None:
    assert named not in repr(MASKER.mask(_raw("T1", named)))


def _raw(external_id: str, customer: str = "C1") -> RawRecord:
    return RawRecord("tickets", external_id, "ticket", customer=RawCustomer(id=customer), text="漏水")


def test_an_id_made_of_the_content_is_keyed() -> None:
    from_one, from_other = (Masker(key).mask(_raw("x0123456789abcde-2")).external_id for key in (b"a" * 32, b"b" * 32))
    assert from_one != from_other
    assert from_one.startswith("x")
    assert from_one.endswith("-2")
    assert "0123456789abcde" not in from_one
