"""The ideas stage end to end: every theme asked once, people never overruled, counts kept true, erased words gone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.bootstrap import App, open_app
from assistant.domain.drafts import IdeasDraft
from assistant.domain.filters import Filters
from assistant.domain.themes import ThemeMaterial
from assistant.errors import ModelAnswerError, SettingError, UsageError
from assistant.intake.shapes import ReadOptions
from assistant.llm.budget import BudgetExceeded
from assistant.pipeline.idea_sheet import idea_sheet, portfolio
from assistant.pipeline.ideating import plan_ideas, run_ideas
from assistant.pipeline.judging_ideas import decide
from assistant.settings import Settings
from tests.insight.samples import idea_draft
from tests.insight.scripted import ScriptedEngine

SAID = {
    ("X5", "燃气热水器"): (
        "洗澡洗到一半水忽然变冰，孩子吓哭了",
        "水温忽冷忽热，烫得老人直跳",
        "一开厨房龙头洗澡水就变凉，烫过一回",
    ),
    ("L3", "门锁"): (
        "门锁没电把我关在门外两个小时",
        "半夜门锁突然没电，一家人进不去",
        "锁没电之前一声不吭，孩子被锁在外面",
    ),
    ("P2", "打印机"): (
        "打印机升级之后天天掉线，领导等着要文件",
        "升级完打印机就脱网，重启也没用",
        "打印机掉线掉到想退货，客户在旁边看着",
    ),
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Eighteen tickets of three needs, read and grouped by the rules; no ideas yet."""
    rows = []
    for round_ in range(2):
        for (product, _), texts in SAID.items():
            for n, text in enumerate(texts):
                who = {"id": f"{product}-{round_}-{n}", "segment": "consumer" if n else "sme"}
                rows.append({"id": f"{product}{round_}{n}", "channel": "ticket", "product": product, "customer": who,
                             "created_at": f"2026-0{1 + round_ * 3 + n}-11T09:00:00+08:00",
                             "text": f"{text}，第{round_ + 1}回反映了"})  # fmt: skip
    source = tmp_path / "tickets.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    built = open_app(Settings(engine="rules", data_dir=tmp_path / "data", language="zh"))
    for stage, _ in built.pipeline.run([source], ReadOptions()):
        if stage == "themes":
            break
    assert built.store.themes()
    yield built
    built.store.database.close()


def by(app: App, engine: ScriptedEngine) -> None:
    """Ideas by a scripted engine."""
    run_ideas(replace(app.pipeline.context, engine=engine))


PIECES = (
    ("花洒缓冲水箱", "花洒前加一段水箱，锁住最高温度"), ("钥匙扣应急电", "借给邻里的小电源，贴上就能开一次门"),
    ("升级可退", "固件什么时候装由主人定，坏了退回旧版"), ("忙时备用机", "同城店铺互相借用，记账还情"),
    ("平安回话", "夜里有个真人打来问一句"), ("维修病历", "每次上门做了什么都写成一页"),
    ("按张付费", "机器算厂家的，印多少付多少"), ("旧物接力", "送新时把旧的估价带走"),
)  # fmt: skip


def saying(prefix: str = "") -> ScriptedEngine:
    met: list[str] = []

    def ideas(material: ThemeMaterial) -> IdeasDraft:
        if material.theme.id not in met:
            met.append(material.theme.id)
        title, concept = PIECES[met.index(material.theme.id) % len(PIECES)]
        return IdeasDraft(
            ideas=[idea_draft(title=prefix + title, concept=concept, evidence=[v.n for v in material.voices])]
        )

    return ScriptedEngine(on_ideas=ideas, concurrency=1)


def test_every_theme_gets_ideas_and_nothing_is_asked_twice(app: App) -> None:
    first, again = app.pipeline.ideas(), app.pipeline.ideas()
    assert first.done == first.themes + first.groups > 0
    assert first.coverage == 1
    assert (again.done, again.suggested, again.skipped) == (0, 0, {"unchanged": first.done})
    assert again.ideas == first.ideas


def test_what_is_counted_is_what_the_counting_engine_counts(app: App) -> None:
    app.pipeline.ideas()
    for idea in app.store.all_ideas():
        if len(idea.theme_ids) == 1:
            rows = app.counting.rows("segment", Filters(theme=idea.theme_ids))
            assert dict(idea.segments) == {row.key: row.customers for row in rows}
            assert idea.customers == app.store.theme(idea.theme_ids[0]).customers
        assert idea.why_now


def test_a_run_that_breaks_off_goes_on_where_it_was(app: App) -> None:
    calls = []

    def sometimes(material: ThemeMaterial) -> IdeasDraft:
        calls.append(material.theme.id)
        if len(calls) == 2:
            raise ModelAnswerError("blank")
        if len(calls) > 2:
            raise BudgetExceeded("used up")
        return IdeasDraft(ideas=[idea_draft()])

    context = replace(app.pipeline.context, engine=ScriptedEngine(on_ideas=sometimes, concurrency=1))
    first = run_ideas(context)
    assert first.done == 1
    assert first.failed == {"model_answer": 1}
    assert first.skipped == {"budget": first.themes + first.groups - 2}
    engine = saying("续")
    second = run_ideas(replace(app.pipeline.context, engine=engine))
    assert second.skipped == {"unchanged": 1}
    assert engine.calls == second.done == second.themes + second.groups - 1


def test_another_engine_asks_anew_but_overrules_nobody(app: App) -> None:
    by(app, saying("甲"))
    one, two, *_ = (idea for idea in app.store.all_ideas() if len(idea.theme_ids) == 1)
    decide(
        app.pipeline.context, lambda store: store.edit_idea(one.id, {"title": "我改的", "features": ["一"]}, None, "王")
    )
    decide(app.pipeline.context, lambda store: store.vote_idea(two.id, 1, "对路", "李"))
    app.pipeline.ideas()
    now = {idea.id: idea for idea in app.store.all_ideas()}
    assert now[one.id].title == "我改的"
    assert now[two.id].votes == (1, 0)
    assert {idea.engine for idea in now.values() if idea.id not in (one.id, two.id)} == {"rules"}


def test_a_rejected_idea_is_not_suggested_again(app: App) -> None:
    by(app, saying("甲"))
    idea = app.store.all_ideas()[0]
    decide(app.pipeline.context, lambda store: store.reject_idea(idea.id, "做过了", "王"))

    class Renamed(ScriptedEngine):
        def identity(self, task: str) -> str:
            return f"other-{task}"

    again = Renamed(on_ideas=saying("甲").on_ideas)
    receipt = run_ideas(replace(app.pipeline.context, engine=again))
    assert receipt.rejected["rejected_before"] >= 1
    refused = app.store.idea_asks()[idea.scope]["refused"]
    assert [(one["reason"], one["like_id"]) for one in refused] == [("rejected_before", idea.id)]
    assert idea.title not in [one.title for one in app.store.all_ideas()]


def test_an_edit_that_sells_parts_is_marked_and_ranked_down(app: App) -> None:
    by(app, saying("甲"))
    idea = app.store.all_ideas()[0]
    edit = decide(
        app.pipeline.context,
        lambda store: store.edit_idea(idea.id, {"concept": "主推原厂滤网，扩大耗材收入"}, None, "王"),
    )
    assert app.store.idea(idea.id).marks == ("parts_selling",)
    assert app.store.idea(idea.id).rank < idea.rank
    decide(app.pipeline.context, lambda store: store.undo_idea_edit(edit.id, "王"))
    assert app.store.idea(idea.id).marks == idea.marks
    assert app.store.idea(idea.id).rank == idea.rank


def test_decisions_are_taken_back_in_order(app: App) -> None:
    by(app, saying("甲"))
    idea = app.store.all_ideas()[0]
    context = app.pipeline.context
    first = decide(context, lambda store: store.edit_idea(idea.id, {"title": "一"}, None, "王"))
    second = decide(context, lambda store: store.edit_idea(idea.id, {"title": "二"}, None, "王"))
    with pytest.raises(UsageError, match=second.id):
        decide(context, lambda store: store.undo_idea_edit(first.id, "王"))
    decide(context, lambda store: store.undo_idea_edit(second.id, "王"))
    decide(context, lambda store: store.undo_idea_edit(first.id, "王"))
    assert app.store.idea(idea.id).title == idea.title
    with pytest.raises(UsageError, match="already"):
        decide(context, lambda store: store.undo_idea_edit(first.id, "王"))
    assert [one["events"][0]["kind"] for one in app.store.idea_history(idea.id)[0]] == [
        "undone",
        "undone",
        "edited",
        "edited",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "nothing to write"),
        ({"title": " "}, "title must have"),
        ({"title": "长" * 41}, "title must have"),
        ({"features": ["一"] * 9}, "features takes at most"),
        ({"nbn_type": "newest"}, "none of new_product"),
        ({"score": 1}, "can't be written"),
    ],
)
def test_words_that_make_no_sense_are_refused(app: App, words: dict[str, object], said: str) -> None:
    by(app, saying("甲"))
    idea = app.store.all_ideas()[0]
    with pytest.raises(UsageError, match=said):
        app.store.edit_idea(idea.id, words, None, "王")


def test_the_house_file_weighs_and_is_checked(app: App) -> None:
    app.pipeline.ideas()
    before = {idea.id: idea.score for idea in app.store.all_ideas()}
    file = app.settings.data_dir / "ideas.toml"
    file.write_text(
        "[weights]\nreach = 1\nseverity = 0\nevidence = 0\ntrend = 0\neffort = 0\nfit = 0\n", encoding="utf-8"
    )
    app.pipeline.ideas()
    assert all(idea.score == pytest.approx(idea.score_parts["reach"], abs=1e-3) for idea in app.store.all_ideas())
    assert before != {idea.id: idea.score for idea in app.store.all_ideas()}
    for text, said in (
        ("[weights]\nreech = 1\n", "reech"),
        ('[[focus]]\nname = "x"\n', "names products"),
        ("x = [", "TOML"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SettingError, match=said):
            app.pipeline.ideas()


def test_an_idea_on_the_market_is_refused_by_name(app: App) -> None:
    company = '[[releases]]\nproduct = "L3"\nversion = "2.0"\nwhat = "低电量提前三周语音提醒全家"\n'
    (app.settings.data_dir / "company.toml").write_text(f'name = "星澜"\n{company}', encoding="utf-8")
    told = [ask.brief for ask in plan_ideas(app.pipeline.context) if ask.material.products[0][0] == "L3"]
    assert told[0].released == ("L3 低电量提前三周语音提醒全家",)

    def ideas(material: ThemeMaterial) -> IdeasDraft:
        return IdeasDraft(ideas=[idea_draft(title="低电量提前三周语音提醒", concept="低电量提前三周语音提醒全家")])

    receipt = run_ideas(replace(app.pipeline.context, engine=ScriptedEngine(on_ideas=ideas)))
    assert receipt.rejected["released"] >= 1
    refused = [one for row in app.store.idea_asks().values() for one in row["refused"] if one["reason"] == "released"]
    assert refused[0]["like_id"] == "release:L3 2.0"


def test_an_erased_customer_is_in_no_decision_and_no_refusal(app: App) -> None:
    by(app, saying("甲"))
    record = app.store.record("L300")
    idea = next(
        i
        for i in app.store.all_ideas()
        if any(v["record_id"] == record.id for v in idea_sheet(app.store, i.id)["voices"])
    )
    quote = next(v["quote"] for v in idea_sheet(app.store, idea.id)["voices"] if v["record_id"] == record.id)
    decide(
        app.pipeline.context,
        lambda store: store.edit_idea(idea.id, {"audience": f"说{record.text}的人"}, f"因为{record.text}", "王"),
    )
    decide(app.pipeline.context, lambda store: store.edit_idea(idea.id, {"audience": "夜归的人"}, None, "王"))
    receipt = app.pipeline.erase_record("L300")
    assert receipt.proved
    history = json.dumps(app.store.idea_history()[0], ensure_ascii=False)
    assert quote not in history
    assert str(record.text) not in history


def test_the_portfolio_holds_every_idea_in_force(app: App) -> None:
    app.pipeline.ideas()
    found = portfolio(app.pipeline.context)
    assert len(found.ideas) == len(app.store.all_ideas())
    assert all(card.quotes and card.themes for card in found.ideas)
    assert found.coverage == 1
