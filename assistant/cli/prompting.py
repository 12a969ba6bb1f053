"""The command that shows what a model is told: the prompts as files, and as they would be sent, letter for letter."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import click
from pydantic import BaseModel

from assistant.bootstrap import App, chat_endpoint
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.domain.drafts import ReadingsDraft
from assistant.errors import UsageError
from assistant.insight.ideas import Ask
from assistant.llm.budget import estimate_tokens
from assistant.llm.cache import MemoryCache
from assistant.llm.chat import opening
from assistant.llm.engine import ModelEngine
from assistant.llm.reader import PROMPT
from assistant.llm.shapes import shape_of
from assistant.llm.showing import ShowingEndpoint, Shown, caught
from assistant.pipeline.ideating import materials, plan_ideas
from assistant.settings import load_settings
from prompts import PromptError, RenderedPrompt, load, prompt_names

_OF_THEME = ("name_theme", "suggest_ideas", "draft_proposal")
_OF_QUESTION = ("plan_question", "answer_question")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a request."""

    role: str
    content: str


@click.group()
def prompts() -> None:
    """What a model is told: list the prompts, or show one as it would be sent."""


@prompts.command("list")
@json_option
def list_prompts(as_json: bool) -> None:
    """Every prompt with its purpose and the digest that results are keyed by."""
    found = [load(name) for name in prompt_names()]
    rows = [{"name": p.name, "purpose": p.purpose, "variables": sorted(p.variables), "digest": p.digest} for p in found]
    if as_json:
        emit_json({"items": rows, "total": len(rows)})
        return
    for prompt in found:
        click.echo(f"{prompt.name:26} {prompt.digest[:12]}  {prompt.purpose}")


@prompts.command("show")
@click.argument("name")
@click.option("--record", "records", multiple=True, metavar="ID", help="Of a record; several: as they share a call.")
@click.option("--theme", metavar="ID", help="Of a theme.")
@click.option("--question", metavar="TEXT", help="Of a question.")
@json_option
def show_prompt(name: str, records: tuple[str, ...], theme: str | None, question: str | None, as_json: bool) -> None:
    """One prompt: the file as it is, or with --record, --theme or --question what would be sent, and the schema."""
    settings = load_settings(**({"language": "en"} if ".en" in name else {}))
    try:
        prompt = load(name, settings.language)
    except PromptError as error:
        raise UsageError(f"{error}") from None
    if not (records or theme or question):
        _show_file(prompt.name, prompt.system, prompt.user, prompt.digest, as_json)
        return
    planner = "auto" if prompt.name.startswith("plan_question") else "rules"
    model = settings.model_copy(update={"engine": "llm", "planner": planner})
    app = open_app(model, endpoint=ShowingEndpoint(settings.chat_model), calls=MemoryCache())
    shown = list(_asked(app, prompt.name, records, theme, question))
    if not shown:
        raise UsageError(f"nothing would be asked with {prompt.name} for this: the product answers by itself")
    known = chat_endpoint(model, app.settings.data_dir).knowledge
    rung = known.rung or known.ladder[0]
    requests = [_request(rung, one.prompt, one.schema) for one in shown]
    if as_json:
        emit_json({"prompt": prompt.name, "digest": prompt.digest, "asked_as": rung, "requests": requests})
        return
    for request in requests:
        for message in request["messages"]:
            click.secho(f"--- {message['role']} ---", bold=True)
            click.echo(message["content"])
        click.secho(f"--- answer: {request['schema_name']}, asked for as {rung} ---", bold=True)
        click.echo(json.dumps(request["schema"], ensure_ascii=False))
        click.secho(f"about {request['tokens']} tokens", dim=True, err=True)


def _show_file(name: str, system: str, user: str, digest: str, as_json: bool) -> None:
    if as_json:
        emit_json({"prompt": name, "digest": digest, "system": system, "user": user})
        return
    for role, text in (("system", system), ("user", user)):
        click.secho(f"--- {role} ---", bold=True)
        click.echo(text)


def _asked(app: App, name: str, records: Sequence[str], theme: str | None, question: str | None) -> Iterable[Shown]:
    """What would be asked first with this prompt, by the very code that asks it.

    Raises:
        UsageError: this prompt is not asked for what was named.
        NotFoundError: no such record or theme.
    """
    engine = app.engine
    assert isinstance(engine, ModelEngine)
    base = name.partition(".")[0]
    if base == PROMPT and records:
        pack = [app.store.record(any_id) for any_id in records]
        return [Shown(prompt, ReadingsDraft) for prompt in engine.reading_prompts(pack)]
    if base == "suggest_ideas" and theme:
        asks = [ask for ask in _planned(app, theme) if theme in (ask.scope, *ask.theme_ids[:1])]
        return caught([partial(engine.suggest_ideas, ask.material, ask.brief) for ask in asks[:1]])
    if base in _OF_THEME and theme:
        app.store.theme(theme)
        material = materials(app.pipeline.context, [theme])
        if base == "draft_proposal":
            return caught([lambda: app.pipeline.propose(theme)])
        return caught([lambda: engine.name_theme(material[0][0])] if material else [])
    if base in _OF_QUESTION and question:
        return caught([lambda: app.ask.ask(question)])
    options = {PROMPT: "--record", **dict.fromkeys(_OF_QUESTION, "--question"), **dict.fromkeys(_OF_THEME, "--theme")}
    wanted = options.get(base)
    raise UsageError(
        f"{name} is asked of something else: give {wanted}" if wanted else f"{name} can only be shown bare"
    )


def _planned(app: App, scope: str) -> list[Ask]:
    """What is asked for a theme, or for a group of themes by its id."""
    if scope.startswith("tg_"):
        return plan_ideas(app.pipeline.context)
    app.store.theme(scope)
    return plan_ideas(app.pipeline.context, [scope], groups=False)


def _request(rung: Any, prompt: RenderedPrompt, schema: type[BaseModel]) -> dict[str, Any]:
    messages = [Message(role, text) for role, text in opening(rung, prompt, schema)]
    return {
        "messages": [asdict(message) for message in messages],
        "schema_name": schema.__name__,
        "schema": shape_of(schema),
        "tokens": estimate_tokens("".join(message.content for message in messages)),
    }
