import pytest

from vectorstore.relevance import above_floor, is_about


@pytest.mark.parametrize(
    ("words", "known", "best", "about"),
    [
        (["漏水"], {"漏水": 3}, [{"漏水"}], True),
        (["漏水"], {}, [{"掉线"}], False),
        (["法国", "大革命", "原因"], {"原因": 20}, [{"原因"}], False),
        (["老人", "听不懂", "方言"], {"老人": 20, "方言": 2}, [{"老人"}, {"方言"}], True),
        ([], {}, [{"漏水"}], False),
        (["漏水"], {"漏水": 3}, [], True),
    ],
)
def test_weighs_what_is_known(words: list[str], known: dict[str, int], best: list[set[str]], about: bool) -> None:
    assert is_about(words, known, 100, best) is about


def test_floor_spares_what_shares_words() -> None:
    assert above_floor({1: 0.9, 2: 0.5, 3: 0.4}, {1: 0.8, 2: 0.05, 3: 0.05}, [3, 4], 0.1) == {1, 3}
