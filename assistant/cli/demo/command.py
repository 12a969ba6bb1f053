"""The command itself: which engine, which directory, what is told in the end."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from assistant.bootstrap import App
from assistant.cli.demo.findings import findings_of
from assistant.cli.demo.page import Page
from assistant.cli.demo.playing import Played, in_its_stead, play, record
from assistant.cli.demo.script import read_script
from assistant.cli.demo.staging import ENGINES, EngineChoice, engine_of, prepared, recording_app, settings_for
from assistant.cli.demo.telling import show
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option, progress_bar
from assistant.cli.stages import exit_code
from assistant.errors import ModelError
from assistant.llm.recording import read_recording
from assistant.llm.replaying import RECORDING
from assistant.settings import Settings, load_settings


@click.command()
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="Who thinks: `recorded`, a real model's answers played back (where no model is set); `llm`; `rules`.",
)
@click.option("--record", "anew", is_flag=True, help="Have the model that is set answer what the recording lacks.")
@json_option
def demo(engine: EngineChoice | None, anew: bool, as_json: bool) -> None:
    """The main job on the sample corpus: 350 records in, themes, NBN ideas, proposals and answers out."""
    base = load_settings()
    if anew:
        if engine not in (None, "llm"):
            raise click.UsageError(
                f"--record asks a model, so --engine {engine} does not go with it: leave one of them out"
            )
        _record(base, as_json=as_json)
        return
    engine = engine_of(base, engine)
    settings = settings_for(base, engine)
    page = Page(base.language)
    aside = prepared(settings.data_dir) if engine == "recorded" else None
    if aside is not None:
        click.echo(page.said("moved_aside", folder=settings.data_dir, aside=aside), err=True)
    app = open_app(settings)
    with progress_bar(quiet=as_json) as progress:
        played = play(app, read_script().shown, progress, every=engine != "llm")
    if as_json:
        emit_json(_document(app, played))
    else:
        show(page, app, findings_of(app), played, _called())
    partly = 3 if in_its_stead(app, played) else 0
    click.get_current_context().exit(max(partly, *(exit_code(receipt) for receipt in played.receipts.values())))


def _document(app: App, played: Played) -> dict[str, object]:
    proposals: Sequence[object] = list(played.proposals.values())
    return {
        "engine": app.engine.name,
        "data_dir": str(app.settings.data_dir),
        "receipts": played.receipts,
        "findings": findings_of(app),
        "ideas": played.ideas,
        "proposal": proposals[0] if proposals else None,
        "proposals": {audience: one.id for audience, one in played.proposals.items()},
        "files": {one: str(path) for one, path in played.files.items()},
        "answers": played.answers,
    }


def _record(settings: Settings, *, as_json: bool) -> None:
    """Have everything said that the recording lacks, and keep it.

    Raises:
        ModelError: something could not be had; what was is kept for the next try.
    """
    before = set(read_recording(RECORDING).answers) if RECORDING.exists() else set()
    with recording_app(settings) as app, progress_bar(quiet=as_json) as progress:
        failed = record(app, read_script().questions, progress)
        if failed:
            raise ModelError(
                f"{len(failed)} things could not be recorded, what was said is kept for the next try: {'; '.join(failed[:3])}"
            )
    now = set(read_recording(RECORDING).answers)
    told = {"recorded": len(now - before), "answers": len(now), "file": str(RECORDING)}
    if as_json:
        emit_json(told)
    else:
        page = Page(settings.language)
        click.echo(page.said("recorded_told", n=told["recorded"], answers=told["answers"], path=told["file"]))


def _called() -> str:
    """How the program is called from here: by its path where it is not on the way."""
    program, here = Path(sys.argv[0]), Path.cwd()
    if program.name != "voc":
        return "voc"
    if program.is_absolute():
        return str(program.relative_to(here)) if program.is_relative_to(here) else "voc"
    return str(program) if len(program.parts) > 1 else "voc"
