"""A Ray cluster joined or started for one run, and work mapped over it with Ray Data; nothing but this and `working` knows Ray.

Ray's logs, lists and command lines show what is put into a runtime environment, and its object store may be spilled to
disk: settings and secrets therefore go from memory to memory, through an actor that each worker asks once.
"""

import logging
import os
import pickle
import secrets
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import SettingError, VocError
from assistant.pipeline.cluster.working import Bench, Duty, Failed, work

TRIES = 4
"""How often a unit is begun anew before it is given up, because its worker died."""
_BLOCK = 1_000_000
"""Bytes after which what a unit has made so far is handed over."""
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}
_OWN = {"RAY_AUTH_MODE": "token", "RAY_worker_niceness": "0", "RAY_enable_metrics_collection": "0"}
"""Of a cluster of one's own: strangers are kept out, its workers wait no longer for a processor than a local run's."""
_SILENT: Mapping[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL, "configure_logging": False}
_STARTS = 3
_KNOCK_SECONDS = 5.0


class Mapper(Protocol):
    """Who has duties done by many; `Cluster` documents these."""

    @property
    def slots(self) -> int:
        """How many units are worked on at once."""
        ...

    def stop(self, stopped: bool = True) -> None:
        """Have units that are not begun left alone, or no longer."""
        ...

    def map(self, duty: Duty, units: Sequence[Any], *, in_order: bool) -> Iterator[tuple[int, Any]]:
        """Number of a unit and a piece of what `duty` made of it."""
        ...


class Lost:
    """Stands for what came of a unit whose workers all died over it."""


class _Keeper:
    """An actor: has how a worker builds its bench, and whether the work is to stop."""

    def __init__(self, told: bytes) -> None:
        self._told, self._stopped = told, False

    def told(self) -> bytes:
        return self._told

    def stop(self, stopped: bool) -> None:
        self._stopped = stopped

    def stopped(self) -> bool:
        return self._stopped


class Cluster:
    """A cluster that this process is part of; see `joined`. Used by one thread."""

    def __init__(self, ray: Any, told: bytes) -> None:
        self._ray = ray
        keeper = ray.remote(_Keeper).options(num_cpus=0, max_restarts=-1, max_task_retries=-1)
        self._keeper = keeper.remote(told)

    @property
    def slots(self) -> int:
        """How many units are worked on at once: one for each processor."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    @property
    def here(self) -> bool:
        """Whether all of it is on this machine."""
        names = {node["NodeManagerHostname"] for node in self._ray.nodes() if node["Alive"]}
        return names <= {socket.gethostname()}

    def stop(self, stopped: bool = True) -> None:
        """Have units that are not begun left alone, where their duty asks; or no longer."""
        self._ray.get(self._keeper.stop.remote(stopped))

    def map(self, duty: Duty, units: Sequence[Any], *, in_order: bool) -> Iterator[tuple[int, Any]]:
        """Number of a unit and a piece of what `duty` made of it; at last `Lost` for each that had to be given up.

        A worker that dies is made up for: its unit is begun anew, up to `TRIES` times. With `in_order` all pieces come in
        the order of units and pieces; else as units end.

        Raises:
            VocError: as the duty raised it; or the cluster itself has gone.
        """
        left = set(range(len(units)))
        try:
            for at, made in self._rows(pickle.dumps(duty), units, in_order):
                if not made:
                    left.discard(at)
                    continue
                piece = pickle.loads(made)  # noqa: S301 - from our own workers
                if isinstance(piece, Failed):
                    raise piece.error
                yield at, piece
        except self._ray.exceptions.RayError as error:
            raise VocError(
                f"the Ray cluster failed ({type(error).__name__}): what was stored is kept; see to the cluster and run the "
                "same command again"
            ) from None
        yield from ((at, Lost()) for at in sorted(left))

    def _rows(self, duty: bytes, units: Sequence[Any], in_order: bool) -> Iterator[tuple[int, bytes]]:
        if not units:
            return
        data = self._ray.data
        context = data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False
        context.execution_options.preserve_order = in_order
        context.target_max_block_size, context.max_errored_blocks = _BLOCK, -1
        rows = [{"at": at, "unit": pickle.dumps(unit)} for at, unit in enumerate(units)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # `max_retries` has no other name before Ray 2.64
            made = data.from_items(rows, override_num_blocks=len(rows)).map_batches(
                work, batch_size=None, batch_format="pyarrow", fn_kwargs={"duty": duty, "keeper": self._keeper},
                max_retries=TRIES - 1,
            )  # fmt: skip
        for table in made.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            yield from zip(table["at"].to_pylist(), table["made"].to_pylist(), strict=True)


@contextmanager
def joined(address: str | None, bench: Bench) -> Iterator[Cluster]:
    """The cluster at an address (``host:port``, ``auto``), or one of this machine's processors while the block runs.

    Raises:
        SettingError: Ray is not installed, or no cluster answers there.
        VocError: none could be started here.
    """
    if address is None:  # its servers listen on all addresses, and Ray reads this when it is imported
        os.environ.update(_OWN, RAY_AUTH_TOKEN=secrets.token_hex(32))
    ray = _ray()
    with ExitStack() as stack:
        if address is None:
            _start(ray, stack.enter_context(_private()))
        else:
            _join(ray, address)
        stack.callback(ray.shutdown)
        yield Cluster(ray, pickle.dumps(bench))


def _ray() -> Any:
    os.environ.update(_QUIET)
    try:
        import ray  # an optional extra, and slow: late
        import ray.data
    except ImportError:
        raise SettingError(
            "Ray is not installed: pip install 'voc-assistant[ray]', or leave --engine-batch out"
        ) from None
    ray._private.worker._worker_logs_enabled = False  # what dies is told on stdout else, whatever `log_to_driver` says
    for name in ("ray", "ray.data"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL)
        logger.handlers = [one for one in logger.handlers if not isinstance(one, logging.StreamHandler)]
    return ray


@contextmanager
def _private() -> Iterator[Path]:
    """A place for Ray's sockets, logs and what it spills, which nobody else may enter: Ray opens its own to all.
    Those of runs that were killed are removed."""
    base = Path("/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir())  # noqa: S108 - longer paths hold no sockets
    for left in base.glob("voc-ray-*"):
        number = left.name.split("-")[2]
        if left.stat().st_uid == os.getuid() and number.isdigit() and not _lives(int(number)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"voc-ray-{os.getpid()}-", dir=base, ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "ray"


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start(ray: Any, folder: Path) -> None:
    """A cluster of this machine alone. On a busy one it may not stand within the half minute that Ray grants it."""
    for left in reversed(range(_STARTS)):
        try:
            ray.init(
                address="local", num_cpus=os.cpu_count(), include_dashboard=False, _temp_dir=str(folder),
                _node_ip_address="127.0.0.1", **_SILENT,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - Ray has no better name for it
            ray.shutdown()
            if not left:
                raise VocError(
                    f"a Ray cluster can't be started on this machine ({type(error).__name__}; is it very busy, or short of "
                    "memory?): run the same command again, or without --engine-batch ray"
                ) from None
        else:
            return


def _join(ray: Any, address: str) -> None:
    told = f"no Ray cluster can be joined at {address}: see that it runs (`ray status`), with the same Ray and Python as here"
    try:
        host, colon, port = address.rpartition(":")
        if colon:
            socket.create_connection((host, int(port)), _KNOCK_SECONDS).close()
        ray.init(address=address, **_SILENT)
    except (OSError, RuntimeError, ValueError) as error:
        raise SettingError(f"{told} ({type(error).__name__})") from None
