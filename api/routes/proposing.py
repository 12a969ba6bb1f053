"""Proposing: an idea, a theme or a brief becomes an NBN proposal, to be read, edited, discussed and decided on."""

import hashlib
import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from api.deps import AppDep, PrincipalDep, spoken_for
from api.once import PLACE, REPLAYED, Key, key_of, once
from api.shapes.proposals import ProposalEventOut, ProposalOut, ProposalWhole
from api.wire import Page, ProposalIn, ProposalPatch
from assistant.errors import UsageError
from assistant.insight.documents import MEDIA, Form, as_bytes
from assistant.pipeline.reviewing import Patch

router = APIRouter(prefix="/v1/proposals", tags=["propose"])
DOCUMENTS = {
    MEDIA["md"].partition(";")[0]: {"schema": {"type": "string"}},
    MEDIA["docx"]: {"schema": {"type": "string", "format": "binary"}},
}


@router.post("", status_code=201, response_model=ProposalOut, responses={201: {"headers": {**PLACE, **REPLAYED}}})
def draft(app: AppDep, who: PrincipalDep, given: ProposalIn, key: Key = None) -> JSONResponse:
    """Draft a proposal from an idea, from a theme's best idea, or from a brief in one sentence.

    With the same `Idempotency-Key` the same draft is answered, and none is paid for twice.
    """
    body = hashlib.sha256(given.model_dump_json().encode()).digest()
    answer = once(app, key_of(who, "proposals", key), body, lambda: app.pipeline.propose(
        given.source, brief=given.brief or "", language=given.language, who=who.name
    ), asdict, status=201)  # fmt: skip
    answer.headers["location"] = f"/v1/proposals/{json.loads(bytes(answer.body))['id']}"
    return answer


@router.get("/{proposal_id}", response_model=ProposalWhole, responses={200: {"content": DOCUMENTS}})
def read(
    app: AppDep, proposal_id: str, form: Annotated[Form, Query(alias="format")] = "json"
) -> dict[str, Any] | Response:
    """A proposal with its history, or as a document."""
    proposal = app.store.proposal(proposal_id)
    if form == "json":
        return {**asdict(proposal), "history": [asdict(event) for event in app.store.proposal_history(proposal_id)]}
    named = {"content-disposition": f'attachment; filename="{proposal.id}.{form}"'} if form == "docx" else {}
    return Response(as_bytes(proposal, form), media_type=MEDIA[form], headers=named)


@router.patch("/{proposal_id}", response_model=ProposalOut)
def change(app: AppDep, who: PrincipalDep, proposal_id: str, given: ProposalPatch) -> dict[str, Any]:
    """Edit, comment on, hand over or move a proposal; an approval names the person (`actor`)."""
    if given.status == "approved" and given.actor is None and who.kind != "user":
        raise UsageError("approval is a person's: say whose in `actor`")
    patch = Patch(**given.model_dump(exclude={"actor"}))
    return asdict(app.pipeline.change_proposal(proposal_id, patch, spoken_for(who, given.actor)))


@router.get("/{proposal_id}/history", response_model=Page[ProposalEventOut])
def history(app: AppDep, proposal_id: str) -> dict[str, Any]:
    """Who did what to a proposal and when, the first first."""
    events = [asdict(event) for event in app.store.proposal_history(proposal_id)]
    return {"items": events, "total": len(events), "next": None}
