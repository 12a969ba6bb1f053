"""How fast a model is asked: calls a second against the ideal, beside two rivals, and thousands of dialogues by the clock."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from evals.benches.endpoint import endpoint
from evals.benches.search import Figure
from evals.benches.texts import varied

VOC = str(Path(sys.executable).with_name("voc"))
ROOT = Path(__file__).resolve().parents[2]
FLYING, MILLISECONDS, CALLS = 64, 200, 1_920
IDEAL = FLYING * 1000 / MILLISECONDS
SHARE = 0.65
DIALOGUES, MINUTES = 6_000, 7


def model_figures(folder: Path) -> Iterator[Figure]:
    """Throughput and the long run, one figure after the other."""
    with endpoint(MILLISECONDS) as url:
        for way, name in (
            ("abatch", "LangChain abatch"), ("client", "bare openai client"), ("ours", "ours: asked, verified, kept"),
        ):  # fmt: skip
            rate, cost = rival(way, url)
            least = SHARE if way == "ours" else float("-inf")
            told = (
                f"{name}, {FLYING} in flight at {MILLISECONDS} ms: {rate:.0f} calls/s, {cost:.1f} ms CPU each; of ideal"
            )
            yield Figure(told, rate / IDEAL, "", least=least)
    with endpoint(1000) as url:
        yield Figure(f"{DIALOGUES:,} dialogues, 20 in flight, 1 s a call", dialogues(folder, url), "min", most=MINUTES)


def rival(way: str, url: str) -> tuple[float, float]:
    """Calls a second of one way in a process of its own, and processor milliseconds a call."""
    command = [sys.executable, "-m", "evals.benches.rivals", way, url, str(CALLS), str(FLYING)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=_environment({}), cwd=ROOT).stdout
    rate, cost = said.split()
    return float(rate), float(cost)


def dialogues(folder: Path, url: str) -> float:
    """Minutes that `voc analyse` takes for so many conversations that were never read before."""
    file = folder / "dialogues.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for n in range(DIALOGUES):
            turns = [
                {"speaker": "customer", "text": varied(4 * n)},
                {"speaker": "agent", "text": "您好，请问具体是什么情况？"},
                {"speaker": "customer", "text": varied(4 * n + 1)},
                {"speaker": "agent", "text": "给您登记了，师傅会尽快联系您。"},
                {"speaker": "customer", "text": varied(4 * n + 2)},
            ]
            out.write(json.dumps({"id": f"D{n}", "channel": "chat", "turns": turns}, ensure_ascii=False) + "\n")
    settings = {"OPENAI_BASE_URL": url, "VOC_DATA_DIR": str(folder / "dialogues"), "VOC_LLM_CONCURRENCY": "20"}
    _voc(["ingest", str(file)], settings)
    started = time.perf_counter()
    receipt = _voc(["analyse"], settings)
    minutes = (time.perf_counter() - started) / 60
    assert receipt["done"] == receipt["pending"] == DIALOGUES, f"not all were read: {receipt}"
    return minutes


def _voc(arguments: list[str], settings: dict[str, str]) -> dict[str, object]:
    ran = subprocess.run(
        [VOC, *arguments, "--json"], capture_output=True, text=True, check=True, env=_environment(settings), cwd=ROOT
    )
    receipt: dict[str, object] = json.loads(ran.stdout)
    return receipt


def _environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VOC_", "OPENAI_"))}
    return kept | settings


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for figure in model_figures(Path(place)):
            print(figure, flush=True)
