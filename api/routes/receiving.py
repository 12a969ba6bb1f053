"""Receiving: records and files from other systems, masked as they come in, each request done once. For managers."""

import hashlib
import json
import re
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field, WithJsonSchema

from api.deps import AppDep, PrincipalDep
from api.once import REPLAYED, Key, key_of, once
from api.wire import Asked, Name
from api.working import Working, taken_in
from assistant.domain.receipts import IngestReceipt
from assistant.domain.vocabulary import CHANNELS, Channel
from assistant.errors import UsageError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.keepable import without_samples
from assistant.pipeline.receiving import MOST_RECORDS, receive_file, receive_records

router = APIRouter(prefix="/v1", tags=["receive"])
_TICK = "^(|[Tt]rue|[Ff]alse|[01]|yes|no|on|off)$"


def _ticked(value: object) -> object:
    """A box of a form: forms know words alone."""
    if isinstance(value, str) and re.search(_TICK, value) is None:
        raise ValueError("write true or false")
    return value


_BLANK = WithJsonSchema({"type": "string", "maxLength": 200, "description": "blank: not given"})
_TICKED = {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": _TICK}, {"enum": [0, 1]}], "default": False}
Objects = Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_RECORDS)]


class RecordsIn(Asked):
    """Records in the wire format or in any other shape; unknown fields are kept as metadata."""

    records: Objects


@router.post("/records", response_model=IngestReceipt, responses={200: {"headers": REPLAYED}})
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
    return once(app, key_of(who, "records", key), hashlib.sha256(body).digest(), lambda: taken_in(
        app, _working(request), lambda context, patience: receive_records(
            context, found, options, dry_run=dry_run, patience=patience
        ),
    ), asdict, kept=_kept)  # fmt: skip


@router.post("/files", response_model=IngestReceipt, responses={200: {"headers": REPLAYED}})
def files(
    app: AppDep,
    who: PrincipalDep,
    request: Request,
    file: Annotated[UploadFile, File(description="any file that `voc ingest` reads")],
    source: Annotated[Name | None, Form(), _BLANK] = None,
    channel: Annotated[Channel | None, Form(), WithJsonSchema({"enum": ["", *CHANNELS]})] = None,
    product: Annotated[Name | None, Form(), _BLANK] = None,
    mapping: Annotated[list[str] | None, Form(alias="map", description="FIELD=COLUMN")] = None,
    dry_run: Annotated[bool, Form(), BeforeValidator(_ticked), WithJsonSchema(_TICKED)] = False,
    key: Key = None,
) -> JSONResponse:
    """Take in a file: CSV, Excel, JSON, transcripts, archives. Its rows that can't be used are counted with reasons."""
    options = ReadOptions(channel=channel, product=product, source=source, mapping=_mapping(mapping or []))
    body = hashlib.sha256()
    while part := file.file.read(1 << 20):
        body.update(part)
    file.file.seek(0)
    body.update(json.dumps([file.filename, asdict(options), dry_run], sort_keys=True).encode())
    return once(app, key_of(who, "files", key), body.digest(), lambda: taken_in(
        app, _working(request), lambda context, patience: receive_file(
            context, file.filename or "", file.file, options, dry_run=dry_run, patience=patience
        ),
    ), asdict, kept=_kept)  # fmt: skip


def _mapping(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise UsageError("map: write FIELD=COLUMN, such as text=问题描述")
    return dict(pair.split("=", 1) for pair in pairs)


def _working(request: Request) -> Working | None:
    working: Working | None = getattr(request.app.state, "working", None)
    return working


def _kept(receipt: IngestReceipt) -> dict[str, Any]:
    """What a dry run shows of cells is for who asked, and not kept."""
    return asdict(without_samples(receipt))
