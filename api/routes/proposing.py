"""Proposing: an idea, a theme or a brief becomes an NBN proposal, to be read, edited, discussed and decided on."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.deps import AppDep
from api.wire import ProposalIn, ProposalPatch
from assistant.errors import UsageError
from assistant.insight.documents import MEDIA, Form, as_bytes
from assistant.pipeline.reviewing import Patch

router = APIRouter(prefix="/v1/proposals", tags=["propose"])
BY = "http"
"""Who drafted, commented or edited where nobody is named."""


@router.post("", status_code=201)
def draft(app: AppDep, given: ProposalIn, response: Response) -> dict[str, Any]:
    """Draft a proposal from an idea, from a theme's best idea, or from a brief in one sentence."""
    proposal = app.pipeline.propose(given.source, brief=given.brief or "", language=given.language, who=BY)
    response.headers["location"] = f"/v1/proposals/{proposal.id}"
    return asdict(proposal)


@router.get("/{proposal_id}", response_model=None)
def read(
    app: AppDep, proposal_id: str, form: Annotated[Form, Query(alias="format")] = "json"
) -> dict[str, Any] | Response:
    """A proposal with its history, or as a document."""
    proposal = app.store.proposal(proposal_id)
    if form == "json":
        return {**asdict(proposal), "history": [asdict(event) for event in app.store.proposal_history(proposal_id)]}
    named = {"content-disposition": f'attachment; filename="{proposal.id}.{form}"'} if form == "docx" else {}
    return Response(as_bytes(proposal, form), media_type=MEDIA[form], headers=named)


@router.patch("/{proposal_id}")
def change(app: AppDep, proposal_id: str, given: ProposalPatch) -> dict[str, Any]:
    """Edit, comment on, hand over or move a proposal; an approval names the person (`actor`)."""
    if given.status == "approved" and given.actor is None:
        raise UsageError("approval is a person's: say whose in `actor`")
    patch = Patch(**given.model_dump(exclude={"actor"}))
    return asdict(app.pipeline.change_proposal(proposal_id, patch, given.actor or BY))


@router.get("/{proposal_id}/history")
def history(app: AppDep, proposal_id: str) -> dict[str, Any]:
    """Who did what to a proposal and when, the first first."""
    events = [asdict(event) for event in app.store.proposal_history(proposal_id)]
    return {"items": events, "total": len(events), "next": None}
