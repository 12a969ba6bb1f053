"""Words are cut as jieba cuts them, one by one."""

import math
from typing import Any

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jieba import finalseg

from evals.benches.texts import sources
from vectorstore.cutting import Cutter
from vectorstore.text import normalise, word_list

NAMES = ("云净小魔方", "净水器滤芯", "门锁")
LETTERS = "的一是了我不人在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里门锁没电打开小魔方净水器滤芯漏客服安装师傅上门收费かなé龦"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    jieba.setLogLevel("CRITICAL")
    made = jieba.Tokenizer()
    made.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    made.initialize()
    for word in (*word_list("domain"), *NAMES):
        made.add_word(word)
    return made


@pytest.fixture(scope="module")
def cutter(tokenizer: Any) -> Cutter:
    return Cutter(tokenizer.FREQ, tokenizer.total, finalseg.cut)


def test_real_texts_are_cut_as_by_jieba(tokenizer: Any, cutter: Cutter) -> None:
    texts = [normalise(text) for text in sources()[0][:1_500]]
    runs = {
        run for text in texts for run in "".join(c if not c.isascii() and c.isalpha() else " " for c in text).split()
    }
    assert len(runs) > 500
    for run in runs:
        assert cutter.words(run) == tokenizer.lcut_for_search(run)
        assert cutter.plain(run) == tokenizer.lcut(run)


@settings(deadline=None, max_examples=300)
@given(
    run=st.text(alphabet=LETTERS, max_size=30)
    | st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))
)
def test_any_run_is_cut_as_by_jieba(tokenizer: Any, cutter: Cutter, run: str) -> None:
    assert cutter.words(run) == tokenizer.lcut_for_search(run)


def test_of_two_ways_equally_likely_the_longer_word_wins() -> None:
    cutter = Cutter({"甲": 1, "甲乙": 1, "乙": 1, "乙丙": 1, "丙": 1}, round(math.e), iter)
    assert cutter.plain("甲乙丙") == ["甲乙", "丙"]
