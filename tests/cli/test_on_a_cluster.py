"""A whole run by a Ray cluster of several processes is the run of one machine, also when a worker is killed in the midst of it."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant.bootstrap import open_app
from assistant.cli.crewing import bench_of
from assistant.settings import load_settings
from tests.cli.conftest import Voc
from tests.stub_model.server import StubModel

SOURCE = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source"
FILES = (SOURCE / "工单导出_2026.csv", SOURCE / "回访问卷_2026.csv")
KEY = "sk-canary-8f1c2b"
PAID = ("calls", "prompt_tokens", "completion_tokens", "cost")
"""Of calls in flight of a worker that is killed nobody tells."""
ELSE = ("seconds", "searchable_after", "generation", "quarantine_file", *PAID)
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed (extra `ray`)")


def test_ray_is_asked_for_only_where_it_makes_sense(voc: Voc) -> None:
    without = voc("run", "--ray-address", "auto")
    assert (without.code, "--engine-batch ray" in without.err) == (2, True)
    client = voc("run", "--engine-batch", "ray", "--ray-address", "ray://head:10001")
    assert (client.code, "host:port" in client.err) == (2, True)


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_one_sentence_says_what_to_install(voc: Voc) -> None:
    ran = voc("run", "--engine-batch", "ray")
    assert (ran.code, "voc-assistant[ray]" in ran.err) == (2, True)


def test_workers_get_the_endpoint_s_key_and_no_secret_that_they_have_no_use_for(tmp_path: Path) -> None:
    others = {"vault_key": 4 * "hidden-v", "rerank_key": "hidden-rerank", "oidc_client_secret": "hidden-oidc"}
    given = {"vault": "on", "rerank_url": "http://127.0.0.1:9/rerank", "openai_base_url": "http://127.0.0.1:9/v1"}
    with closing(open_app(load_settings(data_dir=tmp_path / "data", openai_api_key=KEY, **given, **others))) as app:
        sent = pickle.dumps(bench_of(app))
    assert KEY.encode() in sent
    assert b"hidden" not in sent
    worker = pickle.loads(sent)()
    assert worker.vault is None
    worker.store.database.close()


@needs_ray
@pytest.mark.postgres
def test_a_run_on_a_cluster_is_the_run_of_one_machine(voc: Voc, tmp_path: Path, postgres_url: str) -> None:
    data, alone = tmp_path / "data", tmp_path / "alone"
    with StubModel() as stub:
        given = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": KEY, "VOC_LLM_CONCURRENCY": "2"}
        undisturbed = voc("run", *FILES, "--json", **given)
        assert undisturbed.code == 0, undisturbed.err
        expected = _told(voc, undisturbed.json)
        data.rename(alone)
        data.mkdir()
        shutil.copy(alone / "masking.key", data / "masking.key")

        stub.requests.clear()
        stub.mode("slow", seconds=0.2)
        environment = {**os.environ, **given, "VOC_DATABASE_URL": postgres_url}
        with _voc(environment, "run", *FILES, "--engine-batch", "ray", "--json") as process:
            killed = _kill_a_worker(process, stub)
            out, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
        ran = json.loads(out)
        assert killed, "no worker was at work"
        assert not [line for line in err.splitlines() if "ray" in line.lower() or KEY in line]
        asked = Counter(json.dumps(request.body, sort_keys=True) for request in stub.chats)
        assert sum(asked.values()) - len(asked) <= 2, "paid again beyond what was in flight"
        assert _told(voc, ran, VOC_DATABASE_URL=postgres_url) == expected
    assert not list(Path("/tmp").glob(f"voc-ray-{process.pid}-*"))
    assert not _workers(process.pid)


def _voc(environment: dict[str, str], *words: object) -> subprocess.Popen[str]:
    """`voc` in a process of its own: what it starts is its own, too."""
    code = "from assistant.cli.main import main; main()"
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _kill_a_worker(process: subprocess.Popen[str], stub: StubModel) -> bool:
    """Wait until records are being read, and kill one of those who read; whether there was one."""
    while process.poll() is None:
        readers = _workers(process.pid)
        if len(stub.chats) >= 6 and readers:
            os.kill(readers[0], signal.SIGKILL)
            return True
        time.sleep(0.02)
    return False


def _workers(root: int) -> list[int]:
    """Descendants of a process that are doing something for Ray Data."""
    parents, titles = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid = int(folder.name)
            parents[pid] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            titles[pid] = (folder / "cmdline").read_bytes()
        except OSError:  # it has ended
            continue

    def descends(pid: int) -> bool:
        while pid in parents and pid != root:
            pid = parents[pid]
        return pid == root

    return [pid for pid, title in titles.items() if title.startswith(b"ray::MapBatches") and descends(pid)]


def _told(voc: Voc, receipts: dict[str, Any], **settings: str) -> list[Any]:
    """Receipts, and all records and needs, without what differs from run to run."""
    stages = [{name: value for name, value in receipts[stage].items() if name not in ELSE} for stage in STAGES]
    lists = [
        voc("list", what, "--limit", "2000", "--json", **settings).json for what in ("records", "insights", "themes")
    ]
    return [*stages, *(_timeless(one) for one in lists), _timeless(voc("stats", "--by", "theme", "--json").json)]


STAGES = ("ingest", "index", "analyse", "index_needs", "themes", "ideas")
TIMED = ("added_at", "updated_at", "created_at", "at")


def _timeless(told: Any) -> Any:
    if isinstance(told, float):
        return round(told, 9)
    if isinstance(told, dict):
        return {name: _timeless(value) for name, value in told.items() if name not in TIMED}
    return [_timeless(one) for one in told] if isinstance(told, list) else told
