"""Who counts as what among customers, as the house says in ``customers.toml``: tiers, ages in days, weights."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from assistant.domain.customers import CustomerFacts
from assistant.domain.vocabulary import Segment
from assistant.house_files import HousePart, read_house_file

CUSTOMERS_FILE = "customers.toml"
"""Its name in the data directory; without it the rules below hold."""

Name = Annotated[str, Field(min_length=1, max_length=60)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Points = Annotated[float, Field(ge=-100, le=100)]


class Tier(HousePart):
    """One tier of value; a customer is in it of whom all its conditions hold."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Name
    min_owned: Annotated[int, Field(ge=0, le=10_000)] = 0
    any_product: tuple[Name, ...] = ()
    """Owns at least one of these, as their names stand in the records (case does not matter)."""
    segments: tuple[Segment, ...] = ()
    bought_service: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Tier":
        if not (self.min_owned or self.any_product or self.segments or self.bought_service is not None):
            raise ValueError("say what it takes: min_owned, any_product, segments or bought_service")
        return self

    def holds(self, facts: CustomerFacts) -> bool:
        """Whether a customer is in this tier, higher ones apart."""
        owned = {name.casefold() for name in facts.owned}
        return (
            len(facts.owned) >= self.min_owned
            and (not self.any_product or any(name.casefold() in owned for name in self.any_product))
            and (not self.segments or facts.segment in self.segments)
            and (self.bought_service is None or bool(facts.bought_service) == self.bought_service)
        )


class Ages(HousePart):
    """How many days a purchase is new, and how long something that was said counts; 0: for ever."""

    new_owner: Days = 90
    first_year: Days = 365
    long_owner: Days = 1095
    at_risk: Days = 180
    advocate: Days = 730
    resale_aversion: Days = 0

    @model_validator(mode="after")
    def _in_order(self) -> "Ages":
        if not self.new_owner <= self.first_year <= self.long_owner:
            raise ValueError("new_owner, first_year and long_owner must grow in this order")
        return self


class Weights(HousePart):
    """Most points each reason brings in a screening; a negative number takes points away."""

    tier: Points = 30.0
    voice: Points = 30.0
    advocate: Points = 15.0
    praise: Points = 5.0
    suggestions: Points = 10.0
    recent: Points = 5.0
    leads: Points = 5.0
    at_risk: Points = -10.0


class CustomerRules(HousePart):
    """The whole file; tiers stand from the highest down."""

    tier: Annotated[tuple[Tier, ...], Field(max_length=20)] = (
        Tier(name="high", label="高价值", min_owned=3),
        Tier(name="high", label="高价值", min_owned=2, bought_service=True),
        Tier(name="middle", label="中价值", min_owned=2),
        Tier(name="middle", label="中价值", bought_service=True),
        Tier(name="basic", label="基础", min_owned=1),
    )
    days: Ages = Ages()
    weights: Weights = Weights()
    least_voice: Annotated[float, Field(ge=0, le=100)] = 10.0
    """Richness of voice below which nobody is screened."""
    rich_voice: Annotated[float, Field(ge=0, le=100)] = 50.0
    """Richness from which a customer is tagged for it."""

    def tier_of(self, facts: CustomerFacts) -> Tier | None:
        """The highest tier that a customer is in."""
        return next((tier for tier in self.tier if tier.holds(facts)), None)

    def worth(self, tier: Tier | None) -> float:
        """What a tier is worth, 1 for the highest, 0 for none."""
        names = list(dict.fromkeys(one.name for one in self.tier))
        return 0.0 if tier is None else 1 - names.index(tier.name) / len(names)


def read_rules(folder: Path) -> CustomerRules:
    """The rules in force.

    Raises:
        SettingError: the file has a mistake: where, and what is allowed.
    """
    return read_house_file(folder / CUSTOMERS_FILE, CustomerRules)
