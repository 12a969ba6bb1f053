"""The command that shows the whole way on the sample corpus."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import click

from assistant.bootstrap import App
from assistant.cli.answers import show_answer
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, progress_bar, show_receipt
from assistant.cli.stages import exit_code
from assistant.cli.tables import Language, said
from assistant.domain.answers import Answer
from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.proposals import Proposal
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import zh
from assistant.errors import ModelError
from assistant.insight.markdown import render
from assistant.intake.reading import ReadOptions
from assistant.records.exports import write_atomically
from assistant.settings import load_settings

QUESTIONS = ("8月有多少条关于打印机掉线的反馈？", "门锁没电把客户关在门外，客户真正在意什么，怎么回复？")
"""One that is counted, one that is found and explained."""

TOP = 5


@click.command()
@json_option
def demo(as_json: bool) -> None:
    """The main job on the sample corpus: 350 records in, themes, NBN ideas, a proposal and two answers out."""
    base = load_settings()
    settings = base.model_copy(update={"data_dir": base.data_dir / "demo", "database_url": None})
    app = open_app(settings)
    receipts = _run(app, quiet=as_json)
    themes = app.store.themes()[:TOP]
    ideas = _one_of_each(app.store.all_ideas())
    if not ideas:
        problem = receipts["analyse"].problem or "the engine gave none that could be kept"
        raise ModelError(f"the demo ends without an idea: {problem}")
    proposal = app.pipeline.propose(ideas[0].id)
    target = settings.data_dir / f"proposal-{proposal.id}.md"
    write_atomically(target, render(proposal, settings.language).encode("utf-8"))
    answers = [app.ask.ask(question, Filters()) for question in QUESTIONS]
    if as_json:
        emit_json({"receipts": receipts, "themes": themes, "ideas": ideas, "proposal": proposal, "answers": answers})
    else:
        for stage, receipt in receipts.items():
            show_receipt(stage, asdict(receipt))
        _show_themes(app, themes)
        _show_ideas(ideas)
        _show_proposal(proposal, target)
        _show_answers(answers, settings.language)
        _show_way_on(app, settings.data_dir)
    click.get_current_context().exit(max(exit_code(receipt) for receipt in receipts.values()))


def _run(app: App, *, quiet: bool) -> dict[str, Any]:
    with as_file(files("assistant.sample") / "xinglan" / "source") as source, progress_bar(quiet=quiet) as progress:
        return dict(app.pipeline.run([source], ReadOptions(), progress=progress))


def _one_of_each(ranked: Iterable[Idea]) -> list[Idea]:
    """The best idea of each NBN type, from different themes where that can be."""
    chosen: list[Idea] = []
    met: set[str] = set()
    ideas = list(ranked)
    for kind in dict.fromkeys(idea.nbn_type for idea in ideas):
        of_kind = [idea for idea in ideas if idea.nbn_type == kind]
        idea = next((i for i in of_kind if not met & set(i.theme_ids)), of_kind[0])
        chosen.append(idea)
        met |= set(idea.theme_ids)
    return chosen


def _heading(text: str) -> None:
    click.echo()
    click.secho(f"── {text} ", fg="cyan", bold=True)


def _show_themes(app: App, themes: list[Theme]) -> None:
    totals = app.counting.totals(Filters())
    _heading(f"需求主题：{totals.records} 条反馈、{totals.customers} 位客户，说得最多的 {len(themes)} 个")
    for n, theme in enumerate(themes, 1):
        click.secho(f"{n}. {theme.title}", bold=True, nl=False)
        click.echo(f"  {theme.records} 条 / {theme.customers} 位客户 · 趋势 {zh(theme.trend)} · {theme.id}")
        for rung, word, standing in (
            ("表象", theme.surface, theme.standing.surface),
            ("次深层", theme.secondary, theme.standing.secondary),
            (f"深层·{zh(theme.deep_category)}", theme.deep, theme.standing.deep),
        ):
            click.echo(f"   {rung}：{word}（{zh(standing)}）")
        for voice in app.store.theme_voices(theme.id, 1):
            click.secho(f"   「{voice.quote}」 {zh(voice.channel)} {(voice.created_at or '')[:10]}", fg="green")


def _show_ideas(ideas: list[Idea]) -> None:
    _heading("NBN 点子：每类最高分一个")
    for idea in ideas:
        click.secho(f"{zh(idea.nbn_type)}：{idea.title}", bold=True, nl=False)
        click.echo(f"  （{idea.score:.2f} 分，engine: {idea.engine}，{idea.id}）")
        click.echo(f"   要完成的事：{idea.job_to_be_done}")
        click.echo(f"   做法：{idea.concept}")


def _show_proposal(proposal: Proposal, target: Path) -> None:
    coverage = proposal.coverage
    _heading(f"NBN 提案（草稿）：{proposal.title}")
    click.echo(proposal.summary)
    low, high = coverage.interval
    click.echo(
        f"   {coverage.records_supporting} 条 / {coverage.customers_supporting} 位客户支持，"
        f"占已读 {coverage.records_read} 条的 {coverage.share:.1%}（95% 区间 {low:.1%}–{high:.1%}）"
    )
    for evidence in proposal.evidence[:3]:
        click.secho(f"   [{evidence.n}] 「{evidence.quote}」", fg="green")
    click.echo(f"   全文：{target}")


def _show_answers(answers: list[Answer], language: Language) -> None:
    for answer in answers:
        _heading(f"问：{answer.question}")
        show_answer(answer, language)


def _show_way_on(app: App, data_dir: Path) -> None:
    language, settings = app.settings.language, app.settings
    _heading(said("way_on", language))
    data = json.dumps(str(data_dir), ensure_ascii=False)
    click.echo(said("way_on_page", language, data=data, url=f"http://{settings.host}:{settings.port}/"))
    click.echo(said("way_on_ask", language, data=data))
    click.echo(said("way_on_files", language))
    if app.engine.name == "rules":
        click.echo(said("way_on_model", language))
