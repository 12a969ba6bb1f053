"""Files read and masked; of a big import by a second process, so that masking and storing go on at once."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import Customer, MaskedSpan, RawCustomer, RawRecord, Record, SealedValue, Turn
from assistant.errors import VocError
from assistant.intake.duplicates import signatures_of
from assistant.intake.privacy import Masker, Vault
from assistant.intake.reading import Part, ReadOptions, RejectedRow, read_part, read_paths

WORTH = 4_000_000
"""Bytes of files from which on a second process is begun: it takes a third of a second to start, and reads and masks
as many in two."""
_AT_ONCE = 250
"""Records handed over together."""
_UNEXPECTED = (
    "something went wrong inside while files were read and masked ({} at {}): what was stored is kept; report this place, "
    "and take the files in one by one to find the one that it is about"
)
_SECOND = f"from {__name__} import work_for_another; work_for_another()"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record as it is to be stored, and what else its row told."""

    record: Record
    line: int | None
    contact: tuple[str, str] | None
    """(alias, customer id) of a customer whom the source calls by an id and a telephone."""
    sealed: tuple[SealedValue, ...] = ()
    raw: RawRecord | None = None
    """As it was read; None where another process read it."""
    signature: bytes | None = None
    """As `signatures_of` makes it; None where that is left to the caller."""
    first_id: str | None = None
    """The record id that the row had if it came before without an id of its own."""


Item = Prepared | RejectedRow | FileReceipt


def prepared(
    paths: Sequence[Path], options: ReadOptions, masker: Masker, vault: Vault | None = None
) -> Generator[Item, None, None]:
    """Everything in the files and folders as `read_paths` gives it, each record masked, its raw values sealed where
    there is a vault.

    Raises:
        InputError: a path that does not exist.
        UsageError: the mapping names a field that we do not have.
    """
    return (_prepared(item, masker, vault) for item in read_paths(paths, options))


def prepared_parts(parts: Sequence[Part], options: ReadOptions, masker: Masker) -> Iterator[list[Item]]:
    """Parts as `assistant.intake.reading.parts_of` gives them, as `prepared` gives them, some items together; to be handed
    to another process: without what was raw, and with what near-duplicates are found by."""
    items = (_prepared(item, masker, None) for part in parts for item in read_part(part, options))
    while batch := list(islice(items, _AT_ONCE)):
        yield _signed(batch)


def prepared_ahead(paths: Sequence[Path], options: ReadOptions, masker: Masker) -> Generator[Item, None, None]:
    """As `prepared` without a vault, made by a second process while the caller stores what came before. It ends with
    the caller, however that ends; an error there is raised here.

    Raises:
        VocError: the second process ended before its time.
    """
    command = [sys.executable, "-P", "-c", _SECOND]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with process.stdin as job:
                pickle.dump((paths, options, masker), job)
            yield from _received(process.stdout)
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            raise VocError(
                "the process that reads and masks the files ended before its time (is there memory enough?): what was "
                "stored is kept, run the same command again"
            ) from None
        finally:
            process.kill()


def is_worth_ahead(paths: Sequence[Path]) -> bool:
    """Whether there is so much to read, and a processor free for it, that a second process pays."""
    if not sys.executable or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()) < 2:
        return False
    size = 0
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            size += file.stat().st_size if file.is_file() else 0
            if size >= WORTH:
                return True
    return False


def _prepared(item: RawRecord | RejectedRow | FileReceipt, masker: Masker, vault: Vault | None) -> Item:
    if not isinstance(item, RawRecord):
        return item
    sealed: tuple[SealedValue, ...] = ()
    if vault is None:
        record = masker.mask(item)
    else:
        record, values = masker.mask_noting(item)
        sealed = tuple(SealedValue(record.id, v.type, v.pseudonym, vault.seal(v.value)) for v in values)
    contact = contact_of(item.customer, record.customer, masker.contact_id(item.customer))
    return Prepared(record, item.line, contact, sealed, item, first_id=masker.first_id(item))


def contact_of(raw: RawCustomer, stored: Customer | None, alias: str | None) -> tuple[str, str] | None:
    """The (alias, customer id) of a customer whom the source calls by an id and a telephone; None of any other."""
    if not raw.id or stored is None or not stored.known or alias is None or alias == stored.id:
        return None
    return alias, stored.id


def _received(pipe: IO[bytes]) -> Iterator[Item]:
    while batch := pickle.load(pipe):  # noqa: S301 - from our own process
        if isinstance(batch, BaseException):
            raise batch
        yield from batch


def work_for_another() -> None:
    """The second process: reads from its input what to do and gives batches, at last an empty one or the error that
    ended it."""
    with closing(os.fdopen(os.dup(1), "wb")) as pipe:
        os.dup2(2, 1)  # nothing but batches goes into the pipe
        try:
            _work(pipe)
        except BrokenPipeError:
            os._exit(0)  # who asked is gone


def _work(pipe: IO[bytes]) -> None:
    paths, options, masker = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process
    try:
        items = prepared(paths, options, masker)
        while batch := list(islice(items, _AT_ONCE)):
            _send(pipe, _signed(batch))
    except BrokenPipeError:
        raise
    except (VocError, OSError) as error:
        _send(pipe, error)
    except Exception as error:  # noqa: BLE001 - the process's door: a trace on the terminal would show raw cells
        _send(pipe, VocError(_UNEXPECTED.format(type(error).__name__, _place(error))))
    else:
        _send(pipe, ())


def _place(error: BaseException) -> str:
    """Where an error came from, without its words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace is not None else "nowhere"


def _signed(batch: Sequence[Item]) -> list[Item]:
    """The batch without what was raw, and with what near-duplicates are found by."""
    signatures = iter(signatures_of([item.record for item in batch if isinstance(item, Prepared)]))
    return [
        Prepared(item.record, item.line, item.contact, signature=next(signatures), first_id=item.first_id)
        if isinstance(item, Prepared)
        else item
        for item in batch
    ]


def _send(pipe: IO[bytes], batch: object) -> None:
    pickler = pickle.Pickler(pipe, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {kind: _by_position(kind) for kind in (Prepared, Record, Customer, MaskedSpan, Turn)}
    pickler.dump(batch)
    pipe.flush()


def _by_position(kind: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[Any, ...]]]:
    """How an object of such a class is taken apart to be made again by its constructor: a quarter of the time that
    dataclasses take by themselves."""
    values = attrgetter(*(field.name for field in fields(kind)))
    return lambda one: (kind, values(one))
