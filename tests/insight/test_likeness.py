"""How like ideas are: by their own words, less what a house's texts share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.insight.likeness import gist_of, own_words, shared_by, spread
from vectorstore.embedders.hashing import HashingEmbedder

TEXTS = ["花洒前加缓冲水箱锁住最高温度", "按张计费的打印用量包", "独居老人每天一句平安回话", "网点之间互借备件"]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("针对“忽冷忽热”：锁住温度", "针对：锁住温度"),
        ("把「省心」的好搬过来", "把的好搬过来"),
        ("平安回话（断电失灵）", "平安回话"),
        ("能（临时）开门", "能（临时）开门"),
    ],
)
def test_what_is_quoted_is_not_the_ideas_own(text: str, own: str) -> None:
    assert own_words(text) == own
    assert gist_of(text, "做法") == f"{own}。做法"


def test_the_same_is_one_and_the_different_is_less() -> None:
    embed = HashingEmbedder().embed_documents
    shared = shared_by(TEXTS, embed)
    assert spread([TEXTS[0], TEXTS[0]], embed, shared).pairs == pytest.approx(1, abs=1e-3)
    assert spread(TEXTS, embed, shared).nearest < 0.6
    assert spread(TEXTS[:1], embed).pairs == 0


@given(st.lists(st.sampled_from(TEXTS), min_size=2, max_size=8))
def test_likeness_is_a_share_and_no_pair_is_nearer_than_the_nearest(texts: list[str]) -> None:
    rows = np.random.default_rng(0).standard_normal((len(TEXTS), 16)).astype(np.float32)

    def embed(asked: list[str]) -> np.ndarray:
        return rows[[TEXTS.index(text) for text in asked]]

    found = spread(texts, embed)
    assert 0 <= found.pairs <= found.nearest + 1e-6 <= 1 + 2e-6
