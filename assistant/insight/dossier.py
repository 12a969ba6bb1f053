"""All that code counts for a proposal before anybody writes a word of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from assistant.domain.ideas import Idea
from assistant.domain.proposals import Coverage, Evidence, ProposalMaterial
from assistant.domain.statistics import wilson
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import SignalName
from assistant.insight.members import PARTNERS, Member, count_customers, count_records, tally

MOST_SEEDS = 10
MOST_COUNTER = 6
_SHARE_OF_ASPECT = 0.25
_FRICTION: tuple[SignalName, ...] = ("repeat_contact", "escalation", "churn_risk")


@dataclass(frozen=True, slots=True)
class Totals:
    """What was read, whatever theme it went into."""

    records_read: int
    negative_records: int
    """Records with a negative or mixed insight: all the friction there is."""
    averse: frozenset[str] = frozenset()
    """Customers who resent being sold to, in any of their records: never a seed."""


@dataclass(frozen=True, slots=True)
class Friction:
    """The theme's part in all friction: negative records, with the 95 % Wilson interval of the share."""

    records: int
    of_records: int
    share: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dossier:
    """The counted side of a proposal."""

    material: ProposalMaterial
    segments: tuple[tuple[str, int], ...]
    """Segment → customers, most first."""
    seeds: tuple[Mapping[str, object], ...]
    averse_left_out: int
    severity: float
    friction: Friction
    signals: Mapping[str, int]
    """Signal → customers of the theme who gave it."""


def compile_dossier(
    idea: Idea, material: ThemeMaterial, members: Sequence[Member], everyone: Iterable[Member], totals: Totals
) -> Dossier:
    """Count what a proposal stands on.

    Args:
        idea: what is proposed.
        material: the theme as engines see it; its voices become the numbered evidence.
        members: the theme's members, each once.
        everyone: members of all themes and of none, to find voices that speak against the need.
        totals: what was read.
    """
    averse = totals.averse | {m.customer_key for m in members if m.insight.signals.get("resale_aversion")}
    first = max((voice.n for voice in material.voices), default=0) + 1
    return Dossier(
        material=ProposalMaterial(
            idea, material, coverage_of(members, totals.records_read), counter_evidence(members, everyone, first)
        ),
        segments=_customers_by_segment(members),
        seeds=seed_customers(members, averse),
        averse_left_out=len({m.customer_key for m in members} & averse),
        severity=round(fmean(m.insight.severity for m in members), 1) if members else 0.0,
        friction=_friction(members, totals.negative_records),
        signals={name: _customers_with(members, name) for name in (*_FRICTION, "advocate")},
    )


def coverage_of(members: Sequence[Member], records_read: int) -> Coverage:
    """Share of what was read that supports the need, with its 95 % Wilson interval."""
    supporting = count_records(members)
    read = max(records_read, supporting)
    low, high = wilson(supporting, read)
    share = supporting / read if read else 0.0
    return Coverage(read, supporting, count_customers(members), round(share, 4), (round(low, 4), round(high, 4)))


def counter_evidence(members: Sequence[Member], everyone: Iterable[Member], first: int) -> tuple[Evidence, ...]:
    """Voices that speak against: of the same kind of customer, on the same products and aspects, and of the
    opposite mind; one per customer, numbered from `first`."""
    aspects = {a for a, n in tally(members, lambda m: m.insight.aspect) if n >= _SHARE_OF_ASPECT * len(members)}
    products = {m.product for m in members}
    parties = {m.segment in PARTNERS for m in members}
    pleased = sum(m.insight.sentiment == "positive" for m in members) * 2 > len(members)
    opposite = {"negative", "mixed"} if pleased else {"positive"}
    found: dict[str, Member] = {}
    for member in sorted(everyone, key=lambda m: (m.created_at or "", m.insight.id), reverse=True):
        insight = member.insight
        if (
            insight.sentiment in opposite
            and insight.aspect in aspects
            and member.product in products
            and (member.segment in PARTNERS) in parties
        ):
            found.setdefault(member.customer_key, member)
    return tuple(_evidence(n, m) for n, m in enumerate(list(found.values())[:MOST_COUNTER], start=first))


def evidence_of(voice: Voice) -> Evidence:
    """A voice as numbered evidence."""
    return Evidence(
        voice.n, voice.record_id, voice.quote, voice.start, voice.end,
        voice.channel, voice.product, voice.segment, voice.created_at,
    )  # fmt: skip


def seed_customers(members: Sequence[Member], averse: frozenset[str]) -> tuple[Mapping[str, object], ...]:
    """Value customers to build with: a rich voice and real goodwill; those averse to being sold to are left out.

    Ranked by wishes they voiced, goodwill (they recommend or praise), and how often they spoke; customers about
    to leave come last, for they need service first. Only customers who are known count, not nameless records.
    """
    own: dict[str, list[Member]] = {}
    for member in members:
        if member.customer_id and member.customer_id not in averse:
            own.setdefault(member.customer_id, []).append(member)
    ranked = sorted(own.items(), key=lambda item: (-_seed_rank(item[1]), item[0]))
    return tuple(_seed(customer, voices) for customer, voices in ranked[:MOST_SEEDS])


def _seed_rank(voices: Sequence[Member]) -> float:
    wishes = sum(bool(m.insight.suggestion) for m in voices)
    goodwill = any(m.insight.signals.get("advocate") or m.insight.sentiment == "positive" for m in voices)
    leaving = any(m.insight.signals.get("churn_risk") for m in voices)
    richness = min(1.0, sum(len(m.insight.quote) for m in voices) / 80)
    return 2 * min(2, wishes) + 2 * goodwill + 0.5 * min(3, count_records(voices)) + richness - 3 * leaving


def _seed(customer: str, voices: Sequence[Member]) -> Mapping[str, object]:
    why = []
    if any(m.insight.suggestion for m in voices):
        why.append("suggestion")
    if any(m.insight.signals.get("advocate") for m in voices):
        why.append("advocate")
    if any(m.opportunities for m in voices):
        why.append("opportunity")
    segment = next((str(m.segment) for m in voices if m.segment), None)
    records = sorted({m.insight.record_id for m in voices})
    return {"customer_id": customer, "segment": segment, "records": records, "why": why}


def _friction(members: Sequence[Member], negative_records: int) -> Friction:
    records = count_records(m for m in members if m.insight.sentiment in ("negative", "mixed"))
    of_records = max(negative_records, records)
    low, high = wilson(records, of_records)
    share = records / of_records if of_records else 0.0
    return Friction(records, of_records, round(share, 4), (round(low, 4), round(high, 4)))


def _customers_by_segment(members: Sequence[Member]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, set[str]] = {}
    for member in members:
        if member.segment:
            counts.setdefault(member.segment, set()).add(member.customer_key)
    return tuple(sorted(((s, len(c)) for s, c in counts.items()), key=lambda item: (-item[1], item[0])))


def _customers_with(members: Sequence[Member], signal: SignalName) -> int:
    return count_customers(m for m in members if m.insight.signals.get(signal))


def _evidence(n: int, member: Member) -> Evidence:
    insight = member.insight
    return Evidence(
        n, insight.record_id, insight.quote, insight.start, insight.end,
        member.channel, member.product, member.segment, member.created_at,
    )  # fmt: skip
