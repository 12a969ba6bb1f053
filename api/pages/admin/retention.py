"""Retention: for how long the records of each source are kept, what is due, and its erasing."""

from dataclasses import dataclass
from typing import Any

from api.pages.admin.erasing import receipt_part
from api.pages.admin.forms import asked_first, heading, reload
from api.pages.doing import done
from api.pages.parts import box, button, choice, emptiness, facts, say, tag, waiting
from api.pages.visitor import Visit
from api.routes.retaining import today

_SET, _APPLY = "PUT /v1/retention", "POST /v1/retention"
_DAYS = (30, 90, 180, 365, 730, 1095, 1825)
"""Rules that are offered."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Sources with their records, their rules in days, and what is due today."""

    sources: dict[str, int]
    rules: dict[str, int]
    due: dict[str, dict[str, Any]]


def standing_of(visit: Visit) -> Standing:
    """What the part shows."""
    store = visit.app.store
    rules = {rule["source"]: int(rule["days"]) for rule in store.retention_rules()}
    return Standing(store.sources(), rules, {one["source"]: one for one in store.overdue(today())})


def retention_part(visit: Visit, found: Standing) -> None:
    """Show it."""
    words = visit.words
    heading(visit, "ad_retention", "ad_retention_told")
    names = sorted({*found.sources, *found.rules})
    if not names:
        emptiness(words("ad_no_sources"), words("ad_no_sources_told"))
        return
    with tag("ul", "", "ad-rows"):
        for name in names:
            _row(visit, found, name)
    place = box(aria_live="polite")
    count = sum(one["records"] for one in found.due.values())
    if not count:
        facts(words("ad_nothing_due"))
        return

    async def apply() -> None:
        place.clear()
        with place:
            waiting(words("ad_erasing"))
            tag("p", words("ad_erasing"), "facts")
        receipt = await done(visit, _APPLY, "", lambda: visit.app.pipeline.apply_retention(today(), visit.by))
        place.clear()
        if receipt is not None:
            with place:
                tag("h2", words("ad_retained", n=receipt.erased.records))
                receipt_part(visit, receipt.erased)

    act = asked_first(visit, words("ad_apply_title", n=count), words("ad_apply_told"), words("ad_erase_go"), apply)
    button(words("ad_apply", n=count), act, "bad")


def _row(visit: Visit, found: Standing, source: str) -> None:
    words, rule = visit.words, found.rules.get(source)
    with tag("li", "", "ad-row"):
        with box("ad-main"):
            with box("ad-names"):
                tag("strong", source)
            facts(words("ad_source_records", n=f"{found.sources.get(source, 0):,}"))
            due = found.due.get(source)
            if due and due["records"]:
                with box("ad-due"):
                    tag("span", f"{words('ad_due_now')} {due['records']:,}", "chip trend-growing")
                    gone, undated = due["customers_gone"], due["undated"]
                    facts(
                        words("ad_due_span", first=due["oldest"], last=due["newest"], customers=due["customers"]),
                        words("ad_due_gone", n=gone) if gone else None,
                        words("ad_undated", n=undated) if undated else None,
                    )  # fmt: skip
        days = sorted({*_DAYS, *([rule] if rule else [])})
        shown = [("", words("ad_kept_ever")), *((str(n), words("ad_days", n=n)) for n in days)]

        async def set_rule(value: str) -> None:
            by = visit.by

            def kept() -> bool:
                visit.app.pipeline.retain(source, int(value) if value else None, by)
                return True

            if await done(visit, _SET, source, kept):
                say(words("ad_rule_done"))
                reload()

        choice(f"{words('ad_kept_for')} · {source}", shown, str(rule or ""), set_rule, "ad-inline")
