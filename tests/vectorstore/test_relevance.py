import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vectorstore.building import PARTS, filled, texts
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.relevance import Asked, Bar, Known, above_floor, bar, evidence, heard_of
from vectorstore.text import Analyzer, meanings, word_list

CORPUS = Known(100, {"漏水": 30, "原因": 20, "今天": 5}, {"漏水": 30, "原因": 20, "今天": 5})
GENERAL = {"原因": 400.0, "今天": 900.0, "漏水": 0.5, "大革命": 20.0}


def asked(*words: str, trade: bool = False) -> Asked:
    return Asked(frozenset(words), frozenset(words), trade)


def unheard_of(_word: str) -> float:
    return 0.0


def weigh(of: Asked) -> float:
    return evidence(of, CORPUS, lambda word: GENERAL.get(word, 0.0))


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (asked("漏水"), asked("今天")),
        (asked("漏水"), asked("漏水", "大革命")),
        (asked("原因"), asked("原因", "大革命")),
        (asked("今天", trade=True), asked("今天")),
        (Asked(frozenset({"断电"}), frozenset(), trade=True, others=frozenset({"漏水"})), asked("断电")),
    ],
)
def test_what_speaks_for_a_query(more: Asked, less: Asked) -> None:
    assert weigh(more) > weigh(less)


ELSEWHERE = Asked(frozenset({"原因"}), frozenset(), trade=False, elsewhere=frozenset({"大革命"}))


def test_a_word_of_other_matters_speaks_against_a_query_unless_the_corpus_says_it_itself() -> None:
    assert weigh(ELSEWHERE) < weigh(replace(ELSEWHERE, elsewhere=frozenset()))
    own = replace(ELSEWHERE, elsewhere=frozenset({"漏水"}))
    assert weigh(own) == weigh(replace(own, elsewhere=frozenset()))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (asked(), False),
        (asked("大革命"), False),
        (asked("停电", trade=True), False),
        (asked("漏水"), True),
        (Asked(frozenset({"大革命"}), frozenset({"原因"}), trade=False), True),
        (Asked(frozenset({"断电"}), frozenset(), trade=True, others=frozenset({"漏水"})), True),
    ],
)
def test_what_a_corpus_has_never_heard_of(query: Asked, expected: bool) -> None:
    assert heard_of(query, CORPUS) is expected


def test_nothing_known_is_less_evidence_than_anything_known() -> None:
    assert weigh(asked("大革命")) < weigh(asked("今天")) < weigh(asked("漏水"))


def test_the_bar_is_what_most_questions_from_elsewhere_do_not_reach() -> None:
    probes = [*[asked("大革命")] * 19, asked("漏水")]
    assert bar(probes, CORPUS, unheard_of) < bar([asked("漏水")], CORPUS, unheard_of)
    assert bar([ELSEWHERE], CORPUS, unheard_of) > evidence(ELSEWHERE, CORPUS, unheard_of)


def test_an_empty_list_of_questions_from_elsewhere_refuses_little() -> None:
    assert bar([], CORPUS, unheard_of) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("今天股票涨了吗", {"股票"}),
        ("怎么炒菜油烟才小", set()),
        ("個人所得稅怎麼退", {"个人所得税"}),
        ("打印机掉线", set()),
        ("用Python写", {"python"}),
    ],
)
def test_words_of_other_matters(text: str, words: set[str]) -> None:
    assert words <= Analyzer().of_other_matters(text) if words else not Analyzer().of_other_matters(text)


def test_the_bar_is_measured_once_for_each_state() -> None:
    kept, heights = Bar(), iter([0.5, 0.7])
    assert [kept.at(key, lambda: next(heights)) for key in (1, 1, 2)] == [0.5, 0.5, 0.7]


def test_floor_spares_what_shares_words() -> None:
    assert above_floor({1: 0.9, 2: 0.5, 3: 0.4}, {1: 0.8, 2: 0.05, 3: 0.05}, [3, 4], 0.1) == {1, 3}


@pytest.mark.parametrize("count", [20, 320])
def test_small_and_larger_corpora_refuse_what_is_not_theirs(tmp_path: Path, count: int) -> None:
    documents = dict(list(texts().items())[:: 320 // count])
    index, _ = filled(tmp_path, documents, LocalEmbedder())
    assert not [query for query in PARTS["off_topic"] if index.search(query)]
    answered = [query for query in word_list("elsewhere") if index.search(query)]
    assert len(answered) <= 0.15 * len(word_list("elsewhere")), answered
    lost = [
        query
        for query in ("热水器漏水了怎么办", "锁没电开不了", "路由器老断线", "师傅总改时间")
        if not index.search(query)
    ]
    assert not lost


def test_no_word_of_goods_and_service_is_a_word_of_other_matters() -> None:
    cut = Analyzer()
    ours = [*word_list("trade"), *word_list("domain"), *itertools.chain.from_iterable(meanings())]
    assert not [word for word in ours if cut.of_other_matters(word)]
