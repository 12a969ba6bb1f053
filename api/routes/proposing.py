"""Proposing: an idea or a theme becomes an NBN proposal, to be read as JSON or Markdown."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from api.deps import AppDep
from api.wire import ProposalIn
from assistant.insight.markdown import render

router = APIRouter(prefix="/v1/proposals", tags=["propose"])


@router.post("", status_code=201)
def draft(app: AppDep, given: ProposalIn, response: Response) -> dict[str, Any]:
    """Draft a proposal from an idea, or from a theme's best idea."""
    proposal = app.pipeline.propose(given.source)
    response.headers["location"] = f"/v1/proposals/{proposal.id}"
    return asdict(proposal)


@router.get("/{proposal_id}", response_model=None)
def read(
    app: AppDep, proposal_id: str, form: Annotated[Literal["json", "md"], Query(alias="format")] = "json"
) -> dict[str, Any] | PlainTextResponse:
    """A proposal."""
    proposal = app.store.proposal(proposal_id)
    if form == "md":
        return PlainTextResponse(render(proposal, app.settings.language), media_type="text/markdown")
    return asdict(proposal)
