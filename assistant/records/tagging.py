"""Tags read out of what is counted of a customer: the same facts give the same tags, each with its reason."""

import datetime as dt
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from assistant.domain.customers import CustomerFacts, Heard, Richness, Tag, Trace
from assistant.domain.vocabulary import SignalName
from assistant.records.customer_rules import CustomerRules

_FULL = (("usable", 5, 25.0), ("utterances", 12, 15.0), ("characters", 600, 30.0), ("needs", 4, 30.0))
"""Part of a voice's richness, how much of it is plenty, and the points it brings then."""


@cache
def words() -> dict[str, Any]:
    """Labels and reasons as a reader is shown them."""
    return tomllib.loads((resources.files(__package__) / "data" / "tags.toml").read_text(encoding="utf-8"))


def richness_of(facts: CustomerFacts) -> Richness:
    """How much usable voice there is: each part brings its points in proportion, up to plenty; 0 to 100."""
    score = sum(points * min(1.0, getattr(facts, name) / plenty) for name, plenty, points in _FULL)
    return Richness(facts.usable, facts.utterances, facts.characters, facts.needs, round(score, 1))


def tags_of(facts: CustomerFacts, rules: CustomerRules, today: str) -> tuple[Tag, ...]:
    """The tags of a customer, in a fixed order; `today` is the day from which ages are counted."""
    found = [
        *_owning(facts, rules, today),
        *_said(facts, rules, today),
    ]
    voice = richness_of(facts)
    if voice.score >= rules.rich_voice:
        filled = {name: getattr(voice, name) for name in ("records", "utterances", "needs", "characters")}
        found.append(_tag("rich_voice", facts.latest, **filled))
    if facts.suggestions:
        found.append(_tag("suggests", facts.latest, count=facts.suggestions))
    return tuple(found)


def heard(facts: CustomerFacts, signal: SignalName, within: int, today: str) -> Heard | None:
    """A signal, where it was heard within so many days (0: ever); one without a day counts as recent."""
    said = facts.signals.get(signal)
    if said is None or not within or said.latest.day is None:
        return said
    return said if days_between(said.latest.day, today) <= within else None


def days_between(earlier: str, later: str) -> int:
    """Days from one day to another, ``YYYY-MM-DD``."""
    return (dt.date.fromisoformat(later) - dt.date.fromisoformat(earlier)).days


def purchase_day(since: str | None) -> str | None:
    """The day of a purchase as sources write it (a day, a month, a year, a moment); None where it can't be read."""
    for text in (since or "", f"{since}-01", f"{since}-01-01"):
        try:
            return dt.date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            continue
    return None


def _owning(facts: CustomerFacts, rules: CustomerRules, today: str) -> list[Tag]:
    found = []
    if (tier := rules.tier_of(facts)) is not None:
        service = words()["tier"]["service"] if facts.bought_service else ""
        tag = _tag("tier", label=tier.label, owned=len(facts.owned), service=service)
        found.append(replace(tag, tag=f"tier:{tier.name}"))
    day = purchase_day(facts.since)
    if day is not None and day <= today:
        age, ages = days_between(day, today), rules.days
        name = (
            "new_owner" if age <= ages.new_owner else "first_year" if age <= ages.first_year
            else "long_owner" if age > ages.long_owner else "established"
        )  # fmt: skip
        found.append(_tag(name, since=facts.since, days=age, years=f"{age / 365.25:.1f}"))
    if facts.bought_service:
        found.append(_tag("bought_service"))
    return found


def _said(facts: CustomerFacts, rules: CustomerRules, today: str) -> list[Tag]:
    found = []
    for name, within in (("resale_aversion", rules.days.resale_aversion), ("advocate", rules.days.advocate)):
        if (said := heard(facts, name, within, today)) is not None:  # type: ignore[arg-type]
            found.append(_tag(name, said.latest, count=said.count, day=_day(said.latest)))
    risks = {
        name: said
        for name in ("churn_risk", "escalation")
        if (said := heard(facts, name, rules.days.at_risk, today)) is not None
    }
    if risks:
        latest = max((said.latest for said in risks.values()), key=lambda trace: (trace.day or "", trace.record_id))
        what = "、".join(words()["words"][name] for name in risks)
        found.append(_tag("at_risk", latest, days=rules.days.at_risk, what=what, day=_day(latest)))
    if (said := facts.signals.get("repeat_contact")) is not None:
        found.append(_tag("repeat_contact", said.latest, count=said.count, day=_day(said.latest)))
    return found


def _day(trace: Trace) -> str:
    return trace.day or str(words()["words"]["undated"])


def _tag(name: str, evidence: Trace | None = None, **filled: object) -> Tag:
    said = words()[name]
    return Tag(name, said["label"].format(**filled), said["reason"].format(**filled), evidence, filled)
