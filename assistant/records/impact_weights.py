"""How heavy each consequence weighs in the ranking of frictions, as the house says in ``impact.toml``."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from assistant.domain.counts import ImpactWeights
from assistant.house_files import HousePart, read_house_file

IMPACT_FILE = "impact.toml"
"""Its name in the data directory; without it the weights are those of `ImpactWeights`."""
_DEFAULT = ImpactWeights()

Weight = Annotated[float, Field(ge=0, le=100)]


class _Weights(HousePart):
    repeat_7: Weight = _DEFAULT.repeat_7
    repeat_30: Weight = _DEFAULT.repeat_30
    escalation: Weight = _DEFAULT.escalation
    churn_risk: Weight = _DEFAULT.churn_risk
    valued: Weight = _DEFAULT.valued


class _File(HousePart):
    weights: _Weights = _Weights()


def read_weights(folder: Path) -> ImpactWeights:
    """The weights in force.

    Raises:
        SettingError: the file has a mistake: where, and what is allowed.
    """
    return ImpactWeights(**read_house_file(folder / IMPACT_FILE, _File).weights.model_dump())
