"""The way in for a file that somebody brings to the page: kept unmasked, for them only, until they say what to do with it."""

from urllib.parse import unquote

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request

from api.deps import AppDep, PrincipalDep
from api.guard import LARGEST_OF
from api.pages.jobs.parking import park
from assistant.domain.access import Principal
from assistant.pipeline.receiving import Parked

WAY = "/jobs/file"
MOST = LARGEST_OF[WAY]
"""Bytes that a file may have."""
_PIECE = 1 << 20
router = APIRouter(include_in_schema=False)


def owner_of(principal: Principal) -> str:
    """Under what a visitor's file is kept."""
    return f"{principal.kind} {principal.id}"


@router.post(WAY)
async def bring(app: AppDep, who: PrincipalDep, request: Request, name: str = "") -> dict[str, str]:
    """Take the body for a file of this name; nothing of it is stored but for the visitor's own preview."""
    context = app.pipeline.context
    parked = await run_sync(Parked, context, unquote(name)[:300])
    try:
        await _written(request, parked)
    except BaseException:  # whatever ends it, also a visitor who leaves: what came in is removed
        parked.close()
        raise
    shown = app.mask(parked.path.name)
    await run_sync(park, owner_of(who), shown, parked)
    return {"name": shown}


async def _written(request: Request, parked: Parked) -> None:
    piece = bytearray()
    with parked.path.open("wb") as file:
        async for some in request.stream():
            piece += some
            if len(piece) >= _PIECE:
                await run_sync(file.write, bytes(piece))
                piece.clear()
        await run_sync(file.write, bytes(piece))
