"""Knows how fast an endpoint may be asked by all who share a board, and when it has asked us to wait."""

import hashlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from assistant.domain.boards import Board, LocalBoard, Page
from assistant.domain.pacing import Minute, Rate
from assistant.errors import ModelDownError, StoreError
from assistant.llm.vendor import OPENAI_URL
from assistant.settings import Settings

QUICK_SECONDS = 1.0
"""How long somebody who is waiting is kept waiting for a turn."""
LOOKS = 12
"""So many times a minute whoever waits looks again: others may have taken less than they thought they would."""
PATIENCE = 60.0
"""Seconds that a call waits for a board that can't be reached: what is not counted is not sent."""
_AGAIN = 0.5
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to send one request, and what it took."""

    at: float
    """The moment by the board's clock."""
    tokens: int
    part: int = 0


class Pace:
    """Whose turn it is: in no stretch of a minute more than the rate, whichever thread or process asks.

    Of the threads of a process one waits at the board, the others behind it; processes have their turns in the order in
    which they came. Who has somebody waiting goes first. Where the board can't be reached, a call waits for it.
    """

    def __init__(
        self,
        rate: Rate,
        board: Board | None = None,
        name: str = "pace",
        sleep: Callable[[float], None] = time.sleep,
        limits: str = "VOC_LLM_RPM, VOC_LLM_TPM",
    ) -> None:
        """`limits` are the settings that the rate comes from, as sentences name them."""
        self._rate, self._board, self._name, self._sleep = rate, board or LocalBoard(), name, sleep
        self._limits = limits
        self._who = f"{os.getpid()}:{secrets.token_hex(4)}"
        self._line = threading.Lock()
        self._away = False
        self._looked = -1.0
        self._held_until = 0.0

    def turn(self, tokens: int, *, quick: bool = False) -> Turn:
        """Wait until a request of about so many tokens may be sent.

        Raises:
            ModelDownError: with `quick`, where that would take too long.
            StoreError: the board could not be reached for `PATIENCE` seconds.
        """
        if not self._rate.limited:
            return self._unless_held(tokens, quick)
        if quick:
            return self._got(tokens, quick=True)
        with self._line:
            return self._got(tokens, quick=False)

    def took(self, turn: Turn, tokens: int) -> None:
        """Say how many tokens the request really took."""
        if self._rate.tokens is None or tokens == turn.tokens:
            return

        def correct(page: Page, now: float) -> None:
            minute = Minute(page, now, self._rate.seconds)
            minute.correct(turn.part, 0, tokens - turn.tokens)
            minute.write()

        self._tell(correct)

    @property
    def taken(self) -> tuple[int, int]:
        """Requests and tokens of all processes in the last minute, where that is limited.

        Raises:
            StoreError: the board can't be reached.
        """
        page, now = self._board.look(self._name)
        return Minute(page, now, self._rate.seconds).taken

    def hold(self, seconds: float) -> None:
        """Let nobody send anything for so long, a minute at most: the endpoint has asked for it."""

        def hold(page: Page, now: float) -> None:
            minute = Minute(page, now, self._rate.seconds)
            minute.hold(seconds)
            minute.write()

        _LOG.info("the endpoint asks for %.1f seconds without requests", seconds)
        self._looked = -1.0
        self._tell(hold)

    def _got(self, tokens: int, *, quick: bool) -> Turn:
        waited = 0.0
        while True:
            try:
                got = self._board.change(self._name, lambda page, now: self._ask(page, now, tokens, quick), self._keep)
            except StoreError as error:
                if quick:
                    raise ModelDownError(f"the limits that all share can't be seen to: {error}") from None
                if self._away or waited >= PATIENCE:
                    self._away = True  # who stands behind has waited as long
                    raise
                got, waited = _AGAIN, waited + _AGAIN
            else:
                self._away = False
            if isinstance(got, Turn):
                return got
            self._wait(got, quick)

    def _ask(self, page: Page, now: float, tokens: int, quick: bool) -> "Turn | float":
        """The turn, or for how long to wait before asking again."""
        minute = Minute(page, now, self._rate.seconds)
        who = None if quick else self._who
        wait = minute.wait(self._rate, tokens, who)
        if wait <= 0:
            turn = Turn(now, tokens, minute.take(1, tokens, who))
            minute.write()
            return turn
        if who is not None:
            wait = min(wait, self._rate.seconds / LOOKS)
            minute.wish(who, tokens, now + 2 * wait + self._rate.seconds / LOOKS)
            minute.write()
        return wait

    def _unless_held(self, tokens: int, quick: bool) -> Turn:
        """Where there is no limit: whether the endpoint has asked anybody to wait is looked up once a second."""
        if 0 <= time.monotonic() - self._looked < 1.0 and not self._held_until:
            return Turn(0.0, tokens)
        while (held := self._held()) > 0:
            self._wait(held, quick)
        return Turn(0.0, tokens)

    def _held(self) -> float:
        try:
            page, now = self._board.look(self._name)
        except StoreError:  # there is no limit to keep, and the work itself will tell
            page, now = {}, 0.0
        held = Minute(page, now, self._rate.seconds).held
        self._held_until, self._looked = held, time.monotonic()
        return held

    def _wait(self, seconds: float, quick: bool) -> None:
        if quick and seconds > QUICK_SECONDS:
            raise ModelDownError(
                f"the model endpoint may not be asked for another {seconds:.0f} seconds (its own wish, or {self._limits})"
            )
        self._sleep(seconds)

    @property
    def _keep(self) -> float:
        return 3 * self._rate.seconds

    def _tell(self, work: Callable[[Page, float], None]) -> None:
        try:
            self._board.change(self._name, work, self._keep)
        except StoreError as error:  # what was set aside stands: rather too much than too little
            _LOG.warning("what a call took could not be noted: %s", error)


def pace_of(settings: Settings, board: Board | None = None) -> Pace:
    """The pace of the settings' endpoint and model, kept by all who share a board."""
    rate = Rate(settings.llm_rpm or None, settings.llm_tpm or None)
    return Pace(rate, board, page_of(settings, settings.chat_model))


def page_of(settings: Settings, model: str) -> str:
    """The name of the page on a board where the pace of a model of the settings' endpoint is kept."""
    asked = f"{settings.openai_base_url or OPENAI_URL} {model}"
    return f"pace {hashlib.sha256(asked.encode()).hexdigest()[:32]}"
