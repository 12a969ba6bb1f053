"""A full run as its users ask for it: over HTTP and by a second worker, asking again whenever somebody was killed."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from evals.benches.torture.house import House
from evals.benches.torture.waves import Wave, write

PIECE = 60
"""Records of one request."""
PATIENCE = 600.0
"""Seconds in which a part of the run must have ended, kills and all."""
AGAIN = 0.3
_LATER = frozenset({408, 409, 429, 502, 503, 504})
"""Answers that say: not now."""


class StuckError(Exception):
    """A part of the run does not come to its end."""


class Work:
    """Gives one wave after the other to a house, and has everything done with it.

    Args:
        house: who works.
        harm: is told, in a sentence, what should not have happened.
    """

    def __init__(self, house: House, harm: Callable[[str], None]) -> None:
        self._house, self._harm = house, harm
        self._begun = 0
        self.halt = threading.Event()
        """Set: whatever is waited for is given up."""
        self.refused: Counter[str] = Counter()
        """How often somebody was told to come again, by whom."""
        self.resumed = 0
        """Jobs that a person would have had to resume."""

    def take(self, wave: Wave) -> None:
        """Everything from records to ideas.

        Raises:
            StuckError: something does not end.
        """
        self._begun += 1
        over_http, in_a_file = wave.halves
        with httpx.Client(base_url=self._house.url, timeout=60, trust_env=False) as client:
            self._send(client, over_http)
            file = str(write(in_a_file, self._house.folder / "wave.jsonl"))
            if self._house.ray and self._begun % 2:  # every other round, so that both ways meet what the other left
                self._errand(("run", file, "--source", "api", "--engine-batch", "ray"), lambda: True)
            else:
                self._errand(("ingest", file, "--source", "api"), lambda: True)
                self._beside(client, "index", ("index",))
                self._beside(client, "analyse", ("analyse",))
            self._beside(client, "run", ("index",))

    def _send(self, client: httpx.Client, rows: Sequence[Mapping[str, Any]]) -> None:
        for at in range(0, len(rows), PIECE):
            self._ask(client, "POST", "/v1/records?source=api", rows[at : at + PIECE], f"{self._begun}-{at}")

    def _beside(self, client: httpx.Client, kind: str, errand: tuple[str, ...]) -> None:
        """A job of the service, and beside it, over and over, the same by the worker."""
        job = self._ask(client, "POST", "/v1/batches", {"kind": kind}, f"{self._begun}-{kind}")["id"]
        over = False
        with ThreadPoolExecutor(1) as pool:
            worker = pool.submit(lambda: self._errand(errand, lambda: over))
            try:
                self._until_over(client, job)
            finally:
                over = True
            worker.result()

    def _until_over(self, client: httpx.Client, job: str) -> None:
        until = time.monotonic() + PATIENCE
        while (told := self._ask(client, "GET", f"/v1/batches/{job}"))["state"] != "done":
            if not self._may_wait(until):
                raise StuckError(f"{job} does not end: {json.dumps(told, ensure_ascii=False)[:2000]}")
            if told["state"] in ("failed", "stopped", "partly"):
                self.resumed += told["state"] != "partly"  # in part: the other worker has some of it
                self._ask(client, "POST", f"/v1/batches/{job}/resume")
            time.sleep(AGAIN)

    def _ask(self, client: httpx.Client, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        """What the service answers in the end."""
        headers = {"idempotency-key": key} if key else {}
        until = time.monotonic() + PATIENCE
        while self._may_wait(until):
            try:
                answer = client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                self.refused[type(error).__name__] += 1
            else:
                if answer.is_success:
                    return answer.json()
                self.refused[f"{method} {answer.status_code}"] += 1
                if answer.status_code not in _LATER:
                    self._harm(f"{method} {path.partition('?')[0]} answers {answer.status_code}: {answer.text[:300]}")
            time.sleep(AGAIN)
        raise StuckError(f"{method} {path} is not answered well within {PATIENCE:.0f} s")

    def _may_wait(self, until: float) -> bool:
        return time.monotonic() < until and not self.halt.is_set()

    def _errand(self, arguments: Sequence[str], may_end: Callable[[], bool]) -> None:
        """Have the worker do something over and over until it has ended well once it may."""
        until = time.monotonic() + PATIENCE
        while self._may_wait(until):
            if not self._house.dark.is_set():
                enough = may_end()
                code = self._house.worker.run(*arguments, "--json")
                if code in (0, 3) and enough:
                    return
                self.refused[f"voc {arguments[0]}: {code}"] += code not in (0, 3)
                if code not in (0, 1, 3, -9):
                    self._harm(f"voc {arguments[0]} ended with {code}")
            time.sleep(AGAIN)
        raise StuckError(f"voc {arguments[0]} does not end well within {PATIENCE:.0f} s")
