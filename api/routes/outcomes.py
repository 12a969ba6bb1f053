"""Outcomes: what became of a need after a launch. Reading for staff, saying when it was launched for managers."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.deps import ActorDep, AppDep
from api.shapes.proposals import OutcomeOut, OutcomeRead
from api.wire import Asked, Day, Name
from assistant.bootstrap import App
from assistant.domain.outcomes import Launch, Outcome
from assistant.insight.outcome_words import tell
from assistant.pipeline.measuring import look, measure, title_of

router = APIRouter(prefix="/v1/proposals", tags=["propose"])


class LaunchIn(Asked):
    """What was launched, when and for whom; without products those that the need is told of."""

    launched: Day
    products: Annotated[tuple[Name, ...], Field(max_length=100, strict=False)] = ()
    model: Name | None = None
    region: Name | None = None
    window: Annotated[int, Field(ge=7, le=730, description="days before and after")] = 60
    hoped: Annotated[float, Field(ge=0.05, le=0.95, description="the ratio of rates hoped for")] = 0.5


@router.get("/{proposal_id}/outcome", response_model=OutcomeRead, response_model_exclude_unset=True)
def outcome(
    app: AppDep, proposal_id: str, history: Annotated[bool, Query(description="with earlier looks")] = False
) -> dict[str, Any]:
    """The outcome by what is known today, of the launch that was last told; nothing is written."""
    found = _told(app, look(app.pipeline.context, proposal_id))
    return {**found, "history": app.store.outcomes.told(proposal_id)} if history else found


@router.post("/{proposal_id}/outcome", response_model=OutcomeOut)
def launched(app: AppDep, by: ActorDep, proposal_id: str, given: LaunchIn) -> dict[str, Any]:
    """Say when it was launched, and measure; a launched proposal is measured once the whole window has passed."""
    launch = Launch(given.launched.isoformat(), **given.model_dump(exclude={"launched"}))
    return _told(app, measure(app.pipeline.context, proposal_id, launch, by))


def _told(app: App, found: Outcome) -> dict[str, Any]:
    lines = tell(found, app.settings.language, title_of(app.pipeline.context, found.subject))
    return {**asdict(found), "effective": found.effective, "failing": found.failing, "told": lines}
