"""Erasing a customer: who is meant, how much there is, the reason, and then the proof."""

from collections.abc import Sequence

from api.pages.admin.forms import copy, heading
from api.pages.doing import done, fetched, sentence_of
from api.pages.parts import box, button, dialog, facts, fault, field, say, table, tag, waiting
from api.pages.visitor import Visit
from assistant.domain.receipts import EraseReceipt
from assistant.pipeline import Ground
from assistant.pipeline.erasing import OUT_OF_REACH
from assistant.pipeline.foretelling import Foretold, Meant
from assistant.pipeline.subjects import listed

_ERASE = "DELETE /v1/customers/{customer_id}"
GONE = (
    "records", "versions", "readings", "insights", "leads", "sealed", "relinked", "answers", "model_calls", "themes_reworded",
    "themes_gone", "ideas_trimmed", "ideas_removed", "proposals_marked", "proposals_withdrawn", "reverified", "quarantined",
    "kept_away",
)  # fmt: skip
"""What a receipt counts, in the order in which it is told."""


class ErasePart:
    """The part of the page; whoever is typed is kept in no address, and only until they are found."""

    def __init__(self, visit: Visit, named: str) -> None:
        self._visit, self._words, self._named = visit, visit.words, named

    def show(self) -> None:
        """The form, and a place for what comes of it."""
        words = self._words
        heading(self._visit, "ad_erase", "ad_erase_told")
        with box("ad-find"):
            named = field(words("ad_erase_whom"), self._named, longest=200, enter=lambda: self._find(named()))
            button(words("ad_erase_find"), lambda: self._find(named()), "first")
        facts(words("ad_erase_private"))
        self._place = box("ad-found", aria_live="polite")

    async def _find(self, named: str) -> None:
        named = named.strip()
        if not named:
            return
        visit, place = self._visit, self._place
        place.clear()
        with place:
            waiting(self._words("loading"))

        def look() -> Foretold:
            visit.check(_ERASE)
            return visit.app.pipeline.foretell(named)

        try:
            found = await fetched(visit, look)
        except Exception as error:  # noqa: BLE001 - the page's door
            place.clear()
            with place:
                fault(self._words("ad_erase_not"), self._words.readable(sentence_of(visit, error)))
            return
        place.clear()
        with place:
            self._found(named, found)

    def _found(self, named: str, found: Foretold) -> None:
        words, many = self._words, len(found.meant) > 1
        tag("h2", words("ad_erase_many", n=len(found.meant)) if many else words("ad_erase_one"))
        if many:
            tag("p", words("ad_erase_many_told"), "facts")
        for one in found.meant:
            self._card(one)
        if found.mentioned_elsewhere:
            held = found.mentioned_elsewhere
            tag("p", words("ad_erase_elsewhere", n=len(held), ids=listed(held)), "warning")
        if many:
            self._ask_button(words("ad_erase_all"), named, found.meant, all_of_them=True)

    def _card(self, one: Meant) -> None:
        words = self._words
        with box("sheet-flat ad-meant"):
            with box("ad-main"):
                with box("ad-names"):
                    tag("code", words.readable(one.customer_id))
                counts = words("ad_erase_counts", records=one.records, insights=one.insights, leads=one.leads)
                tag("p", counts)
                span = words("span", first=one.first, last=one.last) if one.first and one.last else None
                facts(span, *one.products[:6], words("ad_erase_versions", n=one.versions) if one.versions else None)
                if one.same_contact:
                    facts(words("ad_erase_same", ids=listed(one.same_contact)))
            self._ask_button(words("ad_erase_this"), one.customer_id, (one,), all_of_them=False)

    def _ask_button(self, text: str, named: str, meant: Sequence[Meant], *, all_of_them: bool) -> None:
        words = self._words
        word = str(len(meant)) if all_of_them else meant[0].customer_id[-6:]
        title = words("ad_erase_title", who=listed([one.customer_id for one in meant]))
        with dialog(title) as sheet, box("sheet"):
            tag("h2", title)
            tag("p", words("ad_erase_final", records=sum(one.records for one in meant)), "warning")
            reason = field(words("ad_erase_reason"), longest=500)
            typed = field(words("ad_erase_type", word=word), longest=200)

            async def go() -> None:
                if not reason().strip():
                    say(words("ad_erase_reason_first"), bad=True)
                elif typed().strip() != word:
                    say(words("ad_erase_type_first"), bad=True)
                else:
                    sheet.close()
                    await self._erase(named, reason().strip(), all_of_them=all_of_them)

            with box("sheet-buttons"):
                button(words("cancel"), sheet.close, "plain")
                button(words("ad_erase_go"), go, "first bad")
        button(text, sheet.open, "bad")

    async def _erase(self, named: str, reason: str, *, all_of_them: bool) -> None:
        visit, place = self._visit, self._place
        place.clear()
        with place:
            waiting(self._words("ad_erasing"), 4)
            tag("p", self._words("ad_erasing"), "facts")
        ground = Ground(reason, visit.by.name, visit.by.via)
        receipt = await done(
            visit, _ERASE, "", lambda: visit.app.pipeline.erase(named, ground, all_of_them=all_of_them)
        )  # fmt: skip
        place.clear()
        if receipt is not None:
            with place:
                receipt_part(visit, receipt)
                tag("p", self._words("ad_then"), "facts")


def receipt_part(visit: Visit, receipt: EraseReceipt) -> None:
    """What went, and the search that proves it."""
    words = visit.words
    if receipt.proved:
        with box("ad-good", role="status"):
            tag("p", f"✓ {words('ad_proved')}", "ad-good-title")
            size = f"{receipt.bytes / 1_000_000:,.1f} MB"
            counted = {"files": f"{receipt.files:,}", "fragments": f"{receipt.fragments:,}", "size": size}
            tag("p", words("ad_proved_told", **counted))
    else:
        with box("fault", role="alert"):
            tag("p", words("ad_left"), "fault-title")
            tag("p", words("ad_left_told"))
            for one in receipt.left:
                tag("code", one.file)
    gone = [(words.label(f"gone_{name}"), count) for name in GONE if (count := getattr(receipt, name))]
    with box("ad-receipt", id="receipt"):
        table([words("ad_gone"), words("ad_found")], gone, words("ad_receipt"))
        _beside(visit, receipt)
    copy(words("ad_receipt_copy"), words("ad_copied"), "receipt")


def _beside(visit: Visit, receipt: EraseReceipt) -> None:
    words = visit.words
    told = [words("ad_shared", n=receipt.shared)] if receipt.shared else []
    if held_in := [one.file for one in receipt.exports if one.state in ("holds", "unreadable")]:
        told.append(words("ad_exports", files=", ".join(held_in)))
    if receipt.same_contact:
        told.append(words("ad_erase_same", ids=listed(receipt.same_contact)))
    if held := receipt.mentioned_elsewhere:
        told.append(words("ad_erase_elsewhere", n=len(held), ids=listed(held)))
    places = (words("ad_out_of_reach") if place == OUT_OF_REACH else place for place in receipt.not_searched)
    told += [words("ad_unsearched", place=place) for place in places]
    if told:
        tag("h3", words("ad_for_person"))
        with tag("ul", "", "ad-told"):
            for sentence in told:
                tag("li", sentence)
