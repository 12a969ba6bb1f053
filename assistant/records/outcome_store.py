"""What is counted for the outcome of a launch, and the outcomes as they were told."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, insert, or_, select

from assistant.domain.filters import Filters
from assistant.domain.outcomes import Afterwards, Aim, Launch, Moved, Outcome, Window
from assistant.records.database import Database, now
from assistant.records.selection import READ, record_conditions
from assistant.records.tables import customers, idea_themes, insights, outcomes, proposals, records, themes

_MOSTLY = 0.5
_MEANT = 0.1
"""A product that holds so much of a need's records is meant by it, where nobody says which products are."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which records count, beyond their days."""

    launch: Launch
    theme_ids: tuple[str, ...]
    aim: Aim

    def within(self, since: str, until: str) -> list[ColumnElement[bool]]:
        """Read records of the product, model and region in a period."""
        launch = self.launch
        found = record_conditions(Filters(product=launch.products, since=since, until=until))
        found.append(READ)
        if launch.model:
            found.append(func.lower(records.c.model) == launch.model.lower())
        if launch.region:
            found.append(records.c.region.startswith(launch.region, autoescape=True))
        return found

    @property
    def counted(self) -> ColumnElement[bool]:
        """Insights that count as the need being there: praise does not, unless the need is one of praise."""
        return insights.c.sentiment != "positive" if self.aim == "fewer" else insights.c.sentiment.is_not(None)


class OutcomeStore:
    """The part of the store that counts and remembers outcomes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def themes_of(self, subject: str) -> tuple[str, ...]:
        """The themes of a proposal and of its idea; a theme is its own; none where there is no such thing."""
        with self.database.reading() as connection:
            if subject in set(connection.scalars(select(themes.c.id).where(themes.c.id == subject))):
                return (subject,)
            row = connection.execute(
                select(proposals.c.idea_id, proposals.c.theme_id).where(proposals.c.id == subject)
            ).first()
            if row is None:
                return ()
            of_idea = select(idea_themes.c.theme_id).where(idea_themes.c.idea_id == row[0])
            held = {*connection.scalars(of_idea), row[1]} - {None}
            there = select(themes.c.id).where(themes.c.id.in_([str(one) for one in held]))
            return tuple(sorted(connection.scalars(there)))

    def products_of(self, theme_ids: Sequence[str]) -> tuple[str, ...]:
        """The products that a tenth or more of a need's records are of, most first; none where records name none."""
        n = func.count(distinct(records.c.id))
        joined = insights.join(records, records.c.id == insights.c.record_id)
        query = select(records.c.product, n).select_from(joined).where(insights.c.theme_id.in_(theme_ids))
        with self.database.reading() as connection:
            rows = connection.execute(query.group_by(records.c.product).order_by(n.desc())).all()
        total = sum(count for _, count in rows)
        return tuple(str(product) for product, count in rows if product and count >= _MEANT * total)

    def aim_of(self, theme_ids: Sequence[str]) -> Aim:
        """``more`` where most mentions are praise: then it is to grow."""
        praise = func.avg(case((insights.c.sentiment == "positive", 1.0), else_=0.0))
        with self.database.reading() as connection:
            share = connection.scalar(select(praise).where(insights.c.theme_id.in_(theme_ids)))
        return "more" if (share or 0.0) > _MOSTLY else "fewer"

    def window(self, launch: Launch, theme_ids: Sequence[str], aim: Aim, since: str, until: str) -> Window:
        """What one period holds, both days included."""
        scope = _Scope(launch, tuple(theme_ids), aim)
        where = scope.within(since, until)
        held = select(insights.c.record_id).where(insights.c.theme_id.in_(theme_ids), scope.counted)
        both = (func.count(), func.count(distinct(records.c.person)))
        with self.database.reading() as connection:
            all_of_it = connection.execute(select(*both).select_from(records).where(*where)).one()
            told = connection.execute(select(*both).select_from(records).where(*where, records.c.id.in_(held))).one()
        return Window(since, until, all_of_it[0], all_of_it[1], told[0], told[1], self._owners(launch, until))

    def others(self, launch: Launch, theme_ids: Sequence[str], before: Window, after: Window) -> list[Moved]:
        """The other needs told of the same product, in customers before and after, most first."""
        scope = _Scope(launch, tuple(theme_ids), "more")
        first, then = (self._by_theme(scope, one.since, one.until) for one in (before, after))
        with self.database.reading() as connection:
            known: dict[str, str] = dict(
                connection.execute(
                    select(themes.c.id, themes.c.title).where(themes.c.active, themes.c.archived.is_(False))
                ).all()
            )
        found = [
            Moved(one, known[one], first.get(one, 0), then.get(one, 0))
            for one in {*first, *then}
            if one in known and one not in theme_ids
        ]
        return sorted(found, key=lambda one: (-one.before - one.after, one.theme_id))

    def afterwards(
        self, launch: Launch, theme_ids: Sequence[str], aim: Aim, after: Window
    ) -> tuple[Afterwards, Mapping[str, int]]:
        """The customers who had the need before the launch, and what they told of after it: theme id → customers."""
        scope = _Scope(launch, tuple(theme_ids), aim)
        eve = (dt.date.fromisoformat(launch.day) - dt.timedelta(days=1)).isoformat()
        held = select(insights.c.record_id).where(insights.c.theme_id.in_(theme_ids), scope.counted)
        had = select(records.c.person).where(*scope.within("0000-01-01", eve), records.c.id.in_(held))
        # A person who only ever wrote a record without an id is that record, and can't come back.
        later = (records.c.day >= launch.day, records.c.day <= after.until, READ)
        back = (*later, records.c.person.in_(had))
        with self.database.reading() as connection:
            before = connection.scalar(select(func.count(distinct(had.subquery().c.person)))) or 0
            again = connection.scalar(select(func.count(distinct(records.c.person))).where(*back)) or 0
            told = self._people_by_theme(back, insights.c.theme_id.is_not(None))
            same = select(func.count(distinct(records.c.person))).where(*back, records.c.id.in_(held))
            still = connection.scalar(same) or 0
            return Afterwards(before, again, still), dict(connection.execute(told).all())

    def last_day(self) -> str | None:
        """The last day of which records were read."""
        with self.database.reading() as connection:
            last: str | None = connection.scalar(select(func.max(records.c.day)).where(READ))
        return last

    def save(self, outcome: Outcome, actor: str) -> None:
        """Remember an outcome as it was told; the same as the last one is not noted again.

        Without the titles of themes: these may be worded by what customers said, and are to be found in one place only.
        """
        content = asdict(outcome)
        for named in ("others", "next_needs"):
            content[named] = [{**one, "title": ""} for one in content[named]]
        latest = select(outcomes.c.content).where(outcomes.c.subject == outcome.subject).order_by(outcomes.c.id.desc())
        values = {
            "subject": outcome.subject, "launched": outcome.launch.day, "verdict": outcome.verdict,
            "measured": outcome.measured, "content": content, "actor": actor, "at": now(),
        }  # fmt: skip
        with self.database.writing() as connection:
            kept = connection.scalar(latest.limit(1))
            if kept is None or _comparable(kept) != _comparable(content):
                connection.execute(insert(outcomes).values(**values))

    def is_measured(self, subject: str) -> bool:
        """Whether an outcome was told after its whole window had passed."""
        query = select(func.count()).where(outcomes.c.subject == subject, outcomes.c.measured)
        with self.database.reading() as connection:
            return bool(connection.scalar(query))

    def told(self, subject: str) -> list[dict[str, Any]]:
        """The outcomes told of a proposal or theme, the latest first."""
        query = select(outcomes).where(outcomes.c.subject == subject).order_by(outcomes.c.id.desc())
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _by_theme(self, scope: _Scope, since: str, until: str) -> dict[str, int]:
        query = self._people_by_theme(scope.within(since, until), insights.c.theme_id.is_not(None))
        with self.database.reading() as connection:
            return dict(connection.execute(query).all())

    @staticmethod
    def _people_by_theme(where: Sequence[ColumnElement[bool]], inner: ColumnElement[bool]) -> Select[Any]:
        joined = insights.join(records, records.c.id == insights.c.record_id)
        query = select(insights.c.theme_id, func.count(distinct(records.c.person))).select_from(joined)
        return query.where(inner, *where).group_by(insights.c.theme_id)

    def _owners(self, launch: Launch, until: str) -> int | None:
        """Persons known to own the product by then, under whatever id; None where that is known of nobody."""
        wanted = {name.lower() for name in ((launch.model,) if launch.model else launch.products)}
        person = func.coalesce(customers.c.counts_as, customers.c.id)
        query = select(person, customers.c.owned).where(or_(customers.c.since.is_(None), customers.c.since <= until))
        if launch.region:
            query = query.where(customers.c.region.startswith(launch.region, autoescape=True))
        with self.database.reading() as connection:
            held = [(who, {str(one).lower() for one in owned}) for who, owned in connection.execute(query) if owned]
        return len({who for who, owned in held if not wanted or owned & wanted}) or None


def _comparable(content: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(content, default=list))
