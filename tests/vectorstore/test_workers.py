"""Other processes make what would be made here, in order, also when one of them dies; they end with who they work for."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.vectorstore.building import new_engine, texts
from tests.vectorstore.endpoint import serving
from vectorstore.ahead import Batch
from vectorstore.embedders.local import LocalEmbedder, LocalModel
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.errors import EmbedderError
from vectorstore.index import Passage, PassageIndex
from vectorstore.text import Analyzer
from vectorstore.workers import PART, WORTH, Cutting, Embedding, Workers, embedded, working

TEXTS = list(texts().values())
ROOT = Path(__file__).parents[2]


class Dying:
    """Ends every process but the one that it was made in."""

    def __init__(self, home: int) -> None:
        self.home = home

    def __call__(self, given: Sequence[str]) -> list[str]:
        """The texts as they are, at home."""
        if os.getpid() != self.home:
            os.kill(os.getpid(), signal.SIGKILL)
        return list(given)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return LocalEmbedder().fit(TEXTS)


def test_workers_cut_as_it_is_cut_here(workers: Workers, tmp_path: Path) -> None:
    cutting = Cutting(Analyzer(["云汐锁"], tmp_path), tmp_path)
    parts = [TEXTS[at : at + 50] for at in range(0, len(TEXTS), 50)]
    assert list(workers.over(cutting, parts)) == [cutting(part) for part in parts]


def test_workers_embed_as_it_is_embedded_here(workers: Workers, model: LocalModel) -> None:
    many = (TEXTS * (2 * PART // len(TEXTS) + 2))[: 2 * PART + 7]
    by_workers = dict(embedded(workers, model, many))
    assert sorted(by_workers) == [0, PART, 2 * PART]
    assert np.array_equal(np.concatenate([by_workers[at] for at in sorted(by_workers)]), model.embed_documents(many))


def test_what_is_sent_is_the_same_there(model: LocalModel) -> None:
    there = pickle.loads(pickle.dumps(Embedding(model)))
    assert np.array_equal(there(TEXTS[:9]), model.embed_documents(TEXTS[:9]))


def test_work_that_kills_its_workers_is_done_here() -> None:
    workers = Workers(2)
    try:
        parts = [["一"], ["二"], ["三"], ["四"], ["五"]]
        assert list(workers.over(Dying(os.getpid()), parts)) == parts
    finally:
        workers.close()


def test_for_few_texts_there_are_none() -> None:
    with working(WORTH - 1) as workers:
        assert workers is None


def test_a_worker_ends_with_the_process_that_it_works_for() -> None:
    code = "from vectorstore.workers import Workers; import time; Workers(1); print('up', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        told = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not told.exists():
            pytest.skip("this system does not tell whose child a process is")
        worker = Path("/proc") / told.read_text(encoding="utf-8").split()[0]
        process.kill()
    until = time.monotonic() + 60
    while worker.exists() and "\nState:\tZ" not in (worker / "status").read_text("utf-8"):
        assert time.monotonic() < until, "it is still there"
        time.sleep(0.02)


def batches() -> list[Batch]:
    """The texts as passages of documents, forty a batch; some texts come twice."""
    bodies = [*TEXTS[:200], *TEXTS[:30]]
    made = {f"d{at}": [Passage(f"d{at}", 0, 0, len(body), body)] for at, body in enumerate(bodies)}
    return [dict(list(made.items())[at : at + 40]) for at in range(0, len(made), 40)]


def written(index: PassageIndex, given: list[Batch], expected: int) -> None:
    """Write batches in bulk, then bring the index level."""
    with index.in_bulk(expected) as bulk:
        for batch in bulk.over(given):
            with index._engine.begin() as connection:
                index.replace(connection, batch, "record")
        index.bring_level()


@pytest.mark.parametrize("expected", [0, WORTH])
def test_an_index_written_in_bulk_finds_the_same(tmp_path: Path, expected: int) -> None:
    (tmp_path / "bulk").mkdir()
    (tmp_path / "one").mkdir()
    bulk = PassageIndex(new_engine(tmp_path / "bulk"), tmp_path / "bulk" / "index", LocalEmbedder())
    written(bulk, batches(), expected)
    engine = new_engine(tmp_path / "one")
    one = PassageIndex(engine, tmp_path / "one" / "index", LocalEmbedder())
    with engine.begin() as connection:
        one.replace(connection, {key: of_one for batch in batches() for key, of_one in batch.items()}, "record")
    one.bring_level()
    for query in ("热水器漏水", "门锁没电", "师傅迟到"):
        assert bulk.search(query) == one.search(query)


def test_an_endpoint_is_asked_once_for_each_text_while_others_are_written(tmp_path: Path) -> None:
    with serving() as endpoint:
        embedder = EndpointEmbedder("m", base_url=endpoint.url, batch=16)
        index = PassageIndex(new_engine(tmp_path), tmp_path / "index", embedder)
        with index.in_bulk(0) as bulk:
            for batch in bulk.over(batches()):
                with index._engine.begin() as connection:
                    index.replace(connection, batch, "record")
            stats = index.bring_level()
        embedder.close()
    assert sorted(endpoint.paid) == sorted(set(TEXTS[:200]))
    assert (stats.passages, stats.embedded, stats.reused) == (230, 230, 0)
    assert stats.calls == len(endpoint.answered)
    assert stats.tokens == 200
    assert index.health().level


def test_what_an_endpoint_answered_before_it_failed_is_kept_and_not_paid_for_again(tmp_path: Path) -> None:
    with serving() as endpoint:
        endpoint.faults = ["", "", "401"]
        embedder = EndpointEmbedder("m", base_url=endpoint.url, batch=16, at_once=1)
        index = PassageIndex(new_engine(tmp_path), tmp_path / "index", embedder)
        with pytest.raises(EmbedderError, match="401"):
            written(index, batches(), 0)
        paid = len(endpoint.paid)
        assert index.health().vectors_missing <= 230 - paid
        stats = index.bring_level()
        embedder.close()
    assert sorted(endpoint.paid) == sorted(set(TEXTS[:200]))
    assert stats.reused >= paid
    assert index.health().level


def script(code: str, folder: Path) -> str:
    """What a program of its own says that runs in that folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_what_lies_in_the_working_directory_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("open('executed', 'w').close()", encoding="utf-8")
    code = "from vectorstore.workers import Workers; w = Workers(2); print(*w.over(sorted, [['b', 'a']])); w.close()"
    assert script(code, tmp_path) == "['a', 'b']"
    assert not (tmp_path / "executed").exists()


SHORT_OF_FILES = """
import os, resource
from pathlib import Path
from vectorstore.workers import Workers
most = resource.getrlimit(resource.RLIMIT_NOFILE)
for room in range(4, 40):
    os.close(lowest := os.open(os.devnull, os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + room, most[1]))
    try:
        Workers(4).close()
        begun = True
    except OSError:
        begun = False
    resource.setrlimit(resource.RLIMIT_NOFILE, most)
    left = [one for task in Path("/proc/self/task").iterdir() for one in (task / "children").read_text().split()]
    assert not left, (room, left)
    if begun:
        break
print("begun" if begun else "never begun")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc to see processes")
def test_where_not_all_can_be_begun_none_is_left_behind(tmp_path: Path) -> None:
    assert script(SHORT_OF_FILES, tmp_path) == "begun"
