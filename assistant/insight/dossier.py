"""All that code counts for a proposal before anybody writes a word of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain.ideas import Idea
from assistant.domain.proposals import Coverage, Evidence, ProposalMaterial, Stance
from assistant.domain.statistics import wilson
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.insight.figures import Friction, Months, count_figures, customers_by_segment, friction_of
from assistant.insight.members import PARTNERS, Member, count_customers, count_records, tally
from assistant.insight.wordings import asks, makes_light
from assistant.insight.wordlist import Language

MOST_SEEDS = 10
MOST_COUNTER = 6
MOST_INDIFFERENT = 3
CALM = 2
"""Severity up to which somebody mentions a need and hardly minds."""
_SHARE_OF_ASPECT = 0.25


@dataclass(frozen=True, slots=True)
class Totals:
    """What was read, whatever theme it went into."""

    records_read: int
    negative_records: int
    """Records with a negative or mixed insight: all the friction there is."""
    averse: frozenset[str] = frozenset()
    """Customers who resent being sold to, in any of their records: never a seed."""
    months: Months = ()
    """The theme over the months."""
    mentions: Mapping[str, int] = field(default_factory=dict)
    """Words of a brief → records that hold them."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """The counted side of a proposal."""

    material: ProposalMaterial
    segments: tuple[tuple[str, int], ...]
    """Segment → customers, most first."""
    seeds: tuple[Mapping[str, object], ...]
    averse_left_out: int
    friction: Friction
    months: Months = ()
    theme_titles: tuple[str, ...] = ()
    """Titles of all themes it stands on."""
    brief: Mapping[str, object] = field(default_factory=dict)
    """For a proposal out of a brief: its text, and which themes carry it by what."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The voices of the theme, as numbered evidence."""
        return tuple(evidence_of(voice) for voice in self.material.material.voices)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a proposal is about: an idea or a brief, the theme shown, and its members."""

    idea: Idea
    material: ThemeMaterial
    """Its voices become the numbered evidence."""
    members: Sequence[Member]
    """Of the theme or themes, each once."""
    theme_titles: tuple[str, ...] = ()
    brief: Mapping[str, object] = field(default_factory=dict)


def compile_dossier(subject: Subject, everyone: Sequence[Member], totals: Totals, language: Language = "zh") -> Dossier:
    """Count what a proposal stands on.

    Args:
        subject: what is proposed, and for whom.
        everyone: members of all themes and of none, to find voices that speak against the need.
        totals: what was read.
        language: of the figures' labels.
    """
    members = subject.members
    averse = totals.averse | {m.customer_key for m in members if m.insight.signals.get("resale_aversion")}
    first = max((voice.n for voice in subject.material.voices), default=0) + 1
    against = counter_voices(members, everyone)
    coverage, friction = coverage_of(members, totals.records_read), friction_of(members, totals.negative_records)
    people: dict[str, int] = {stance: len({m.customer_key for m in found}) for stance, found in against.items()}
    figures = count_figures(members, everyone, coverage, friction, people, totals.months, totals.mentions, language)
    text = subject.brief.get("text")
    return Dossier(
        material=ProposalMaterial(
            subject.idea, subject.material, coverage, _numbered(against, first), figures, str(text) if text else None
        ),
        segments=customers_by_segment(members),
        seeds=seed_customers(members, averse),
        averse_left_out=len({m.customer_key for m in members} & averse),
        friction=friction,
        months=tuple(totals.months),
        theme_titles=subject.theme_titles,
        brief=subject.brief,
    )


def coverage_of(members: Sequence[Member], records_read: int) -> Coverage:
    """Share of what was read that supports the need, with its 95 % Wilson interval."""
    supporting = count_records(members)
    read = max(records_read, supporting)
    low, high = wilson(supporting, read)
    share = supporting / read if read else 0.0
    return Coverage(read, supporting, count_customers(members), round(share, 4), (round(low, 4), round(high, 4)))


def counter_voices(members: Sequence[Member], everyone: Iterable[Member]) -> dict[Stance, list[Member]]:
    """Who says otherwise, and who hardly minds, the latest first, one voice a customer.

    Both are of the same kind of customer and speak of the same products and aspects. Otherwise: of the opposite mind.
    Indifferent: their own words make light of it, or members who mention it calmly, without asking for anything; low
    severity alone is no sign, for many who suffer say little.
    """
    aspects = {a for a, n in tally(members, lambda m: m.insight.aspect) if n >= _SHARE_OF_ASPECT * len(members)}
    products = {m.product for m in members}
    parties = {m.segment in PARTNERS for m in members}
    own = {m.insight.id for m in members}
    pleased = sum(m.insight.sentiment == "positive" for m in members) * 2 > len(members)
    opposite = {"negative", "mixed"} if pleased else {"positive"}
    found: dict[Stance, dict[str, Member]] = {"otherwise": {}, "indifferent": {}}
    for member in sorted(everyone, key=lambda m: (m.created_at or "", m.insight.id), reverse=True):
        insight = member.insight
        near = insight.aspect in aspects and member.product in products and (member.segment in PARTNERS) in parties
        if not near:
            continue
        if insight.sentiment in opposite:
            found["otherwise"].setdefault(member.customer_key, member)
        elif not pleased and _unmoved(member, insight.id in own):
            found["indifferent"].setdefault(member.customer_key, member)
    return {stance: list(people.values()) for stance, people in found.items()}


def _unmoved(member: Member, own: bool) -> bool:
    insight = member.insight
    if insight.severity > CALM + 1 or asks(insight.quote) or insight.suggestion:
        return False
    calm = own and insight.sentiment == "neutral" and insight.severity <= CALM
    return calm or makes_light(insight.quote)


def _numbered(against: Mapping[Stance, Sequence[Member]], first: int) -> tuple[Evidence, ...]:
    chosen: list[tuple[Stance, Member]] = [("otherwise", m) for m in against["otherwise"][:MOST_COUNTER]]
    chosen += [("indifferent", m) for m in against["indifferent"][:MOST_INDIFFERENT]]
    return tuple(_evidence(n, m, stance) for n, (stance, m) in enumerate(chosen, start=first))


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


def _evidence(n: int, member: Member, stance: Stance) -> Evidence:
    insight = member.insight
    return Evidence(
        n, insight.record_id, insight.quote, insight.start, insight.end,
        member.channel, member.product, member.segment, member.created_at, stance,
    )  # fmt: skip
