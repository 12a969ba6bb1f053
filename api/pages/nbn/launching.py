"""A launch told: the day, for whom, what it is measured by; from then on the need is counted before and after."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from api.pages.doing import done, looked
from api.pages.nbn.spot import Spot
from api.pages.parts import box, button, dialog, field, say, tag
from api.pages.visitor import Visit
from assistant.domain.outcomes import Launch, Outcome
from assistant.domain.proposals import Proposal
from assistant.errors import UsageError
from assistant.pipeline.measuring import measure
from assistant.pipeline.reviewing import Patch

LAUNCH = "POST /v1/proposals/{proposal_id}/outcome"
_SHORTEST, _LONGEST, _USUAL = 7, 730, 60
_HOPED = 50
"""Per cent by which customers with the need are hoped to become fewer."""


class LaunchSheet:
    """The form of a launch."""

    def __init__(
        self, visit: Visit, spot: Spot, proposal: Proposal, launched: Callable[[Patch], Awaitable[bool]]
    ) -> None:
        self._visit, self._words, self._spot, self._proposal = visit, visit.words, spot, proposal
        self._launched = launched
        words = visit.words
        with dialog(words("nbn_move_launched")) as self._dialog, box("sheet wide-sheet"):
            tag("h2", words("nbn_move_launched"))
            tag("p", words("nbn_move_launched_told"), "facts")
            with box("field-row"):
                self._day = _typed(words("nbn_launched_on"), dt.datetime.now(dt.UTC).date().isoformat(), "date")
                self._window = _typed(words("nbn_window_days"), str(_USUAL), "number")
                self._hoped = _typed(words("nbn_hoped_fall"), str(_HOPED), "number")
            self._products = ui.input(words("nbn_launch_products")).classes("field").props("outlined dense stack-label")
            self._region = field(words("nbn_launch_region"))
            tag("h3", words("nbn_metrics_then"))
            self._targets = {
                f"metrics.{n}.target": field(words("nbn_target_of", metric=words.readable(str(metric["name"]))), str(metric["target"]))
                for n, metric in enumerate(proposal.metrics, start=1)
            }  # fmt: skip
            with box("sheet-buttons"):
                button(words("cancel"), self._dialog.close, "plain")
                button(words("nbn_launch_go"), self._save, "first")

    async def open(self) -> None:
        """Open it with the products that the need is told of."""
        store, subject = self._visit.app.store.outcomes, self._proposal.id
        found = await looked(self._visit, lambda: store.products_of(store.themes_of(subject)))
        self._products.value = "、".join(found or ())
        self._dialog.open()

    async def _save(self) -> None:
        words = self._words
        try:
            launch = self._launch()
        except (UsageError, ValueError):
            say(words("nbn_launch_wrong", shortest=_SHORTEST, longest=_LONGEST), bad=True)
            return
        stood = {f"metrics.{n}.target": str(one["target"]) for n, one in enumerate(self._proposal.metrics, start=1)}
        edits = {
            place: text for place, read in self._targets.items() if (text := read().strip()) and text != stood[place]
        }
        product = launch.products[0] if len(launch.products) == 1 else None
        patch = Patch(status="launched", launched_on=launch.day, product=product, region=launch.region, edits=edits)
        if not await self._launched(patch):
            return
        await measured(self._visit, self._proposal.id, launch)
        self._dialog.close()
        ui.navigate.to(self._spot.to(edit="moved"))

    def _launch(self) -> Launch:
        day = dt.date.fromisoformat(self._day())
        window, fall = int(float(self._window())), float(self._hoped())
        if not (_SHORTEST <= window <= _LONGEST and 5 <= fall <= 95):
            raise UsageError(self._words("nbn_launch_wrong", shortest=_SHORTEST, longest=_LONGEST))
        named = str(self._products.value or "").replace(",", "、").replace("，", "、").split("、")
        products = tuple(one.strip() for one in named if one.strip())
        region = self._visit.masked(self._region().strip()) or None
        return Launch(day.isoformat(), products, region=region, window=window, hoped=round(1 - fall / 100, 2))


async def measured(visit: Visit, proposal_id: str, launch: Launch | None) -> Outcome | None:
    """Count the need before and after, and remember what was told."""
    context, who = visit.app.pipeline.context, visit.principal.name
    return await done(visit, LAUNCH, proposal_id, lambda: measure(context, proposal_id, launch, who))


def _typed(label: str, value: str, kind: str) -> Callable[[], str]:
    made: Any = ui.input(label, value=value).classes("field").props("outlined dense stack-label")
    made.props["type"] = kind
    return lambda: str(made.value or "")
