"""What a model read is searched for in the asker's own words too; and whose need comes first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import pytest

from assistant.answering.plan import plan
from assistant.answering.ports import Hit
from assistant.answering.searching import Sources
from assistant.answering.stepping import gather_either
from assistant.answering.understanding import catalogue_of
from assistant.domain.filters import Filters
from tests.answering.fakes import MemoryCounting, MemoryStore, PhoneMasker, WordFinder, need, theme, ticket
from tests.answering.test_dates import TODAY

STORE = MemoryStore([ticket(1, "装机师傅现场乱加钱，一百八。"), ticket(2, "师傅没来，耽误挣钱。")])


@dataclass
class Listening:
    """A finder that notes what it is asked."""

    finder: WordFinder
    asked: list[str] = field(default_factory=list)

    def search(self, query: str, *, allowed: Collection[str] | None, limit: int) -> Sequence[Hit]:
        self.asked.append(query)
        return self.finder.search(query, allowed=allowed, limit=limit)


@pytest.mark.parametrize(
    ("words", "searched"),
    [
        ("师傅 加钱", "装机师傅现场乱加钱"),
        ("师傅 加价", "装机师傅现场乱加钱 加价"),
        ("收费", "收费"),
    ],
)
def test_a_whole_phrase_is_searched_for(words: str, searched: str) -> None:
    catalogue = catalogue_of(STORE, None)
    finder = Listening(WordFinder(STORE))
    sources = Sources(STORE, MemoryCounting(STORE), finder, PhoneMasker(), catalogue)
    by_rules = plan("装机师傅现场乱加钱，用户怎么反映的", (), catalogue, TODAY)
    read = replace(by_rules, intents=("find",), query=words, made_by="llm")
    followed, gathered = gather_either(read, by_rules, Filters(), sources)
    assert finder.asked[0] == searched
    assert followed.query == words or followed is by_rules
    assert gathered.voices


@pytest.mark.parametrize(("by_voices", "first"), [(True, "th_power"), (False, "th_bill")])
def test_the_need_that_most_voices_speak_of_leads_where_rules_word_it(by_voices: bool, first: str) -> None:
    spoken = [
        "打印机墨水发票对不上账，催了三回。",
        "墨水用得太快，一周一盒。",
        "墨水才两天就空了。",
        "墨水空得莫名其妙。",
    ]
    records = [ticket(n, text) for n, text in enumerate(spoken)]
    needs = [need(record, record.text, "th_power" if n else "th_bill") for n, record in enumerate(records)]
    store = MemoryStore(records, needs, [theme("th_power", "耗得太快"), theme("th_bill", "墨水发票对不上账")])
    catalogue = catalogue_of(store, None)
    made = plan("墨水怎么回", (), catalogue, TODAY)
    sources = Sources(store, MemoryCounting(store), WordFinder(store), PhoneMasker(), catalogue, by_voices)
    _, gathered = gather_either(made, made, Filters(), sources)
    assert [one.theme_id for one in gathered.needs][:1] == [first]
    assert gathered.figures[0].label.startswith("「耗得太快」" if by_voices else "「墨水发票")
