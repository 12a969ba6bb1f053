import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from vectorstore.errors import EmbedderError
from vectorstore.passages import Hit
from vectorstore.reranking import EndpointReranker, reranked

HITS = [
    Hit(f"d{n}", f"d{n}:record:0", "record", 0, 2, text, 1 - n / 10) for n, text in enumerate(["掉线", "漏水", "噪音"])
]


@contextmanager
def server(asked: list[dict[str, Any]], answer: object | None = None, status: int = 200) -> Iterator[str]:
    """Scores a text by the letters it shares with the query, in both dialects, or gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({**body, "key": self.headers.get("Authorization")})
            said = json.dumps(answer if answer is not None else scored(body)).encode()
            self.close_connection = True
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_address[1]}/rerank"
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def scored(body: dict[str, Any]) -> object:
    texts = body.get("documents") or body["texts"]
    scores = [float(len(set(text) & set(body["query"]))) for text in texts]
    if "texts" in body:
        return [{"index": at, "score": score} for at, score in enumerate(scores)][::-1]
    return {"results": [{"index": at, "relevance_score": score} for at, score in enumerate(scores)][::-1]}


@pytest.mark.parametrize("dialect", ["results", "texts"])
def test_the_best_come_first(dialect: Any) -> None:
    asked: list[dict[str, Any]] = []
    with server(asked) as url:
        found = reranked("漏水了", HITS, EndpointReranker(url, "m", "k", dialect))
    assert [hit.document_id for hit in found] == ["d1", "d0", "d2"]
    assert all(0 < hit.score <= 1 for hit in found)
    assert asked[0]["key"] == "Bearer k"


@pytest.mark.parametrize(
    "answer",
    [{}, [], {"results": [{"index": 0, "relevance_score": 1}]}, {"results": [{"index": 0}]}, "rubbish", {"results": 7}],
)
def test_odd_answers_are_refused(answer: object) -> None:
    with server([], answer) as url, pytest.raises(EmbedderError) as caught:
        EndpointReranker(url).scores("漏水", ["a", "b"])
    assert caught.value.kind == "answer"


@pytest.mark.parametrize(("status", "kind"), [(401, "access"), (500, "down"), (429, "down")])
def test_failures_are_told_apart(status: int, kind: str) -> None:
    with server([], {}, status) as url, pytest.raises(EmbedderError) as caught:
        EndpointReranker(url).scores("漏水", ["a"])
    assert caught.value.kind == kind


def test_what_may_not_leave_is_not_sent() -> None:
    asked: list[dict[str, Any]] = []
    with server(asked) as url, pytest.raises(EmbedderError, match="may not be sent"):
        EndpointReranker(url, admit=lambda texts: [text != "b" for text in texts]).scores("q", ["a", "b"])
    assert asked == []


def test_nobody_there_and_no_address() -> None:
    with pytest.raises(EmbedderError) as caught:
        EndpointReranker("http://127.0.0.1:9/rerank", timeout=2).scores("q", ["a"])
    assert caught.value.kind == "down"
    with pytest.raises(ValueError, match="http"):
        EndpointReranker("file:///etc/passwd")
    assert EndpointReranker("http://127.0.0.1:9/rerank").scores("q", []) == []
