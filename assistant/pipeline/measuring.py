"""The outcome of a launch measured on the store, and written into the proposal's history once its window has passed."""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from assistant.domain.outcomes import Launch, Outcome, Window
from assistant.errors import NotFoundError, UsageError
from assistant.insight.outcomes import Counts, judge
from assistant.pipeline.context import Context

_FROM, _TO = "1970-01-01", "2100-01-01"
"""Days between which something may have been launched."""


def measure(context: Context, subject: str, launch: Launch | None, actor: str) -> Outcome:
    """As `look`, and remember what was told. A proposal that stands as launched becomes measured when the whole window
    has passed.

    Raises:
        NotFoundError, UsageError: as `look`.
    """
    outcome = look(context, subject, launch)
    context.store.outcomes.save(outcome, actor)
    if outcome.measured:
        _close_the_loop(context, outcome, actor)
    return outcome


def look(context: Context, subject: str, launch: Launch | None = None) -> Outcome:
    """Count a proposal's need (or a theme) before and after a launch and judge it; nothing is written.

    Without a launch, that of the last outcome stands, else what was told when the proposal became launched. Without
    products those that the need was told of are meant. What people called them is masked.

    Raises:
        NotFoundError: there is no such proposal or theme.
        UsageError: nobody ever said when it was launched, or the day makes no sense.
    """
    store = context.store.outcomes
    theme_ids = store.themes_of(subject)
    if not theme_ids:
        raise NotFoundError(f"{subject!r} is no proposal with a theme that is still there, and no theme")
    launch = _whole(context, subject, launch, theme_ids)
    last = store.last_day()
    if last is None:
        raise UsageError("there are no records that were read and have a day: run `voc run` first")
    return judge(subject, theme_ids, launch, _counts(context, subject, launch, theme_ids, last))


def _whole(context: Context, subject: str, launch: Launch | None, theme_ids: tuple[str, ...]) -> Launch:
    if launch is None:
        launch = _told(context, subject)
    if not _FROM <= launch.day < _TO:
        raise UsageError(f"a launch on {launch.day} makes no sense: give the day from {_FROM} on, as 2026-09-05")
    launch = _masked(context, launch)
    if not launch.products:
        launch = replace(launch, products=context.store.outcomes.products_of(theme_ids))
    return launch


def _masked(context: Context, launch: Launch) -> Launch:
    def mask(text: str) -> str:
        return context.mask(text)

    return replace(
        launch,
        products=tuple(mask(product) for product in launch.products),
        model=mask(launch.model) if launch.model else None,
        region=mask(launch.region) if launch.region else None,
    )


def _told(context: Context, subject: str) -> Launch:
    """The launch of the last outcome, else the one that was told when the proposal became launched."""
    told = context.store.outcomes.told(subject)
    if told:
        kept = told[0]["content"]["launch"]
        return Launch(**{**kept, "products": tuple(kept["products"])})
    noted: object = None
    with suppress(NotFoundError):
        noted = context.store.proposal(subject).provenance.get("launch")
    if not isinstance(noted, Mapping):
        raise UsageError(f"nobody said when {subject} was launched: give --launched 2026-09-05")
    products = (str(noted["product"]),) if noted.get("product") else ()
    return Launch(str(noted["date"]), products, region=noted.get("region"))


def _counts(context: Context, subject: str, launch: Launch, theme_ids: tuple[str, ...], last: str) -> Counts:
    store = context.store.outcomes
    day, length = dt.date.fromisoformat(launch.day), dt.timedelta(days=launch.window)
    aim = store.aim_of(theme_ids)
    first = context.store.span()[0] or launch.day

    def window(since: dt.date, until: dt.date) -> Window:
        return store.window(launch, theme_ids, aim, since.isoformat(), until.isoformat())

    one = dt.timedelta(days=1)
    before = window(day - length, day - one)
    end = min(day + length - one, dt.date.fromisoformat(last))
    after = window(day, end) if end >= day else Window(launch.day, (day - one).isoformat())
    earlier = window(day - 2 * length, day - length - one) if (day - 2 * length).isoformat() >= first else None
    afterwards, told = store.afterwards(launch, theme_ids, aim, after)
    notes = ("short_before",) if before.since < first else ()
    looks = [one for one in store.told(subject) if one["launched"] == launch.day and not one["measured"]]
    return Counts(
        before,
        after,
        earlier,
        store.others(launch, theme_ids, before, after),
        told,
        afterwards,
        aim,
        last,
        not looks,
        notes,
    )


def _close_the_loop(context: Context, outcome: Outcome, actor: str) -> None:
    """A launched proposal is measured now."""
    store = context.store
    try:
        proposal = store.proposal(outcome.subject)
    except NotFoundError:  # the subject is a theme
        return
    if proposal.status == "launched":
        detail = {"from": "launched", "to": "measured", "verdict": outcome.verdict, "launched": outcome.launch.day}
        step = (lambda one: replace(one, status="measured")), "moved", detail
        store.change_proposal(outcome.subject, [step], actor)


def title_of(context: Context, subject: str) -> str:
    """What a proposal or theme is called."""
    try:
        return context.store.proposal(subject).title
    except NotFoundError:
        return context.store.theme(subject).title
