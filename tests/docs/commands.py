"""The reference of the command line, out of the commands themselves."""

import re
from collections.abc import Iterator, Sequence
from typing import cast

import click

from assistant.cli.filters import filter_options
from assistant.cli.main import COMMANDS, cli

SECTIONS = {
    "The whole way": ("demo", "run", "batches"),
    "Files and documents in": ("ingest", "learn", "documents"),
    "Stages one by one": ("index", "analyse", "themes", "ideas"),
    "Asking": ("ask", "chat", "conversations", "feedback", "pin", "unpin"),
    "Looking and counting": ("search", "stats", "friction", "delight", "compare", "list", "show", "export"),
    "Deciding": ("theme", "idea", "propose", "proposal", "outcome"),
    "Customers, leads, alerts": ("customers", "lead", "alerts"),
    "Personal data": ("erase", "retain", "unmask"),
    "The service and who may come in": ("serve", "keys", "users", "audit"),
    "Backup and moving": ("backup", "restore", "migrate-store"),
    "Health, prompts, measuring": ("doctor", "probe", "prompts", "eval"),
}
"""Heading → commands under it; what is named nowhere comes last, under Others."""


@filter_options
def _filtered() -> None: ...


BAR = r"\|"
UNTOLD = {"limit": "At most so many.", "offset": "Leave out so many of the first."}
"""Options that say nothing of themselves."""
FILTERS = {option.name for option in _filtered.__click_params__}  # type: ignore[attr-defined]


def commands_part() -> str:
    """Every command with its arguments and options."""
    context = click.Context(cli, info_name="voc")
    named = {name for names in SECTIONS.values() for name in names}
    sections = {**SECTIONS, "Others": tuple(name for name in COMMANDS if name not in named)}
    lines: list[str] = []
    for heading, names in sections.items():
        if names:
            lines += [f"## {heading}", ""]
        for name in names:
            command = cli.get_command(context, name)
            assert command is not None, f"{name} is in SECTIONS and no command"
            for one, where in _tree(command, click.Context(command, info_name=name, parent=context)):
                lines += _told(one, where)
    return "\n".join(lines).rstrip()


def resolved(words: Sequence[str]) -> tuple[click.Context, click.Command, list[str]]:
    """The command that words name, and what is left of them.

    Raises:
        LookupError: there is no such command.
    """
    context, found, rest = click.Context(cli, info_name="voc"), cast("click.Command", cli), list(words)
    while isinstance(found, click.Group) and rest and re.fullmatch(r"[a-z][a-z-]*", rest[0]):
        below = found.get_command(context, rest[0])
        if below is None:
            raise LookupError(f"there is no `{context.command_path} {rest[0]}`")
        context, found, rest = click.Context(below, info_name=rest[0], parent=context), below, rest[1:]
    return context, found, rest


def _tree(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _tree(below, click.Context(below, info_name=name, parent=context))


def _told(command: click.Command, context: click.Context) -> list[str]:
    arguments = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
    group = isinstance(command, click.Group)
    head = " ".join([context.command_path, *arguments, *(["COMMAND"] if group else [])])
    lines = [f"{'###' if context.command_path.count(' ') == 1 else '####'} `{head}`", "", _help(command), ""]
    rows = [row for one in _own(command) if (row := _row(one, context))]
    if rows:
        lines += ["| option | |", "|---|---|", *rows, ""]
    if _filters(command):
        lines += ["And the [filters](#filters).", ""]
    if not group and not any(one.name == "as_json" for one in command.params):
        lines += ["Knows no `--json`.", ""]
    return lines


def _help(command: click.Command) -> str:
    text = (command.help or "").replace("\b", "")
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _own(command: click.Command) -> list[click.Option]:
    hidden = {"as_json", *(FILTERS if _filters(command) else ())}
    return [one for one in command.params if isinstance(one, click.Option) and one.name not in hidden]


def _filters(command: click.Command) -> bool:
    return {one.name for one in command.params} >= FILTERS


def _row(option: click.Option, context: click.Context) -> str | None:
    record = option.get_help_record(context)
    if record is None:
        return None
    name, text = record
    name = re.sub(r"(INTEGER|FLOAT)( RANGE)?", "N", name)
    if not option.help:
        plain = UNTOLD.get(option.name or "", f"Its {(option.name or '').replace('_', ' ')}, anew.")
        text = f"{plain}  {text}".strip()
    return f"| `{name.replace('|', BAR)}` | {text.replace('|', BAR)} |"
