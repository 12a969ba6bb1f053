"""The command that tells what became of a need after a launch."""

from dataclasses import asdict
from typing import Any

import click

from assistant.cli.filters import Day
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.domain.outcomes import Launch
from assistant.insight.outcome_words import tell
from assistant.pipeline.actor import actor
from assistant.pipeline.measuring import measure, title_of
from assistant.settings import load_settings


@click.command()
@click.argument("proposal")
@click.option("--launched", type=Day(), help="The day of the launch; left out, that of the last outcome.")
@click.option("--product", "products", multiple=True, help="Product or model; default: those the need is told of.")
@click.option("--model", help="Only this model.")
@click.option("--region", help="Only regions that begin so.")
@click.option("--window", type=click.IntRange(7, 730), default=60, show_default=True, help="Days before and after.")
@click.option("--hoped", type=click.FloatRange(0.05, 0.95), default=0.5, show_default=True, help="Hoped-for ratio.")
@json_option
def outcome(proposal: str, launched: str | None, products: tuple[str, ...], as_json: bool, **said: Any) -> None:
    """What became of the need of PROPOSAL (or a theme) after its launch: counted before and after.

    Says when it is too early or too few to tell. A launched proposal is `measured` once the whole window has passed.
    """
    app = open_app(load_settings())
    launch = Launch(launched, products, **said) if launched else None
    if launch is None and (products or said["model"] or said["region"]):
        raise click.UsageError("say when it was launched too: --launched 2026-09-05")
    found = measure(app.pipeline.context, proposal, launch, actor())
    lines = tell(found, app.settings.language, title_of(app.pipeline.context, proposal))
    if as_json:
        emit_json({**asdict(found), "effective": found.effective, "failing": found.failing, "told": lines})
        return
    click.secho(lines[0], bold=True)
    for line in lines[1:]:
        click.echo(line)
