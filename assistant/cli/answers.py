"""How an answer is shown at a terminal: its text, and under it what it stands on."""

from dataclasses import fields

import click

from assistant.cli.tables import Language, heading, said, show_table, word
from assistant.domain.answers import Answer, Citation, Plan
from assistant.domain.knowledge import Backing


def show_answer(answer: Answer, language: Language) -> None:
    """An answer for a reader at a terminal."""
    click.echo(answer.text)
    show_grounds(answer, language)


def show_grounds(answer: Answer, language: Language) -> None:
    """What stands under an answer's text: choices, table, figures, quotes, needs, documents, reply, warnings."""
    for n, choice in enumerate(answer.clarify, 1):
        click.echo(f"  {n}. {choice}")
    _show_figures(answer, language)
    for citation in answer.citations:
        click.secho(f"  [{citation.n}] 「{citation.quote}」 {place_of(citation, language)}", dim=True)
    for need in answer.needs[:3]:
        rungs = f"{need.surface} → {need.secondary} → {need.deep}"
        click.secho("  " + said("need", language, rungs=rungs), fg="cyan")
    for backing in answer.backings:
        click.secho("  " + _backing(backing, language), fg="green")
    if answer.suggested_reply:
        click.secho("  " + said("reply", language), bold=True, nl=False)
        click.echo(answer.suggested_reply)
    for chance in answer.opportunities:
        kind = word(str(chance.get("type", "")), language)
        click.secho("  " + said("chance", language, type=kind, quote=chance.get("quote", "")), fg="magenta")
    for warning in answer.warnings:
        click.secho("  " + said("note", language, text=warning), fg="yellow")
    click.secho("  " + said("made_by", language, engine=answer.engine, ms=answer.elapsed_ms, id=answer.id), dim=True)


def understood(plan: Plan, language: Language) -> str:
    """How a question was understood, on one line: what it asks for, its scope, what was looked for."""
    parts = [said("between_words", language).join(str(word(intent, language)) for intent in plan.intents)]
    given = {f.name: getattr(plan.filters, f.name) for f in fields(plan.filters)}
    scope = [str(word(one, language)) for value in given.values() if isinstance(value, tuple) for one in value]
    if plan.filters.since or plan.filters.until:
        scope.append(f"{plan.filters.since or ''}–{plan.filters.until or ''}")
    if plan.by is not None:
        parts.append(said("plan_by", language, by=heading(plan.by, language)))
    if scope:
        parts.append(said("plan_scope", language, scope=" · ".join(scope)))
    if plan.query:
        parts.append(said("plan_words", language, words=plan.query))
    return said("between_clauses", language).join(parts)


def place_of(citation: Citation, language: Language) -> str:
    """Where a quote is from."""
    parts = (word(citation.channel, language), citation.product, (citation.created_at or "")[:10], citation.record_id)
    return "·".join(part for part in parts if part)


def _show_figures(answer: Answer, language: Language) -> None:
    """The table, and what figures stand neither in it nor in the text."""
    shown: set[str] = set()
    if answer.table is not None:
        rows = [[_number(value) for value in row] for row in answer.table.rows]
        shown = {str(value) for row in rows for value in row}
        click.secho(answer.table.title, bold=True)
        show_table(answer.table.columns, rows, language)
    for figure in answer.figures:
        value = f"{figure.value:g}"
        if value not in answer.text and value not in shown:
            interval = f" [{figure.interval[0]:g}, {figure.interval[1]:g}]" if figure.interval else ""
            click.secho(f"  {figure.label}: {value}{figure.unit}{interval}", dim=True)


def _number(value: str | float | None) -> str | None:
    return f"{value:g}" if isinstance(value, float | int) else value


def _backing(backing: Backing, language: Language) -> str:
    page = said("page", language, n=backing.page) if backing.page else ""
    place = " ".join(part for part in (backing.heading, page) if part)
    return said("backing", language, title=backing.title, place=place, quote=backing.quote)
