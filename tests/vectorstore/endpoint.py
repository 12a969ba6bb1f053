"""A real little server that speaks the OpenAI embeddings protocol over loopback, with faults on demand."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from vectorstore.embedders.hashing import HashingEmbedder


@dataclass
class Endpoint:
    """Where the server listens, what it was asked, and what it shall answer next."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Consumed one a request: ``429``, ``500``, ``401``, ``short`` (a vector too few), ``nan``, ``text``, ``wide``
    (other dimension), ``mixed`` (other order), ``base64`` (whatever was asked for), ``wait`` (429, Retry-After)."""
    most: int = 10_000
    """Texts in one request; more are refused with 400."""
    says: str = "too many inputs"
    longest: int = 10_000
    """Characters of one text; more are refused with 400."""

    @property
    def paid(self) -> list[str]:
        """The texts of all requests that were answered with vectors."""
        return [text for texts in self.answered for text in texts]

    answered: list[list[str]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Endpoint]:
    """The server while the block runs."""
    endpoint = Endpoint()
    model = HashingEmbedder(64)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            endpoint.requests.append(asked)
            fault = endpoint.faults.pop(0) if endpoint.faults else ""
            if fault.isdigit():
                self.reply(int(fault), json.dumps({"error": {"message": "no", "type": "x"}}))
            elif fault == "wait":
                self.reply(429, json.dumps({"error": {"message": "slow down"}}), {"Retry-After": "0.2"})
            elif len(asked["input"]) > endpoint.most:
                self.reply(400, json.dumps({"error": {"message": endpoint.says}}))
            elif any(len(text) > endpoint.longest for text in asked["input"]):
                self.reply(400, json.dumps({"error": {"message": "input is too long"}}))
            elif fault == "text":
                self.reply(200, "<html>busy</html>")
            else:
                self.reply(200, json.dumps(self.embeddings(asked, fault)))

        def embeddings(self, asked: dict[str, Any], fault: str) -> dict[str, Any]:
            texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
            rows = model.embed_documents(texts)[: len(texts) - (fault == "short")]
            if fault == "nan":
                rows[0, 0] = float("nan")
            if fault == "wide":
                rows = np.concatenate([rows, rows], axis=1)
            coded = "base64" in (asked.get("encoding_format"), fault)
            values = [base64.b64encode(row.tobytes()).decode() if coded else row.tolist() for row in rows]
            data = [{"object": "embedding", "index": at, "embedding": value} for at, value in enumerate(values)]
            if fault == "mixed":
                data.reverse()
            endpoint.answered.append(texts)
            usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
            return {"object": "list", "model": "m", "data": data, "usage": usage}

        def reply(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
