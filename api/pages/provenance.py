"""Where what stands on a page comes from, told where a visitor could take it for their own: the sample, played back."""

from api.pages.parts import tag
from api.pages.visitor import Visit
from assistant.domain.vocabulary import recording_named


def provenance(visit: Visit) -> None:
    """One quiet line where the data is the sample and a recording stands in for a model; nothing anywhere else."""
    name = visit.app.engine.name
    if (recorded := recording_named(name)) is not None:
        model, day = recorded
        told = visit.words("played_told", model=model, day=day, today=visit.app.lookup.today.isoformat())
        tag("p", told, "facts provenance", title=name)
