"""The commands that ask: ask, search."""

from typing import Any

import click

from assistant.answering.understanding import Understood
from assistant.bootstrap import App
from assistant.cli.answers import show_answer
from assistant.cli.conversations import user_option
from assistant.cli.filters import filter_options, filters_of
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.tables import said
from assistant.settings import load_settings


@click.command()
@click.argument("question")
@filter_options
@click.option(
    "--conversation", metavar="ID", help="Ask in this conversation: what was asked in it before is understood."
)
@user_option
@json_option
def ask(question: str, conversation: str | None, user: str, as_json: bool, **values: Any) -> None:
    """Answer QUESTION with citations and counted figures, or say what is missing."""
    app = open_app(load_settings())
    tell_of_stale_index(app)
    answer = app.talks.ask(question, filters_of(values), conversation_id=conversation, owner=user)
    if as_json:
        emit_json(answer)
    else:
        show_answer(answer, app.settings.language)


def tell_of_stale_index(app: App) -> None:
    """Say on stderr how many records search can't see yet."""
    if stale := app.store.unindexed_count():
        click.echo(said("not_found_yet", app.settings.language, n=stale), err=True)


@click.command()
@click.argument("query")
@filter_options
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option(
    "--literally", is_flag=True, help="Take the words as they are: read no dates, products or groups in them."
)
@click.option("--recent", is_flag=True, help="Put the newer of what is about equally near first.")
@json_option
def search(query: str, limit: int, literally: bool, recent: bool, as_json: bool, **values: Any) -> None:
    """Find passages for QUERY; dates, products and groups that it names narrow the search."""
    if not query.strip():
        raise click.UsageError("say what to look for: QUERY is blank")
    app = open_app(load_settings())
    tell_of_stale_index(app)
    masked = app.mask(query)
    found = app.lookup.search(masked, filters_of(values), limit, literally=literally, recent=recent)
    hits = found.hits
    if as_json:
        emit_json({"query": masked, "understood": found.understood, "hits": hits})
        return
    tell_understood(found.understood)
    if not hits:
        click.echo("nothing found")
    for hit in hits:
        place = "·".join(str(hit[k]) for k in ("external_id", "channel", "product", "created_at") if hit[k])
        click.secho(f"{hit['score']:.3f}  {place}", bold=True)
        click.echo("       " + str(hit["text"]).replace("\n", "\n       "))


def tell_understood(understood: Understood) -> None:
    """Say on stderr how a query was read, where something was read out of it."""
    for name in understood.named:
        value = getattr(understood.filters, name)
        click.echo(f"{name}: {value if isinstance(value, str) else ', '.join(value or ())}", err=True)
    for note in understood.notes:
        click.echo(note, err=True)
    if understood.named:
        click.echo(f"looked for: {understood.query} (--literally takes the words as they are)", err=True)
