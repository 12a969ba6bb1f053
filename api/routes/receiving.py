"""Receiving: records and files from other systems, masked as they come in, each request done once. For managers."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Query, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import AppDep
from api.wire import Asked, Name
from api.working import Working
from assistant.bootstrap import App
from assistant.domain.receipts import IngestReceipt
from assistant.domain.vocabulary import Channel
from assistant.errors import BusyError, UsageError
from assistant.intake.privacy import load_key
from assistant.intake.reading import ReadOptions
from assistant.pipeline.context import Context
from assistant.pipeline.keepable import without_samples
from assistant.pipeline.receiving import MOST_RECORDS, receive_file, receive_records
from assistant.records.request_store import Answered

router = APIRouter(prefix="/v1", tags=["receive"])
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
Objects = Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_RECORDS)]
PATIENCE = 20.0
"""Seconds that a request waits for a run that is at work to pause."""
_under_way: set[str] = set()
_guard = threading.Lock()


class RecordsIn(Asked):
    """Records in the wire format or in any other shape; unknown fields are kept as metadata."""

    records: Objects


@router.post("/records", response_model=None)
def records(
    app: AppDep,
    request: Request,
    given: RecordsIn | Objects,
    source: Annotated[Name | None, Query(description="the dataset they belong to; default: api")] = None,
    channel: Channel | None = None,
    product: Name | None = None,
    dry_run: bool = False,
    key: Key = None,
) -> JSONResponse:
    """Take in up to 1,000 records: read, masked, stored. Those known are updated; the receipt adds up."""
    found = given.records if isinstance(given, RecordsIn) else given
    options = ReadOptions(channel=channel, product=product, source=source)
    body = json.dumps([found, asdict(options), dry_run], ensure_ascii=False, sort_keys=True).encode()
    return _once(app, f"records {key}" if key else None, hashlib.sha256(body).digest(), lambda: _visiting(
        app, request, lambda context, patience: receive_records(
            context, found, options, dry_run=dry_run, patience=patience
        ),
    ))  # fmt: skip


@router.post("/files", response_model=None)
def files(
    app: AppDep,
    request: Request,
    file: Annotated[UploadFile, File(description="any file that `voc ingest` reads")],
    source: Annotated[Name | None, Form()] = None,
    channel: Annotated[Channel | None, Form()] = None,
    product: Annotated[Name | None, Form()] = None,
    mapping: Annotated[list[str] | None, Form(alias="map", description="FIELD=COLUMN")] = None,
    dry_run: Annotated[bool, Form()] = False,
    key: Key = None,
) -> JSONResponse:
    """Take in a file: CSV, Excel, JSON, transcripts, archives. Its rows that can't be used are counted with reasons."""
    options = ReadOptions(channel=channel, product=product, source=source, mapping=_mapping(mapping or []))
    body = hashlib.sha256()
    while part := file.file.read(1 << 20):
        body.update(part)
    file.file.seek(0)
    body.update(json.dumps([file.filename, asdict(options), dry_run], sort_keys=True).encode())
    return _once(app, f"files {key}" if key else None, body.digest(), lambda: _visiting(
        app, request, lambda context, patience: receive_file(
            context, file.filename or "", file.file, options, dry_run=dry_run, patience=patience
        ),
    ))  # fmt: skip


def _mapping(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise UsageError("map: write FIELD=COLUMN, such as text=问题描述")
    return dict(pair.split("=", 1) for pair in pairs)


def _visiting(app: App, request: Request, take: Callable[[Context, float], IngestReceipt]) -> IngestReceipt:
    """Do it at once; where a job of this service is at work, in its next pause between two calls."""
    working: Working | None = getattr(request.app.state, "working", None)
    try:
        return take(app.pipeline.context, 0)
    except BusyError:
        worker = working.worker if working is not None else None
    if worker is None:
        return take(app.pipeline.context, PATIENCE)
    with worker.visit(PATIENCE) as context:
        if context is not None:
            return take(context, 0)
    return take(app.pipeline.context, PATIENCE / 4)


def _once(app: App, key: str | None, body: bytes, do: Callable[[], IngestReceipt]) -> JSONResponse:
    """The answer; where a key was given, the one that it was given before, but for a dry run's samples: they are not kept.

    Raises:
        UsageError: the key was given with another body.
        BusyError: a request with this key is under way.
    """
    if key is None:
        return JSONResponse(asdict(do()))
    secret = load_key(app.settings.data_dir)
    name, content = (hmac.new(secret, part, hashlib.sha256).hexdigest() for part in (key.encode(), body))
    with _alone(name):
        known = app.store.requests.answered(name)
        if known is not None:
            if known.body != content:
                raise UsageError("this Idempotency-Key was given with another body: use a new one")
            return JSONResponse(known.answer, known.status, headers={"idempotency-replayed": "true"})
        receipt = do()
        app.store.requests.remember(name, Answered(content, 200, asdict(without_samples(receipt))))
    return JSONResponse(asdict(receipt))


@contextmanager
def _alone(name: str) -> Iterator[None]:
    with _guard:
        if name in _under_way:
            raise BusyError("a request with this Idempotency-Key is under way: wait for its answer")
        _under_way.add(name)
    try:
        yield
    finally:
        with _guard:
            _under_way.discard(name)
