"""The command that lets people put themes right: voc theme rename, merge, split, move, lock, archive, history, undo;
and look at what needs it: voc theme health, spikes."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from assistant.bootstrap import App
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.tables import Language, percent, said, width, word
from assistant.cli.themes import lineage_line, sheet_lines
from assistant.pipeline.actor import actor
from assistant.pipeline.curating import Part, parts_by_meaning, split_by_meaning
from assistant.pipeline.watching import theme_lineage, theme_sheet, theme_spikes, themes_health
from assistant.records.curation import Edit
from assistant.records.membership import WORDS
from assistant.records.repository import Repository
from assistant.settings import load_settings

_FLAGS = {
    "lock": ("locked", True, "Close a theme's membership: it keeps the members it has and gets no other."),
    "unlock": ("locked", False, "Open a theme's membership again."),
    "archive": ("archived", True, "Put a theme away: it keeps its members and is not listed."),
    "restore": ("archived", False, "Bring back a theme that was put away."),
}


@click.group()
def theme() -> None:
    """Put themes right by hand; no later run overrules you, and every edit can be undone."""


@theme.command()
@click.argument("theme_id")
@click.option("--title")
@click.option("--definition", help="What belongs here and what does not.")
@click.option("--surface")
@click.option("--secondary")
@click.option("--deep")
@click.option("--deep-category")
@json_option
def rename(theme_id: str, as_json: bool, **words: str | None) -> None:
    """Write a theme's words by hand: title, definition, rungs of the ladder."""
    app = open_app(load_settings())
    given = {name: app.mask(text) for name in WORDS if (text := words[name]) is not None}
    _change(lambda store: store.reword_theme(theme_id, given, actor()), as_json, app)


@theme.command()
@click.argument("theme_ids", nargs=-1, required=True)
@click.option("--into", required=True, help="The theme that stays.")
@json_option
def merge(theme_ids: tuple[str, ...], into: str, as_json: bool) -> None:
    """Put the members of THEME_IDS into another theme."""
    _change(lambda store: store.merge_themes(theme_ids, into, actor()), as_json)


@theme.command()
@click.argument("theme_id")
@click.option("--insight", "insight_ids", multiple=True, help="To take out; may be repeated.")
@click.option("--title", help="What the new theme is called.")
@click.option("--by-meaning", is_flag=True, help="Find the parts that it falls into, and name them.")
@click.option("--dry-run", is_flag=True, help="With --by-meaning: show the parts, change nothing.")
@json_option
def split(
    theme_id: str, insight_ids: tuple[str, ...], title: str | None, by_meaning: bool, dry_run: bool, as_json: bool
) -> None:
    """Take insights out of a theme into a new one, or split it into the parts that its members' words fall into."""
    if by_meaning == bool(insight_ids and title) or (by_meaning and (insight_ids or title)):
        raise click.UsageError("say what goes (--insight ID … --title TEXT), or have the parts found (--by-meaning)")
    if dry_run and not by_meaning:
        raise click.UsageError("--dry-run goes with --by-meaning: what you name goes as you name it")
    app = open_app(load_settings())
    if dry_run:
        _show_parts(parts_by_meaning(app.pipeline.context, theme_id), as_json, app.settings.language)
        return
    if by_meaning:
        _show(split_by_meaning(app.pipeline.context, theme_id, actor()), as_json, app)
        return
    masked = app.mask(str(title))
    _change(lambda store: store.split_theme(theme_id, insight_ids, masked, actor()), as_json, app)


@theme.command()
@click.argument("insight_ids", nargs=-1, required=True)
@click.option("--to", required=True, help="The theme they belong to.")
@json_option
def move(insight_ids: tuple[str, ...], to: str, as_json: bool) -> None:
    """Put insights into a theme, from wherever they are."""
    _change(lambda store: store.move_insights(insight_ids, to, actor()), as_json)


@theme.command()
@click.argument("edit_id")
@json_option
def undo(edit_id: str, as_json: bool) -> None:
    """Take an edit back; `voc theme history` shows which there are."""
    _change(lambda store: store.undo_edit(edit_id, actor()), as_json)


@theme.command()
@click.argument("theme_id", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@json_option
def history(theme_id: str | None, limit: int, offset: int, as_json: bool) -> None:
    """Who changed what about the themes, newest first; of THEME_ID its lineage, oldest first: split, merged, renamed."""
    settings = load_settings()
    store = open_app(settings).store
    if theme_id is not None:
        lineage = theme_lineage(store, theme_id)
        shown = lineage[offset : offset + limit]
        if as_json:
            emit_json({"items": shown, "total": len(lineage)})
            return
        for event in shown:
            click.echo(lineage_line(event, settings.language))
        return
    edits, total = store.theme_edits(limit, offset)
    if as_json:
        emit_json({"items": edits, "total": total})
        return
    for edit in edits:
        what = ", ".join(f"{event['kind']} {event['theme_id']}" for event in edit["events"])
        undone = "  (undone)" if edit["undone_at"] and "undone" not in what else ""
        click.echo(f"{edit['at'][:16]}  {edit['edit_id']}  {edit['actor']}  {what}{undone}")
    click.secho(said("decisions", settings.language, shown=len(edits), total=total), dim=True, err=True)


@theme.command()
@click.argument("theme_id")
@json_option
def show(theme_id: str, as_json: bool) -> None:
    """A theme whole: its ladder, months, how sure its trend is, waves, lineage and voices."""
    settings = load_settings()
    store = open_app(settings).store
    sheet, lineage = theme_sheet(store, theme_id), theme_lineage(store, theme_id)
    if as_json:
        emit_json({**sheet, "history": lineage})
        return
    for line in sheet_lines(sheet, lineage, settings.language):
        click.echo(line)


@theme.command()
@json_option
def health(as_json: bool) -> None:
    """Duplicates, overlaps, what is too wide or too thin, what has no theme, each with the edit that would mend it."""
    app = open_app(load_settings())
    found = themes_health(app.pipeline.context)
    if as_json:
        emit_json(found)
        return
    low, high = found.interval
    language = app.settings.language
    click.echo(
        said(
            "theme_health", language, themes=found.themes, classified=found.classified, insights=found.insights,
            share=percent(found.unclassified_share), low=percent(low), high=percent(high),
        )
    )  # fmt: skip
    for finding in found.findings:
        kind = str(word(finding.kind, language))
        click.echo(f"{kind}{' ' * max(1, 13 - width(kind))}{finding.why}")
        click.secho(f"             {finding.suggestion}", dim=True)
    if not found.findings:
        click.echo(said("theme_healthy", language))


@theme.command()
@click.argument("theme_id", required=False)
@json_option
def spikes(theme_id: str | None, as_json: bool) -> None:
    """Weeks in which a theme was far louder than usual, the latest first, with the quotes that made it."""
    app = open_app(load_settings())
    if theme_id is not None:
        app.store.theme(theme_id)
    found = theme_spikes(app.store, theme_id)
    if as_json:
        emit_json({"items": found, "total": len(found)})
        return
    for wave in found:
        told = said(
            "theme_wave", app.settings.language, since=wave["since"], until=wave["until"], observed=wave["observed"],
            expected=f"{wave['expected']:.1f}",
            state=said("wave_over" if wave["over"] else "wave_on", app.settings.language),
        )  # fmt: skip
        click.echo(f"{told}  {wave['theme_id']}  {wave['title']}")
        for quote in wave["quotes"]:
            click.secho(f"    {quote['day']}  {quote['external_id']}  {quote['quote']}", dim=True)
    if not found:
        click.echo(said("no_waves", app.settings.language))


def _flag(name: str, flag: str, value: bool, text: str) -> click.Command:
    @click.argument("theme_id")
    @json_option
    def command(theme_id: str, as_json: bool, **_: Any) -> None:
        _change(lambda store: store.flag_theme(theme_id, flag, value, actor()), as_json)

    return click.command(name, help=text)(command)


for _name, (_flag_name, _value, _text) in _FLAGS.items():
    theme.add_command(_flag(_name, _flag_name, _value, _text))


def _change(change: Callable[[Repository], Edit], as_json: bool, app: App | None = None) -> None:
    app = app or open_app(load_settings())
    _show(app.pipeline.curate(change), as_json, app)


def _show(edit: Edit, as_json: bool, app: App) -> None:
    language = app.settings.language
    touched = [app.store.theme(theme_id) for theme_id in edit.themes]
    if as_json:
        themes = [{"theme_id": t.id, "title": t.title, "records": t.records, "customers": t.customers} for t in touched]
        emit_json({"edit_id": edit.id, "themes": themes})
        return
    for one in touched:
        told = said("theme_line", language, id=one.id, customers=one.customers, records=one.records, title=one.title)
        click.echo(told)
    click.secho(said("theme_take_back", language, id=edit.id), dim=True, err=True)


def _show_parts(parts: Sequence[Part], as_json: bool, language: Language) -> None:
    if as_json:
        emit_json({"items": parts, "total": len(parts)})
        return
    for part in parts:
        title = part.words.get("title") or said("part_stays", language)
        click.secho(said("part", language, title=title, records=part.records, customers=part.customers), bold=True)
        for quote in part.quotes:
            click.echo(f"  {quote}")
    click.secho(said("nothing_changed", language), dim=True, err=True)
