"""Receivers on this machine: a webhook that answers as told and keeps what it got, and a mailbox that speaks SMTP."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OK = {"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"}


@dataclass
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Webhook:
    """What it got, and what it answers: the next of `answers`, then always that it is fine."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    """`hold` is set while nobody is to wait; cleared, requests get no answer."""


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A webhook that listens until the block ends."""
    state = Webhook()
    state.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.got.append(Got(self.path, headers, body))
            state.arrived.set()
            state.hold.wait(20)
            status, answer = state.answers.pop(0) if state.answers else (200, OK)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", f"{state.url}/elsewhere")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # the sender may be gone
    state.url = f"http://127.0.0.1:{server.server_port}"
    with _serving(server):
        yield state
        state.hold.set()


@dataclass
class Mailbox:
    """Mails that came, and what recipients are answered."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)
    recipients: bytes = b"250 fine"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server that listens until the block ends."""
    state = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(b"220 here")
            for line in self.rfile:
                word = line[:4].upper()
                if word == b"DATA":
                    self.say(b"354 go on")
                    state.mails.append(message_from_bytes(self.read_mail(), policy=default))
                elif word == b"QUIT":
                    self.say(b"221 bye")
                    return
                else:
                    self.say(state.recipients if word == b"RCPT" else b"250 fine")
                    continue
                self.say(b"250 taken")

        def read_mail(self) -> bytes:
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line.removeprefix(b"."))
            return b"".join(lines)

        def say(self, line: bytes) -> None:
            self.wfile.write(line + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    with _serving(server):
        yield state


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
