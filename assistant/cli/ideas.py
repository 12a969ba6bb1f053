"""The commands about ideas: ask for them in batch, look at one, vote, edit, reject, restore, merge, undo, and the portfolio."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from assistant.bootstrap import App
from assistant.cli.idea_page import show_history, show_idea
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, progress_bar
from assistant.cli.saving import OUTPUT
from assistant.cli.stages import brief_wait_option, finish
from assistant.cli.tables import said, show_table, word
from assistant.errors import UsageError
from assistant.insight.portfolio import render_html, render_markdown
from assistant.pipeline.actor import actor
from assistant.pipeline.idea_sheet import idea_sheet, portfolio
from assistant.pipeline.judging_ideas import decide
from assistant.records.exports import write_atomically
from assistant.records.idea_desk import IDEA_CHOICES, IDEA_LISTS, IDEA_TEXTS, IdeaEdit
from assistant.records.repository import Repository
from assistant.settings import load_settings

why_option = click.option("--why", help="Kept with the decision, for whoever asks later.")


@click.command()
@click.option("--theme", "theme_ids", multiple=True, help="Only these themes.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many themes, those with most customers first.")
@click.option("--budget-tokens", type=click.IntRange(min=0), help="Tokens this run may spend.")
@click.option("--budget-cost", type=click.FloatRange(min=0), help="Money this run may spend (currency of the prices).")
@brief_wait_option
@json_option
def ideas(
    theme_ids: tuple[str, ...],
    limit: int | None,
    budget_tokens: int | None,
    budget_cost: float | None,
    wait: int,
    as_json: bool,
) -> None:
    """NBN ideas for themes and across them: new products, better products, new customs.

    What has hardly changed since it was asked is not asked again; a run that was stopped goes on where it was.
    """
    budgets = {"budget_tokens": budget_tokens, "budget_money": budget_cost}
    app = open_app(load_settings(**{name: value for name, value in budgets.items() if value is not None}))
    with progress_bar(quiet=as_json) as progress:
        receipt = app.pipeline.patient(wait).ideas(theme_ids=theme_ids, limit=limit, progress=progress)
    finish("ideas", receipt, as_json)


@click.group()
def idea() -> None:
    """One idea: look, vote, edit, reject, restore, merge; no later run overrules you, and all of it can be undone."""


@idea.command()
@click.argument("idea_id")
@json_option
def show(idea_id: str, as_json: bool) -> None:
    """An idea whole: what it is, for whom, why now, the parts of its score, its evidence, who thinks what of it."""
    app = open_app(load_settings())
    found = idea_sheet(app.store, idea_id)
    if as_json:
        emit_json(found)
        return
    show_idea(found, load_settings().language)


@idea.command()
@click.argument("idea_id")
@click.argument("direction", type=click.Choice(["up", "down", "none"]))
@why_option
@json_option
def vote(idea_id: str, direction: str, why: str | None, as_json: bool) -> None:
    """Vote for or against an idea; one vote a person, the last counts, `none` takes it back."""
    value = {"up": 1, "down": -1, "none": 0}[direction]
    _change(lambda store, said: store.vote_idea(idea_id, value, said(why), actor()), as_json)


def _words(command: Callable[..., None]) -> Callable[..., None]:
    """An option for everything of an idea that can be written."""
    for name in reversed([*IDEA_TEXTS, *IDEA_LISTS, *IDEA_CHOICES]):
        flag, choices = f"--{name.replace('_', '-')}", IDEA_CHOICES.get(name)
        several = name in IDEA_LISTS
        command = click.option(
            flag, name, multiple=several, type=click.Choice(choices) if choices else str,
            help="All of them anew; may be repeated." if several else None,
        )(command)  # fmt: skip
    return command


@idea.command()
@click.argument("idea_id")
@_words
@why_option
@json_option
def edit(idea_id: str, why: str | None, as_json: bool, **given: Any) -> None:
    """Write an idea's words by hand; no later run writes over the idea."""
    app = open_app(load_settings())
    words = {name: _masked(app, value) for name, value in given.items() if value not in (None, ())}
    _change(lambda store, said: store.edit_idea(idea_id, words, said(why), actor()), as_json, app)


@idea.command()
@click.argument("idea_id")
@click.option("--why", required=True, help="Later runs and other people are told; ideas like it are refused.")
@json_option
def reject(idea_id: str, why: str, as_json: bool) -> None:
    """Put an idea away with a reason."""
    _change(lambda store, said: store.reject_idea(idea_id, said(why) or "", actor()), as_json)


@idea.command()
@click.argument("idea_id")
@why_option
@json_option
def restore(idea_id: str, why: str | None, as_json: bool) -> None:
    """Bring back an idea that was rejected or merged away."""
    _change(lambda store, said: store.restore_idea(idea_id, said(why), actor()), as_json)


@idea.command()
@click.argument("idea_ids", nargs=-1, required=True)
@click.option("--into", required=True, help="The idea that stays, with the others' themes and evidence.")
@why_option
@json_option
def merge(idea_ids: tuple[str, ...], into: str, why: str | None, as_json: bool) -> None:
    """Put IDEA_IDS away as part of another idea."""
    _change(lambda store, said: store.merge_ideas(idea_ids, into, said(why), actor()), as_json)


@idea.command()
@click.argument("edit_id")
@json_option
def undo(edit_id: str, as_json: bool) -> None:
    """Take a decision back; `voc idea history` shows which there are."""
    _change(lambda store, _: store.undo_idea_edit(edit_id, actor()), as_json)


@idea.command()
@click.argument("idea_id", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@json_option
def history(idea_id: str | None, limit: int, as_json: bool) -> None:
    """Who decided what about an idea, or about all, newest first."""
    found, total = open_app(load_settings()).store.idea_history(idea_id, limit)
    if as_json:
        emit_json({"items": found, "total": total})
        return
    show_history(found, total, load_settings().language)


@idea.command()
@json_option
def refused(as_json: bool) -> None:
    """Ideas of the last runs that were not kept: why, and what they are like."""
    found = [
        {"scope": scope, **one}
        for scope, row in open_app(load_settings()).store.idea_asks().items()
        for one in row["refused"]
    ]
    if as_json:
        emit_json({"items": found, "total": len(found)})
        return
    rows = [
        (one["reason"], one["title"], one["likeness"] or None, one["like_title"] or one["like_id"]) for one in found
    ]
    show_table(("reason", "title", "likeness", "like"), rows, load_settings().language)


@idea.command("portfolio")
@click.option("-o", "--output", required=True, type=OUTPUT, help="Ends in .html or .md.")
@json_option
def portfolio_page(output: Path, as_json: bool) -> None:
    """All ideas on one page, best first, by NBN type: a file to hand round (.html, self-contained, or .md)."""
    render = {".html": render_html, ".md": render_markdown}.get(output.suffix.lower())
    if render is None:
        raise UsageError(
            f"{output.name}: end the name with .html or .md; `voc export ideas -o ideas.xlsx` makes a table"
        )
    settings = load_settings()
    app = open_app(settings)
    found = portfolio(app.pipeline.context)
    app.store.note_export(output, "ideas", len(found.ideas))
    write_atomically(output, render(found, settings.language).encode("utf-8"))
    if as_json:
        emit_json({"rows": len(found.ideas), "file": str(output)})
    else:
        click.echo(f"{len(found.ideas)} ideas written to {output}")


def _masked(app: App, value: Any) -> Any:
    if isinstance(value, tuple):
        return [app.mask(line) for line in value]
    return app.mask(value)


def _change(
    change: Callable[[Repository, Callable[[str | None], str | None]], IdeaEdit], as_json: bool, app: App | None = None
) -> None:
    opened = app or open_app(load_settings())

    def masked(why: str | None) -> str | None:
        return None if why is None else opened.mask(why)

    made = decide(opened.pipeline.context, lambda store: change(store, masked))
    touched = [opened.store.idea(idea_id) for idea_id in made.ideas]
    if as_json:
        rows = [
            {"idea_id": i.id, "title": i.title, "status": i.status, "rank": i.rank, "votes": i.votes} for i in touched
        ]
        emit_json({"edit_id": made.id, "ideas": rows})
        return
    language = opened.settings.language
    for one in touched:
        status, (pro, con) = word(one.status, language, of="idea"), one.votes
        told = {"id": one.id, "status": status, "rank": f"{one.rank:.3f}", "pro": pro, "con": con, "title": one.title}
        click.echo(said("decided", language, **told))
    click.secho(said("take_back", language, id=made.id), dim=True, err=True)
