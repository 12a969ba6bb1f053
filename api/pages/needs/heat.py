"""Segments crossed with products: records in each cell, read as numbers and seen as colour."""

from dataclasses import dataclass, replace

from api.pages.address import Address
from api.pages.parts import box, link, tag
from api.pages.visitor import Visit
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import SEGMENTS
from assistant.records.dimensions import UNKNOWN

_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Heat:
    """Counts by (segment, product), with the segments and products that have any."""

    segments: list[str]
    products: list[str]
    counts: dict[tuple[str, str], int]


def heat_of(visit: Visit, filters: Filters) -> Heat:
    """The crossing, within filters; the products with most records."""
    asked = filters.segment or SEGMENTS
    counts = {
        (segment, row.key): row.records
        for segment in asked
        for row in visit.app.counting.rows("product", replace(filters, segment=(segment,)))
        if row.records
    }
    totals: dict[str, int] = {}
    for (_, product), count in counts.items():
        totals[product] = totals.get(product, 0) + count
    products = sorted(totals, key=lambda one: (-totals[one], one))[:_COLUMNS]
    told = {segment for segment, product in counts if product in products}
    return Heat([one for one in SEGMENTS if one in told], products, counts)


def heat_table(visit: Visit, address: Address, heat: Heat) -> None:
    """Show it; each cell leads to what it counts."""
    words = visit.words
    tag("h2", words("heat"))
    if not heat.segments:
        tag("p", words("no_heat"), "facts")
        return
    tag("p", words("heat_told"), "facts")
    most = max(heat.counts.values())
    with (
        box("scroll", tabindex=0, role="region", aria_label=words("heat")).style(f"--products:{len(heat.products)}"),
        tag("table", "", "heat"),
    ):
        with tag("thead"), tag("tr"):
            tag("th", words("segment_product"), scope="col")
            for product in heat.products:
                tag("th", words.label(product) if product == UNKNOWN else words.readable(product), scope="col")
        with tag("tbody"):
            for segment in heat.segments:
                with tag("tr"):
                    tag("th", words.label(segment), scope="row")
                    for product in heat.products:
                        count = heat.counts.get((segment, product), 0)
                        with tag("td").style(f"--heat:{count / most:.2f}"):
                            if count:
                                link(str(count), address.to(segment=segment, product=product), "cell")
                            else:
                                tag("span", "·", "facts")
