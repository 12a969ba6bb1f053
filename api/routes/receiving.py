"""Receiving: records and files from other systems, masked as they come in, each request done once. For managers."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import AppDep, PrincipalDep
from api.once import Key, key_of, once
from api.wire import Asked, Name
from api.working import Working
from assistant.bootstrap import App
from assistant.domain.receipts import IngestReceipt
from assistant.domain.vocabulary import Channel
from assistant.errors import BusyError, UsageError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.context import Context
from assistant.pipeline.keepable import without_samples
from assistant.pipeline.receiving import MOST_RECORDS, receive_file, receive_records

router = APIRouter(prefix="/v1", tags=["receive"])
Objects = Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_RECORDS)]
PATIENCE = 20.0
"""Seconds that a request waits for a run that is at work to pause."""


class RecordsIn(Asked):
    """Records in the wire format or in any other shape; unknown fields are kept as metadata."""

    records: Objects


@router.post("/records", response_model=None)
def records(
    app: AppDep,
    who: PrincipalDep,
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
    return once(app, key_of(who, "records", key), hashlib.sha256(body).digest(), lambda: _visiting(
        app, request, lambda context, patience: receive_records(
            context, found, options, dry_run=dry_run, patience=patience
        ),
    ), asdict, kept=_kept)  # fmt: skip


@router.post("/files", response_model=None)
def files(
    app: AppDep,
    who: PrincipalDep,
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
    return once(app, key_of(who, "files", key), body.digest(), lambda: _visiting(
        app, request, lambda context, patience: receive_file(
            context, file.filename or "", file.file, options, dry_run=dry_run, patience=patience
        ),
    ), asdict, kept=_kept)  # fmt: skip


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


def _kept(receipt: IngestReceipt) -> dict[str, Any]:
    """What a dry run shows of cells is for who asked, and not kept."""
    return asdict(without_samples(receipt))
