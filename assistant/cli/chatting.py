"""`voc chat`: question after question in one conversation, at a terminal or from a pipe."""

import contextlib
import io
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import click

from assistant.bootstrap import App
from assistant.cli.answers import place_of, show_grounds, understood
from assistant.cli.conversations import user_option
from assistant.cli.filters import filter_options, filters_of
from assistant.cli.judging import comment_of
from assistant.cli.opening import open_app
from assistant.cli.output import emit_json, json_option
from assistant.cli.questions import tell_of_stale_index
from assistant.cli.tables import said
from assistant.domain.answers import Answer, Plan
from assistant.domain.filters import Filters
from assistant.errors import VocError
from assistant.pipeline.actor import actor
from assistant.settings import load_settings

_AROUND = 300
"""Characters shown on either side of a quote."""


@click.command()
@filter_options
@click.option("--conversation", metavar="ID", help="Go on with this conversation.")
@user_option
@json_option
def chat(conversation: str | None, user: str, as_json: bool, **values: Any) -> None:
    """Ask question after question; what was asked before is understood. /help lists the commands, /quit ends.

    Reads lines from a pipe too. Nothing typed is kept but the masked questions and their answers.
    """
    app = open_app(load_settings())
    tell_of_stale_index(app)
    talk = Chat(app, user, filters_of(values), conversation, quiet=as_json)
    talk.tell("chat_hello", id=talk.conversation)
    with _stoppable():
        _converse(talk)
    if as_json:
        emit_json({"conversation_id": talk.conversation, "owner": user, "answers": talk.answers})
    elif talk.answers:
        talk.tell("chat_bye", id=talk.conversation)


class Chat:
    """One user's talk: takes lines, commands or questions, and shows what comes of them."""

    def __init__(self, app: App, user: str, filters: Filters, conversation: str | None, *, quiet: bool) -> None:
        """`quiet`: show nothing but errors; the answers are for a script."""
        self._app, self._user, self._filters, self._quiet = app, user, filters, quiet
        self.conversation = conversation or _new_id()
        self.answers: list[Answer] = []

    def take(self, line: str) -> bool:
        """Do what a line says; False where it ends the talk."""
        text = line.strip()
        if text in ("/quit", "/exit", "/q"):
            return False
        try:
            if text.startswith("/"):
                self._obey(*_parted(text[1:]))
            elif text:
                self._ask(self._chosen(text))
        except VocError as error:
            click.echo(f"error: {self._app.mask(str(error))}", err=True)
        return True

    def tell(self, sentence: str, **filled: object) -> None:
        """One of the command line's own sentences, beside the answers."""
        if not self._quiet:
            click.secho(said(sentence, self._app.settings.language, **filled), dim=True, err=True)

    def _ask(self, question: str) -> None:
        told = ""
        stream = self._app.talks.stream(question, self._filters, conversation_id=self.conversation, owner=self._user)
        with closing(stream) as events:
            for event in events:
                if event.kind == "waiting" and not told:
                    self.tell("chat_waiting")
                elif event.kind == "token" and isinstance(event.data, str):
                    told += event.data
                    self._show(event.data)
                elif isinstance(event.data, Plan):
                    self.tell("chat_plan", told=understood(event.data, self._app.settings.language))
                elif isinstance(event.data, Answer):
                    self._finish(event.data, told)

    def _finish(self, answer: Answer, told: str) -> None:
        self.answers.append(answer)
        if self._quiet:
            return
        self._show("\n")
        if told.split() != answer.text.split():  # what was told on the way gave way to something else
            self._show(f"{answer.text}\n")
        show_grounds(answer, self._app.settings.language)

    def _show(self, text: str) -> None:
        if not self._quiet:
            click.echo(text, nl=False)

    def _chosen(self, text: str) -> str:
        """A question, or the one that a number chooses from those offered."""
        choices = self.answers[-1].clarify if self.answers else ()
        return choices[int(text) - 1] if text.isdecimal() and 1 <= int(text) <= len(choices) else text

    def _obey(self, command: str, rest: str) -> None:
        if command == "help":
            self.tell("chat_help")
        elif command == "new":
            self.conversation = _new_id()
            self.tell("chat_new", id=self.conversation)
        elif command not in ("sources", "plan", "pin", "unpin", "up", "down"):
            self.tell("chat_unknown", command=f"/{command}")
        elif not self.answers:
            self.tell("chat_nothing")
        else:
            self._of_last(self.answers[-1], command, rest)

    def _of_last(self, answer: Answer, command: str, rest: str) -> None:
        if command == "sources":
            self._sources(answer, rest)
        elif command == "plan" and answer.plan is None:
            self.tell("chat_no_plan")
        elif command == "plan" and answer.plan is not None:
            language = self._app.settings.language
            told = (understood(answer.plan, language), *answer.plan.notes)
            self.tell("chat_plan", told=said("between_clauses", language).join(told))
        elif command == "pin":
            self._app.pins.pin(answer.id, actor())
            self._note("pin", answer)
            self.tell("pinned", id=answer.id, question=answer.question)
        elif command == "unpin":
            self._app.pins.unpin(answer.id)
            self._note("unpin", answer)
            self.tell("unpinned", id=answer.id)
        elif command in ("up", "down"):
            self._app.store.save_feedback(answer.id, command, comment_of(self._app.masker, rest), actor())
            self._note("feedback", answer)
            self.tell("thumbed", id=answer.id)

    def _note(self, action: str, answer: Answer) -> None:
        """The line of the audit book that the command of this name gets."""
        self._app.store.note(actor(), action, answer.id, "", 1)

    def _sources(self, answer: Answer, wanted: str) -> None:
        """The words around the quotes of an answer, or around one of them."""
        found = [citation for citation in answer.citations if wanted in ("", str(citation.n), f"[{citation.n}]")]
        if not found:
            self.tell(*(("chat_no_source",) if wanted else ("chat_sources",)), n=wanted)
        for citation in found:
            text = self._app.store.record(citation.record_id).text
            before, after = text[max(0, citation.start - _AROUND) : citation.start], text[citation.end :][:_AROUND]
            if not self._quiet:
                click.secho(f"[{citation.n}] {place_of(citation, self._app.settings.language)}", bold=True)
                click.echo(f"{before}{click.style(citation.quote, underline=True)}{after}\n")


def _converse(talk: Chat) -> None:
    """Lines to the end, to /quit, or to a second Ctrl-C with nothing under way."""
    stopped = False
    while True:
        try:
            line = _read()
            stopped = False
        except EOFError:
            return
        except KeyboardInterrupt:
            click.echo(err=True)
            if stopped:
                return
            stopped = True
            continue
        try:
            if not talk.take(line):
                return
        except KeyboardInterrupt:
            click.echo(err=True)
            talk.tell("chat_stopped")


def _read() -> str:
    """The next line, edited by readline at a terminal.

    Raises:
        EOFError: there are no more.
    """
    if sys.stdin.isatty():
        return input("> ")
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C interrupts what is under way and nothing more; at a terminal lines can be edited, and no history is kept."""
    if sys.stdin.isatty():
        with contextlib.suppress(ImportError):  # some systems have none
            import readline  # noqa: F401 - it changes what `input` does
    elif isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _parted(text: str) -> tuple[str, str]:
    command, _, rest = text.partition(" ")
    return command.lower(), rest.strip()


def _new_id() -> str:
    return "cv_" + secrets.token_hex(8)
