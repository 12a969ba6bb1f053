"""The command `voc` itself: a table of commands, each loaded only when it is run, and errors turned into exit codes."""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from assistant import __version__
from assistant.cli.booked import changes
from assistant.errors import UsageError, VocError

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("assistant.cli.demo.command:demo", "The main job on the sample corpus, from files to an NBN proposal."),
    "run": ("assistant.cli.stages:run", "Everything in order, as one job: ingest, index, analyse, themes, ideas."),
    "batches": ("assistant.cli.batches:batches", "Jobs: list, show, stop, resume."),
    "ingest": ("assistant.cli.stages:ingest", "Read, map, mask and store files or folders."),
    "learn": ("assistant.cli.learning:learn", "Take in manuals, policies and release notes."),
    "documents": ("assistant.cli.learning:documents", "What the house has written down: list, remove."),
    "index": ("assistant.cli.stages:index", "Bring the search index level with the store."),
    "analyse": ("assistant.cli.stages:analyse", "Read the needs out of every record that lacks them."),
    "themes": ("assistant.cli.stages:themes", "Build or update the themes."),
    "theme": ("assistant.cli.curating:theme", "Put themes right by hand: rename, merge, split, move, lock, undo."),
    "ideas": ("assistant.cli.ideas:ideas", "NBN ideas for themes and across them."),
    "idea": ("assistant.cli.ideas:idea", "One idea: look, vote, edit, reject, restore, merge; the portfolio page."),
    "propose": ("assistant.cli.proposals:propose", "Draft an NBN proposal from an idea, a theme or a brief."),
    "proposal": (
        "assistant.cli.reviewing:proposal",
        "A proposal's life: show, edit, comment, hand over, move, history.",
    ),
    "outcome": ("assistant.cli.outcomes:outcome", "What became of a need after a launch: before and after, counted."),
    "ask": ("assistant.cli.questions:ask", "Answer a question with citations and counted figures."),
    "chat": ("assistant.cli.chatting:chat", "Question after question in one conversation."),
    "conversations": ("assistant.cli.conversations:conversations", "Conversations: list, show, delete."),
    "feedback": ("assistant.cli.judging:feedback", "A thumb up or down on an answer."),
    "pin": ("assistant.cli.judging:pin", "Pin a good answer, to be given again when the same is asked."),
    "unpin": ("assistant.cli.judging:unpin", "Take a pin off."),
    "search": ("assistant.cli.questions:search", "Find passages."),
    "stats": ("assistant.cli.impact:stats", "Counted tables."),
    "friction": ("assistant.cli.impact:friction", "What hurts customers most, counted and weighed."),
    "delight": ("assistant.cli.impact:delight", "What customers praise most."),
    "compare": ("assistant.cli.impact:compare", "Two periods or groups side by side: which differences are real."),
    "list": (
        "assistant.cli.looking:list_things",
        "List records, insights, themes, ideas, proposals, leads, customers, unanswered questions …",
    ),
    "lead": ("assistant.cli.leads:lead", "Leads: list, assign, follow to won or lost, count what became of them."),
    "customers": ("assistant.cli.customers:customers", "Customers by tags, and those of value for the private domain."),
    "alerts": ("assistant.cli.alerts:alerts", "Alerts to group robots, webhooks and e-mail; the weekly digest."),
    "show": ("assistant.cli.looking:show", "Any one thing, whole, by its id."),
    "export": ("assistant.cli.looking:export", "Take things out as csv, xlsx, json or md."),
    "erase": ("assistant.cli.erasing:erase", "Erase a customer from everything, and prove it."),
    "retain": (
        "assistant.cli.retaining:retain",
        "How long the records of a source are kept; --apply erases what is older.",
    ),
    "unmask": ("assistant.cli.unmasking:unmask", "The raw value behind a pseudonym, noted in the audit book."),
    "backup": ("assistant.cli.backups:backup", "Everything in one file, while the service runs."),
    "restore": ("assistant.cli.backups:restore", "Put a backup into an empty data directory, compared and counted."),
    "migrate-store": ("assistant.cli.moving:migrate_store", "Everything into another database: PostgreSQL, or back."),
    "serve": ("api.command:serve", "Start the web service."),
    "keys": ("assistant.cli.keys:keys", "API keys: create, list, revoke."),
    "users": ("assistant.cli.users:users", "People who log in to the pages: add, list, disable, password, role."),
    "audit": ("assistant.cli.auditing:audit", "The audit book: who did what; --verify looks whether it stands."),
    "eval": ("evals.command:evaluate", "Measure quality on the sample corpus."),
    "prompts": ("assistant.cli.prompting:prompts", "List the prompts, or show one exactly as it would be sent."),
    "probe": ("assistant.cli.health:probe", "Find out what the model endpoint can do, and remember it."),
    "doctor": ("assistant.cli.health:doctor", "Settings, database, index and model endpoint at a glance."),
}
"""Command → where it is (module:attribute) and what it does. Doors above this package are named, never imported."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="voc")
def cli() -> None:
    """Voice of the customer: from tickets to needs, themes, NBN proposals and checked answers.

    Every command takes --help and --json (one JSON document on stdout; progress goes to stderr).
    Exit codes: 0 done, 1 the job failed, 2 wrong use, 3 done in part.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `voc` and exit with its code; a person never sees a traceback for an error made on purpose."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads, idle, wait for each other at full speed
    given = list(sys.argv[1:] if arguments is None else arguments)
    code = _run(given)
    action = changes(given)
    if action is not None and code != WRONG_USE:
        try:
            importlib.import_module("assistant.cli.booking").book(action, given, code)  # needed by these commands alone
        except (VocError, OSError) as error:
            if code != 1:  # else it was said why
                told = error if isinstance(error, VocError) else error.strerror
                click.echo(_told(f"the audit book could not be written: {told}"), err=True)
    sys.exit(code)


WRONG_USE = 2


def _run(arguments: list[str]) -> int:
    try:
        with _interruptible():
            code = cli.main(args=arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.exceptions.Abort:
        click.echo(_told("stopped; what was finished is kept, the same command goes on from there"), err=True)
        code = 1
    except VocError as error:
        click.echo(_told(str(error), "error: "), err=True)
        code = WRONG_USE if isinstance(error, UsageError) else 1
    except OSError as error:  # a full disk, a folder without rights: the machine's refusal, wherever it comes
        place = f" ({error.filename})" if error.filename else ""
        refusal = f"the disk or the system refuses{place}: {error.strerror or type(error).__name__}"
        click.echo(_told(refusal, "error: "), err=True)
        code = 1
    return code if isinstance(code, int) else 0


def _told(sentence: str, mark: str = "") -> str:
    """What went wrong in the language of the settings, which may be what is wrong."""
    sentences, settings = (
        importlib.import_module(f"assistant.{name}") for name in ("sentences", "settings")
    )  # late: now alone
    try:
        chinese = settings.load_settings().language == "zh"
    except VocError:
        chinese = os.environ.get("VOC_LANGUAGE") != "en"
    said = sentences.in_chinese(sentence) if chinese else None
    return f"{'错误：' if mark else ''}{said}" if said else f"{mark}{sentence}"


@contextmanager
def _interruptible() -> Iterator[None]:
    """The first Ctrl-C has calls under way finished and kept; the second leaves at once (what is stored stays whole)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def first(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, second)
        os.write(2, b"\nstopping when the calls under way have ended; Ctrl-C again stops at once\n")
        raise KeyboardInterrupt

    def second(_number: int, _frame: FrameType | None) -> None:
        os.write(2, b"stopped at once; what was stored is kept, the same command goes on from there\n")
        os._exit(1)

    before = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
