"""How the house ranks ideas and what it wants to get ahead with, as ``ideas.toml`` in the data directory says."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from assistant.domain.ideas import SCORE_PARTS, Focus, IdeaWeights, LensName
from assistant.domain.vocabulary import DeepCategory, NbnType, Segment
from assistant.house_files import HousePart, read_house_file

IDEAS_FILE = "ideas.toml"
"""Its name in the data directory; without it the weights are those of `IdeaWeights`."""
_DEFAULT = IdeaWeights()

Part = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]
Word = Annotated[str, Field(min_length=1, max_length=60)]


class _Weights(HousePart):
    reach: Part = _DEFAULT.reach
    severity: Part = _DEFAULT.severity
    evidence: Part = _DEFAULT.evidence
    trend: Part = _DEFAULT.trend
    effort: Part = _DEFAULT.effort
    fit: Part = _DEFAULT.fit

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(getattr(self, name) for name in SCORE_PARTS):
            raise ValueError("at least one weight must be above 0")
        return self


class _Ranking(HousePart):
    vote: Share = _DEFAULT.vote
    edit: Share = _DEFAULT.edit
    mark: Share = _DEFAULT.mark


class _Batch(HousePart):
    least_customers: Annotated[int, Field(ge=1, le=1000)] = _DEFAULT.least_customers
    most_groups: Annotated[int, Field(ge=0, le=200)] = _DEFAULT.most_groups


class _Focus(HousePart):
    name: Word
    products: tuple[Word, ...] = ()
    segments: tuple[Segment, ...] = ()
    deep: tuple[DeepCategory, ...] = ()
    lenses: tuple[LensName, ...] = ()
    types: tuple[NbnType, ...] = ()
    words: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any((self.products, self.segments, self.deep, self.lenses, self.types, self.words)):
            raise ValueError("a focus names products, segments, deep, lenses, types or words")
        return self


class _File(HousePart):
    weights: _Weights = _Weights()
    ranking: _Ranking = _Ranking()
    batch: _Batch = _Batch()
    focus: tuple[_Focus, ...] = ()


def read_idea_weights(folder: Path) -> IdeaWeights:
    """The weights in force.

    Raises:
        SettingError: the file has a mistake: where, and what is allowed.
    """
    found = read_house_file(folder / IDEAS_FILE, _File)
    given = {**found.weights.model_dump(), **found.ranking.model_dump(), **found.batch.model_dump()}
    return IdeaWeights(**given, focus=tuple(Focus(**one.model_dump()) for one in found.focus))
