"""Knows the second way to ask a model, by batch files: what is handed in, and how the answers come into the call cache."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain.drafts import ReadingsDraft
from assistant.domain.engine import Usage
from assistant.domain.records import Record
from assistant.errors import EgressError, ModelAccessError
from assistant.llm.batch_book import BatchBook, Booked
from assistant.llm.batch_files import BatchFiles, Line, RemoteBatch
from assistant.llm.budget import BudgetExceeded
from assistant.llm.chat import ChatEndpoint, opening, usage_of
from assistant.llm.engine import ModelEngine
from assistant.llm.forecasting import Order
from assistant.llm.parsing import UnusableAnswer, parse_answer

UNPAID = frozenset({408, 409, 425, 429})
"""Statuses of a line that are worth handing in again without a word."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A batch that is over, its answers in the call cache."""

    booked: Booked
    remote: RemoteBatch
    keys: frozenset[str] = frozenset()
    """Calls that are answered."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Call key → why its answer can't be used."""
    usage: Usage = field(default_factory=Usage)


@dataclass(slots=True)
class HandedIn:
    """What became of packs that were to be handed in."""

    batches: list[Booked] = field(default_factory=list)
    over_budget: set[str] = field(default_factory=set)
    """Records that stay pending, since the budget does not reach to them …"""
    problem: str | None = None
    """… and the sentence that says so."""
    direct: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Record → key and size of its pack, of packs that no batch can read: long records, whose parts are read one after
    the other, and refused ones."""


class BatchDesk:
    """Hands in what one model engine would ask, and fetches the answers. For one thread."""

    def __init__(self, engine: ModelEngine, endpoint: ChatEndpoint, book: BatchBook, files: BatchFiles) -> None:
        self._engine, self._endpoint, self._book, self._files = engine, endpoint, book, files
        profile = endpoint.knowledge.profile
        self._price = endpoint.price.at(profile.batch_price) if endpoint.price else None
        self._most_requests, self._most_bytes = profile.batch_requests, profile.batch_bytes

    def under_way(self) -> list[Booked]:
        """The batches of this endpoint and model; one that a crash left without its id is looked for there."""
        found = []
        for booked in self._book.open_batches():
            if (booked.endpoint, booked.model) != (self._endpoint.vendor.endpoint, self._endpoint.model):
                continue
            if booked.batch_id is None:
                remote = self._files.find(booked.token)
                if remote is None:
                    self._book.close(booked)
                    continue
                booked = self._book.handed_in(booked, remote.id)
            found.append(booked)
        return found

    def states(self, batches: Iterable[Booked]) -> list[tuple[Booked, RemoteBatch]]:
        """How batches stand."""
        return [(booked, self._files.look(str(booked.batch_id))) for booked in batches]

    def collect(self, booked: Booked, remote: RemoteBatch) -> Collected:
        """Bring the answers of a batch that is over into the call cache: by their custom id, in whatever order.

        Requests without a line (expired, cancelled, refused as a whole) were not paid for and stay as they were.
        """
        keys: set[str] = set()
        failed: dict[str, str] = {}
        usage = Usage()
        for line in self._files.lines(remote):
            if line.custom_id not in booked.packs or line.custom_id in keys or line.custom_id in failed:
                continue
            cost = self._cost(line)
            usage += cost
            reason = self._keep(line, cost)
            if reason is None:
                keys.add(line.custom_id)
            elif reason:
                failed[line.custom_id] = reason
        self._engine.spending.book(usage)
        return Collected(booked, remote, frozenset(keys), failed, usage)

    def refuse_failed(self, states: Iterable[tuple[Booked, RemoteBatch]]) -> None:
        """Forget batches that the endpoint refused as a whole: handed in again they would be refused again.

        Raises:
            ModelAccessError: there was one; its records are pending as before, nothing was paid.
        """
        for booked, remote in states:
            if remote.state == "failed":
                self._book.close(booked)
                self._files.remove(remote)
                why = f" ({remote.problem})" if remote.problem else ""
                raise ModelAccessError(
                    f"the endpoint refused batch {remote.id} as a whole{why}: its records are pending as before; "
                    "see the limits of the account, or run without --batch"
                )

    def close(self, collected: Collected) -> None:
        """Forget a batch whose answers are stored, here and at the endpoint."""
        self._book.close(collected.booked)
        self._files.remove(collected.remote)

    def hand_in(self, packs: Iterable[Sequence[Record]], identity: str) -> HandedIn:
        """Hand in what reading these packs would ask, in as many batches as the endpoint's limits make it.

        Raises:
            ModelError: the endpoint refuses or fails; what was handed in before is in the book.
        """
        result = HandedIn()
        if not self._endpoint.knowledge.profile.batch:
            name = self._endpoint.knowledge.profile.name
            raise ModelAccessError(f"{name} takes no batch files: run without --batch")
        for part in self._parts(packs, result):
            self._hand_in_part(part, identity, result)
        return result

    def _parts(
        self, packs: Iterable[Sequence[Record]], result: HandedIn
    ) -> Iterator[list[tuple[Sequence[Record], Order]]]:
        part: list[tuple[Sequence[Record], Order]] = []
        size = 0
        for pack in packs:
            orders = list(self._engine.orders(pack))
            if self._endpoint.knowledge.rung is None or len(orders) != 1 or not self._may_go(orders[0]):
                # The first call of all finds the way of asking; no order at all: the cache has the answer.
                self._read_directly(pack, result)
                continue
            if not self._affordable(pack, orders[0], result):
                continue
            length = len(orders[0].prompt.system.encode()) + len(orders[0].prompt.user.encode()) + 20_000
            if part and (len(part) >= self._most_requests or size + length > self._most_bytes):
                yield part
                part, size = [], 0
            part.append((pack, orders[0]))
            size += length
        if part:
            yield part

    def _read_directly(self, pack: Sequence[Record], result: HandedIn) -> None:
        key = f"direct-{pack[0].id}"
        result.direct.update((record.id, (key, len(pack))) for record in pack)
        if self._endpoint.knowledge.rung is None:
            self._engine.read(pack)

    def _may_go(self, order: Order) -> bool:
        try:
            self._endpoint.look_at(order.prompt)
        except EgressError:
            return False
        return True

    def _affordable(self, pack: Sequence[Record], order: Order, result: HandedIn) -> bool:
        try:
            self._engine.spending.set_aside(order.most(self._price))
        except BudgetExceeded as error:
            result.over_budget.update(record.id for record in pack)
            result.problem = str(error)
            return False
        return True

    def _hand_in_part(self, part: Sequence[tuple[Sequence[Record], Order]], identity: str, result: HandedIn) -> None:
        endpoint, limited = self._endpoint, self._engine.spending.limited
        rung = endpoint.knowledge.rung
        assert rung is not None
        packs = {order.key: [record.id for record in pack] for pack, order in part}
        booked = self._book.intend(endpoint.vendor.endpoint, endpoint.model, identity, packs)
        self._engine.announce(frozenset[str]().union(*(order.subjects for _, order in part)))
        bodies = [
            (
                order.key,
                endpoint.question(
                    rung,
                    opening(rung, order.prompt, ReadingsDraft),
                    ReadingsDraft,
                    limit=order.limit if limited else None,
                ).body(endpoint.model),
            )
            for _, order in part
        ]
        remote = self._files.submit(bodies, booked.token)
        result.batches.append(self._book.handed_in(booked, remote.id))

    def _cost(self, line: Line) -> Usage:
        if line.reply is None:
            return Usage()
        return usage_of(line.reply.prompt_tokens or 0, line.reply.completion_tokens or 0, self._price)

    def _keep(self, line: Line, cost: Usage) -> str | None:
        """None for an answer that is kept, else the reason, empty where it is worth handing in again."""
        if line.reply is None:
            if line.status in UNPAID or line.status >= 500:
                return ""
            return "model_answer"
        try:
            draft = parse_answer(line.reply.text, ReadingsDraft)
        except UnusableAnswer:
            return "model_answer"
        self._engine.keep(line.custom_id, "extract_insights", self._engine.scanned(draft), cost)
        return None if draft.readings else "not_answered"


def tally(states: Iterable[tuple[Booked, RemoteBatch]]) -> dict[str, int]:
    """State → batches."""
    return dict(Counter(remote.state for _, remote in states))
