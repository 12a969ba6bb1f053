"""What masking promises of any text at all."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.domain.records import RawCustomer, RawRecord, RawTurn
from assistant.intake.privacy import Masker
from assistant.intake.privacy.addresses import find_addresses
from assistant.intake.privacy.codes import find_codes
from assistant.intake.privacy.contacts import find_contacts
from assistant.intake.privacy.folding import fold
from assistant.intake.privacy.names import find_names
from assistant.intake.privacy.numbers import find_numbers

MASKER = Masker(b"property key of thirty-two bytes")

PIECES = st.sampled_from(
    [
        "电话", "13812345678", "138 1234 5678", "１３８１２３４５６７８", "幺三八一二三四五六七八", "010-62551234", "转612",
        "身份证", "11010519491231002X", "卡号", "6222020200112233445", "订单号", "202511180947361285", "zhang@qq.com",
        "微信", "QQ", "qq:", "2846177305", "wx_zhang88", "联系人", "王建国", "王先生", "张师傅", "我叫", "，", "。", " ", "\n",
        "地址", "北京市朝阳区建国路88号3栋2单元501", "粤B12345", "护照", "E12345678", "SN", "XL5B2511D0382", "⟦", "⟧",
        "⟦phone:7f3a9c⟧", "⟦phone:13812345678⟧", "客户: ", "客服: ", "热水器漏水", "骆一鸣", "客户佟丽华反映", "、", "帮", "Daniel Wong", "5-1-802", "楼上", "1", "𝟏𝟑𝟖", "🈶", "\u200b", "\r\n", "3.2", "JSQ30-X5", "0", "1", "-",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60)


def without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text


def is_subsequence(part: str, whole: str) -> bool:
    letters = iter(whole)
    return all(letter in letters for letter in part)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("微信⟦phone:138123⟧4567890123")
@example("联系人⟦name:000000⟧13812345678")
def test_masking_a_masked_text_changes_nothing(text: str) -> None:
    once, spans = MASKER.mask_text(text)
    assert MASKER.mask_text(once) == (once, spans)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_a_search_that_is_left_out_would_have_found_nothing(text: str) -> None:
    folded = fold(text)
    written = any(c.isascii() and c.isalpha() for c in folded)
    counted = any(c.isascii() and c.isdigit() for c in folded)
    assert list(find_codes(folded, written=written)) == list(find_codes(folded, written=True))
    assert list(find_addresses(folded, written=written)) == list(find_addresses(folded, written=True))
    assert list(find_names(folded, [], written=written)) == list(find_names(folded, [], written=True))
    assert counted or not list(find_numbers(folded))
    assert counted or written or not [*find_contacts(folded), *find_codes(folded)]


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_spans_point_at_masks_and_the_rest_is_kept_letter_for_letter(text: str) -> None:
    masked, spans = MASKER.mask_text(text)
    for span in spans:
        assert masked[span.start : span.end].startswith(f"⟦{span.type}:")
        assert masked[span.start : span.end].endswith("⟧")
    places = [(span.start, span.end) for span in spans]
    assert places == sorted(places)
    assert is_subsequence(without(masked, places), text)
    if not spans:
        assert masked == text


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["customer", "agent", "system"]), TEXTS), max_size=5), TEXTS)
def test_a_record_s_turns_and_spans_lie_where_they_say(turns: list[tuple[str, str]], title: str) -> None:
    raw = RawRecord(
        source="s",
        external_id="1",
        channel="chat",
        title=title,
        turns=tuple(RawTurn(speaker, text) for speaker, text in turns),  # type: ignore[arg-type]
    )
    record = MASKER.mask(raw)
    assert [turn.speaker for turn in record.turns] == [speaker for speaker, _ in turns]
    for turn in record.turns:
        assert record.text[turn.start : turn.end] == turn.text
    for span in record.masked:
        assert record.text[span.start : span.end].startswith(f"⟦{span.type}:")
    assert MASKER.mask_text(record.text) == (record.text, record.masked)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(13_000_000_000, 19_999_999_999),
    st.text("热水器漏了，。 \n", max_size=8),
    st.text("请回电，。 \n", max_size=8),
)
def test_a_mobile_number_never_survives_in_any_spelling(number: int, before: str, after: str) -> None:
    digits = str(number)
    spellings = [
        digits,
        f"{digits[:3]} {digits[3:7]} {digits[7:]}",
        f"{digits[:3]}-{digits[3:7]}-{digits[7:]}",
        f"+86 {digits}",
        digits.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        digits.translate(str.maketrans("0123456789", "零一二三四五六七八九")),
        digits.translate(str.maketrans("0123456789", "零幺二三四五六七八九")),
        "\u200b".join((digits[:3], digits[3:7], digits[7:])),
    ]
    masks = set()
    for spelling in spellings:
        masked, spans = MASKER.mask_text(before + spelling + after)
        assert spelling not in masked
        masks |= {masked[span.start : span.end] for span in spans if span.type == "phone"}
    assert len(masks) == 1


@settings(max_examples=100, deadline=None)
@given(st.text("林郑王海燕国华丽", min_size=2, max_size=3), TEXTS, TEXTS)
def test_the_customer_s_fields_stand_nowhere_in_the_record(name: str, before: str, after: str) -> None:
    phone = "85291234567"
    raw = RawRecord(
        source="s",
        external_id=phone,
        channel="ticket",
        customer=RawCustomer(name=name, phone=phone, region="广东"),
        title=f"{name}投诉",
        text=f"{before}{name}，{phone}，{after}",
        metadata={"备注": f"{name} {phone}", "深": {"列": [phone, int(phone)]}},
    )
    seen = repr(MASKER.mask(raw))
    assert phone not in seen
    assert name not in seen or name in f"{before}{after}"
