"""Voices: whose words are quoted, how, and which are left out."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.find import find
from assistant.answering.plan import Catalogue, plan
from assistant.answering.quotes import sentences
from assistant.answering.voices import opportunities_of
from assistant.domain.insights import Opportunity
from assistant.domain.records import MaskedText, Turn, customer_spans
from tests.answering.corpus import corpus
from tests.answering.fakes import MemoryStore, PhoneMasker, WordFinder, need, theme, ticket, voice_of

TODAY = date(2026, 11, 21)


def _find(store: MemoryStore, question: str, allowed: set[str] | None = None) -> list[str]:
    made = plan(question, (), Catalogue(), TODAY)
    found = find(made.query, made, allowed, store, WordFinder(store), PhoneMasker())
    assert [v.n for v in found.voices] == list(range(1, len(found.voices) + 1))
    return [voice.quote for voice in found.voices]


def test_the_sentence_that_fits_is_quoted_and_not_the_greeting() -> None:
    store = MemoryStore([ticket(1, "你们好。打印机升级之后天天掉线!请尽快处理,谢谢。")])
    assert _find(store, "升级之后掉线") == ["打印机升级之后天天掉线!"]


def test_the_quote_of_a_need_is_preferred_where_it_fits() -> None:
    record = ticket(1, "升级后打印机掉线。老板在旁边看着,打印机掉线丢死人了。")
    store = MemoryStore([record], [need(record, "老板在旁边看着,打印机掉线丢死人了")])
    assert _find(store, "打印机掉线") == ["老板在旁边看着,打印机掉线丢死人了"]


def test_words_of_agents_are_never_quoted() -> None:
    text = "客服: 打印机掉线请重启\n客户: 重启过了还是不行"
    turns = (
        Turn("agent", MaskedText("打印机掉线请重启"), 4, 12),
        Turn("customer", MaskedText("重启过了还是不行"), 17, 25),
    )
    assert _find(MemoryStore([ticket(1, text, turns=turns, channel="chat")]), "打印机掉线") == ["重启过了还是不行"]


def test_repeats_are_folded_and_a_customer_speaks_twice_at_most() -> None:
    first = ticket(1, "打印机掉线了,第一次说。")
    store = MemoryStore([
        first,
        ticket(2, "打印机掉线了,第一次说!", duplicate_of=first.id),
        *(ticket(n, f"打印机掉线,第{n}回了。", customer="cu_same") for n in range(3, 7)),
    ])  # fmt: skip
    assert len(_find(store, "打印机掉线")) == 3


def test_filters_narrow_to_nothing_rather_than_to_everything() -> None:
    assert _find(MemoryStore([ticket(1, "打印机掉线")]), "打印机掉线", set()) == []


def test_a_quote_with_personal_data_left_in_it_is_not_used() -> None:
    store = MemoryStore([ticket(1, "打印机掉线打13812345678"), ticket(2, "打印机掉线没人管")])
    assert _find(store, "打印机掉线") == ["打印机掉线没人管"]


def test_who_resents_being_sold_something_is_offered_nothing() -> None:
    records = [
        ticket(1, "想要个能换的电池"),
        ticket(2, "想要个支架,别给我推销"),
        ticket(3, "想买个套", customer="cu_2"),
    ]
    chances = [
        Opportunity("accessory", "想要个", 0, 3),
        Opportunity("accessory", "想要个", 0, 3),
        Opportunity("accessory", "想买个", 0, 3),
    ]
    insights = [
        need(r, r.text[:3], opportunities=(o,), signals={"resale_aversion": "推销" in r.text})
        for r, o in zip(records, chances, strict=True)
    ]
    voices = [voice_of(r, i, n) for n, (r, i) in enumerate(zip(records, insights, strict=True), 1)]
    assert [o["record_id"] for o in opportunities_of(voices, insights)] == [records[0].id]


def test_needs_are_those_of_the_quoted_words_first() -> None:
    record = ticket(1, "打印机掉线丢人。墨粉也贵。")
    store = MemoryStore(
        [record],
        [need(record, "墨粉也贵", "th_b"), need(record, "打印机掉线丢人", "th_a")],
        [theme("th_a", "掉线"), theme("th_b", "贵")],
    )
    made = plan("打印机掉线", (), Catalogue(), TODAY)
    found = find(made.query, made, None, store, WordFinder(store), PhoneMasker())
    assert [n.theme_id for n in found.needs] == ["th_a", "th_b"]


def test_every_sentence_of_the_corpus_is_the_customers_own() -> None:
    seen = 0
    for record in corpus().records:
        for span in sentences(record):
            seen += 1
            assert any(a <= span.start < span.end <= b for a, b in customer_spans(record))
    assert seen > 1000


@given(st.text(alphabet="好坏掉线,。!⟦phone:7f3a9c⟧\n ", max_size=400))
def test_no_quote_cuts_a_masked_value(text: str) -> None:
    record = ticket(1, text.replace("⟦", "").replace("⟧", "") + "找⟦phone:7f3a9c⟧,".join(["掉线" * 30, "", "好"]))
    for span in sentences(record):
        quote = span.of(record)
        assert quote.count("⟦") == quote.count("⟧")
