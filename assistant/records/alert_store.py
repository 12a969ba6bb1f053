"""The outbox of alerts: each is found once, goes to each channel once, and no kill forgets which were sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, and_, case, delete, func, insert, select, update

from assistant.domain.alerts import Alert, DeliveryStatus
from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.tables import alerts, deliveries, fixes


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alert on its way to a channel."""

    alert: Alert
    alert_id: str
    created_at: str
    channel: str
    tries: int


class AlertStore:
    """The part of the store that remembers alerts. Moments are ISO 8601 in UTC with seconds, as `now` writes them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add_alerts(self, found: Sequence[tuple[Alert, Sequence[str]]]) -> list[Alert]:
        """Take up alerts with the channels they go to; those known already change nothing. Returns the new ones."""
        at = now()
        added = []
        with self.database.writing() as connection:
            for alert, channels in found:
                if connection.scalar(select(func.count()).where(alerts.c.id == alert.id)):
                    continue
                values = {"id": alert.id, "rule": alert.rule, "theme_id": alert.theme_id, "facts": dict(alert.facts)}
                connection.execute(insert(alerts).values(**values, created_at=at))
                rows = [
                    {"alert_id": alert.id, "channel": name, "status": "pending", "tries": 0, "next_at": at}
                    for name in channels
                ]
                if rows:
                    connection.execute(insert(deliveries), rows)
                added.append(alert)
        return added

    def due(self, moment: str) -> list[Delivery]:
        """What is to be sent by now, the oldest first."""
        query = _joined().where(deliveries.c.status == "pending", deliveries.c.next_at <= moment)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(alerts.c.created_at, alerts.c.id, deliveries.c.channel)).mappings()
            return [_delivery(row) for row in rows]

    def claim(self, delivery: Delivery, moment: str) -> bool:
        """Take a delivery in hand, before it is sent; False where somebody else has."""
        values = {"status": "sending", "tries": deliveries.c.tries + 1, "tried_at": moment}
        return self._move(delivery, "pending", values)

    def settle(self, delivery: Delivery, *, status: DeliveryStatus, reason: str | None, next_at: str | None) -> None:
        """Write down what became of a delivery in hand: sent, failed, or pending again from `next_at` on."""
        values: dict[str, Any] = {"status": status, "reason": reason}
        self._move(delivery, "sending", values if next_at is None else {**values, "next_at": next_at})

    def postpone(self, delivery: Delivery, next_at: str) -> None:
        """Leave a delivery for later without trying it."""
        self._move(delivery, "pending", {"next_at": next_at})

    def give_up(self, delivery: Delivery, reason: str) -> None:
        """Fail a delivery without trying it: its channel is gone."""
        self._move(delivery, "pending", {"status": "failed", "reason": reason})

    def take_up_interrupted(self, repeatable: Iterable[str]) -> int:
        """Settle what was in hand when a sender died: those to a repeatable channel are tried again, of the others
        nobody knows whether they arrived, and they fail as ``interrupted``. Call it while nobody else sends."""
        names = list(repeatable)
        again = deliveries.c.channel.in_(names)
        values = {
            "status": case((again, "pending"), else_="failed"),
            "reason": "interrupted",
        }
        with self.database.writing() as connection:
            return connection.execute(
                update(deliveries).where(deliveries.c.status == "sending").values(**values)
            ).rowcount

    def retry_failed(self, alert_id: str | None = None) -> int:
        """Have failed deliveries tried again, all or of one alert; how many.

        Raises:
            NotFoundError: there is no such alert.
        """
        where = [deliveries.c.status == "failed"]
        with self.database.writing() as connection:
            if alert_id is not None:
                if not connection.scalar(select(func.count()).where(alerts.c.id == alert_id)):
                    raise NotFoundError(f"there is no alert {alert_id!r}: `voc alerts list` shows which there are")
                where.append(deliveries.c.alert_id == alert_id)
            values = {"status": "pending", "tries": 0, "next_at": now()}
            return connection.execute(update(deliveries).where(*where).values(**values)).rowcount

    def tried_since(self, channel: str, moment: str) -> list[str]:
        """Moments of the latest tries of a channel's deliveries from a moment on, oldest first."""
        where = (deliveries.c.channel == channel, deliveries.c.tried_at > moment)
        with self.database.reading() as connection:
            return list(connection.scalars(select(deliveries.c.tried_at).where(*where).order_by(deliveries.c.tried_at)))

    def waiting(self) -> int:
        """Deliveries that are still to be sent."""
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).where(deliveries.c.status == "pending")) or 0

    def told_spikes(self) -> dict[str, list[str]]:
        """Theme id → first weeks of the spikes that were found."""
        found: dict[str, list[str]] = {}
        with self.database.reading() as connection:
            for theme_id, facts in connection.execute(
                select(alerts.c.theme_id, alerts.c.facts).where(alerts.c.rule == "spike")
            ):
                found.setdefault(theme_id, []).append(facts["first_week"])
        return found

    def list_alerts(
        self, limit: int | None, offset: int = 0, *, status: DeliveryStatus | None = None
    ) -> tuple[list[dict[str, Any]], int]:
        """A page of alerts with their deliveries, newest first, and how many there are; with `status` only those with
        a delivery that stands so."""
        query = select(alerts)
        if status is not None:
            query = query.where(alerts.c.id.in_(select(deliveries.c.alert_id).where(deliveries.c.status == status)))
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            page = query.order_by(alerts.c.created_at.desc(), alerts.c.id).limit(limit).offset(offset)
            rows = [{"deliveries": [], **row} for row in connection.execute(page).mappings()]
            mine = deliveries.c.alert_id.in_([row["id"] for row in rows])
            by_id = {row["id"]: row for row in rows}
            for one in connection.execute(select(deliveries).where(mine).order_by(deliveries.c.channel)).mappings():
                by_id[one["alert_id"]]["deliveries"].append({k: v for k, v in one.items() if k != "alert_id"})
        return rows, total

    def set_fix(self, theme_id: str, day: str | None, actor: str) -> None:
        """Note since when a theme is said to be mended; None takes it back."""
        with self.database.writing() as connection:
            connection.execute(delete(fixes).where(fixes.c.theme_id == theme_id))
            if day is not None:
                connection.execute(insert(fixes).values(theme_id=theme_id, day=day, actor=actor, at=now()))

    def fixed_themes(self) -> dict[str, str]:
        """Theme id → since when it is said to be mended."""
        with self.database.reading() as connection:
            return dict(connection.execute(select(fixes.c.theme_id, fixes.c.day)).all())

    def _move(self, delivery: Delivery, status: str, values: Mapping[str, Any]) -> bool:
        here = and_(deliveries.c.alert_id == delivery.alert_id, deliveries.c.channel == delivery.channel)
        with self.database.writing() as connection:
            done = connection.execute(update(deliveries).where(here, deliveries.c.status == status).values(**values))
            return done.rowcount == 1


def _joined() -> Any:
    columns = (alerts.c.rule, alerts.c.theme_id, alerts.c.facts, alerts.c.created_at)
    return select(deliveries, *columns).join(alerts, alerts.c.id == deliveries.c.alert_id)


def _delivery(row: RowMapping) -> Delivery:
    alert = Alert(row["rule"], "", row["theme_id"], row["facts"])
    return Delivery(alert, row["alert_id"], row["created_at"], row["channel"], row["tries"])
