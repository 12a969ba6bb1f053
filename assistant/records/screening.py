"""Customers worth inviting into the private domain: ranked, every point explained, those who want no selling left out."""

from collections.abc import Iterable

from sqlalchemy import func, select

from assistant.domain.customers import CustomerFacts, ScorePart, Screened, Screening
from assistant.domain.filters import Filters
from assistant.records.customer_facts import facts_of, last_day
from assistant.records.customer_rules import CustomerRules, read_rules
from assistant.records.database import Database
from assistant.records.selection import all_conditions
from assistant.records.tables import customers, records
from assistant.records.tagging import days_between, heard, richness_of, tags_of, words

_RECENT = 365
_ENOUGH = {"praise": 3, "suggestions": 3, "leads": 2}
"""How many of them bring all the points."""


def screen(database: Database, filters: Filters) -> Screening:
    """Screen the customers with records within the filters (who are judged by all their records).

    Raises:
        SettingError: the house's file of customer rules has a mistake.
    """
    rules = read_rules(database.folder)
    return database.settled.get(
        "screening", (filters, rules.model_dump_json()), lambda: _screened(database, filters, rules)
    )


def _screened(database: Database, filters: Filters, rules: CustomerRules) -> Screening:
    today = last_day(database) or "1970-01-01"
    within = select(records.c.customer_id).where(*all_conditions(filters))
    person = func.coalesce(customers.c.counts_as, customers.c.id)
    with database.reading() as connection:
        ids = list(connection.scalars(select(person).where(customers.c.id.in_(within)).distinct().order_by(person)))
    return rank(facts_of(database, [one for one in ids if not one.startswith("u_")]).values(), rules, today)


def rank(everybody: Iterable[CustomerFacts], rules: CustomerRules, today: str) -> Screening:
    """Rank customers by their points, the most first, then by id."""
    people = list(everybody)
    willing = [one for one in people if heard(one, "resale_aversion", rules.days.resale_aversion, today) is None]
    audible = [one for one in willing if richness_of(one).score >= rules.least_voice]
    scored = [(one, parts_of(one, rules, today)) for one in audible]
    scored.sort(key=lambda pair: (-_total(pair[1]), pair[0].id))
    return Screening(
        considered=len(people),
        averse=len(people) - len(willing),
        quiet=len(willing) - len(audible),
        customers=tuple(
            Screened(
                place, one.id, one.segment, one.region, _total(parts), parts, tags_of(one, rules, today),
                richness_of(one), one.records, one.last_day,
            )
            for place, (one, parts) in enumerate(scored, 1)
        ),
    )  # fmt: skip


def parts_of(facts: CustomerFacts, rules: CustomerRules, today: str) -> tuple[ScorePart, ...]:
    """What a customer's points are made of; parts that bring none are left out."""
    tier, voice = rules.tier_of(facts), richness_of(facts)
    advocate = heard(facts, "advocate", rules.days.advocate, today)
    silence = days_between(facts.last_day, today) if facts.last_day else _RECENT
    risky = any(heard(facts, name, rules.days.at_risk, today) for name in ("churn_risk", "escalation"))
    day = (advocate.latest.day if advocate else None) or words()["words"]["undated"]
    found: tuple[tuple[str, float, dict[str, object]], ...] = (
        ("tier", rules.worth(tier), {"label": tier.label if tier else ""}),
        ("voice", voice.score / 100, {"score": f"{voice.score:g}"}),
        ("advocate", float(advocate is not None), {"day": day}),
        ("praise", facts.praise / _ENOUGH["praise"], {"count": facts.praise}),
        ("suggestions", facts.suggestions / _ENOUGH["suggestions"], {"count": facts.suggestions}),
        ("recent", 1 - silence / _RECENT, {"day": facts.last_day or ""}),
        ("leads", facts.open_leads / _ENOUGH["leads"], {"count": facts.open_leads}),
        ("at_risk", float(risky), {}),
    )
    parts = []
    for name, amount, filled in found:
        points = round(getattr(rules.weights, name) * min(1.0, max(0.0, amount)), 1)
        if points:
            parts.append(ScorePart(name, points, words()["screening"][name].format(**filled), filled))
    return tuple(parts)


def _total(parts: tuple[ScorePart, ...]) -> float:
    return round(sum(part.points for part in parts), 1)
