"""What a proposal stands on: the ladder, how many, whose words, who says otherwise, figures, and what the check did."""

from collections.abc import Mapping, Sequence

from nicegui import ui

from api.pages import charts
from api.pages.nbn.editor import Editor
from api.pages.nbn.sentences import Sentences
from api.pages.parts import box, button, facts, link, table, tag
from api.pages.record_panel import ladder
from api.pages.visitor import Visit
from assistant.domain.proposals import Evidence, Proposal
from assistant.insight.figures import friction_shares, shown
from assistant.insight.wordlist import section

_FIRST = 8


class ProofParts:
    """The parts of one proposal that tell what is."""

    def __init__(self, visit: Visit, proposal: Proposal, said: Sentences, editor: Editor) -> None:
        self._visit, self._words, self._proposal = visit, visit.words, proposal
        self._said, self._editor = said, editor
        self._label: Mapping[str, str] = section(visit.language, "label")

    def need(self) -> None:
        """The ladder."""
        rungs = self._proposal.need_ladder
        ladder(self._visit, rungs, rungs["standing"])
        if category := rungs.get("deep_category"):
            tag("span", self._words.label(str(category)), "chip")

    def who(self) -> None:
        """For whom, how many with the interval, by segment and month, and whom to begin with."""
        self._coverage()
        self._segments()
        self._months()
        self._seeds()

    def _coverage(self) -> None:
        words, coverage = self._words, self._proposal.coverage
        low, high = coverage.interval
        told = words(
            "nbn_coverage_is", records=coverage.records_supporting, of=coverage.records_read,
            customers=coverage.customers_supporting, share=words.percent(coverage.share), low=words.percent(low),
            high=words.percent(high),
        )  # fmt: skip
        tag("p", told, "big-fact")
        _interval(coverage.share, low, high, told)
        size = self._proposal.target.get("size")
        if isinstance(size, Mapping):
            facts(words("nbn_interval_bar_told"), str(size.get("note", "")))

    def _segments(self) -> None:
        words, size = self._words, self._proposal.target.get("size")
        counts = size.get("customers_by_segment") if isinstance(size, Mapping) else None
        if not isinstance(counts, Mapping) or not counts:
            return
        tag("h3", self._label["segments"])
        most = max(int(count) for count in counts.values()) or 1
        with tag("ul", "", "told-bars"):
            for name, count in counts.items():
                with tag("li"):
                    with box("told-bar"):
                        tag("span", words.label(str(name)))
                        tag("span", words("nbn_people", n=count), "number")
                    with box("track"):
                        box("fill").style(f"width:{100 * int(count) / most:.0f}%")

    def _months(self) -> None:
        words, months = self._words, self._proposal.months
        if len(months) < 2:
            return
        tag("h3", self._label["chart"])
        rows = [(str(row["month"]), int(str(row["records"])), int(str(row["read"]))) for row in months]
        options = charts.shares(
            [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows],
            (words("share_of"), words("interval")),
        )  # fmt: skip
        made = ui.echart(options).classes("chart").style("height:220px")
        made.props["role"], made.props["aria-label"] = "img", words("chart_of", title=self._label["chart"])

    def _seeds(self) -> None:
        words, target = self._words, self._proposal.target
        tag("h3", self._label["seeds"])
        seeds = _rows(target.get("seed_customers"))
        if not seeds:
            tag("p", self._label["no_seeds"], "facts")
        with tag("ul", "", "seeds"):
            for seed in seeds:
                with tag("li"):
                    name = str(seed["customer_id"])
                    link(name, f"/customers?customer={name}")
                    why = [self._label.get(str(one), words.label(str(one))) for one in _words(seed.get("why"))]
                    facts(words.label(str(seed.get("segment") or "")), *why)
        facts(str(target.get("seed_rule", "")))
        if left := target.get("averse_left_out"):
            facts(f"{self._label['averse']}: {left}")

    def evidence(self) -> None:
        """The voices, numbered."""
        self._quotes(self._proposal.evidence)

    def counter(self) -> None:
        """The voices that speak against."""
        if not self._proposal.counter_evidence:
            tag("p", self._label["no_counter"], "facts")
        self._quotes(self._proposal.counter_evidence)

    def _quotes(self, items: Sequence[Evidence]) -> None:
        first, rest = items[:_FIRST], items[_FIRST:]
        with tag("ul", "", "voices"):
            for item in first:
                self._quote(item)
        if rest:
            with tag("details"):
                tag("summary", self._words("nbn_more", n=len(rest)))
                with tag("ul", "", "voices"):
                    for item in rest:
                        self._quote(item)

    def _quote(self, item: Evidence) -> None:
        words = self._words
        with tag("li", "", "voice"):
            self._said.mark(item)
            with box("voice-words"):
                tag("blockquote", words.readable(item.quote))
                stance = None if item.stance == "for" else self._label[f"word_{item.stance}"]
                day = (item.created_at or "")[:10]
                facts(stance, words.label(item.channel), item.product, words.label(item.segment), day)
            told = f"{words('opened')} {item.n}"
            button(words("opened"), self._said.opening(item), "plain", aria_label=told)

    def friction(self) -> None:
        """How much of all friction it would take away."""
        words, friction = self._words, self._proposal.friction_removed
        if (shares := friction_shares(friction)) is not None:
            share, low, high = shares
            told = words(
                "nbn_friction_is", records=friction["records"], of=friction["of_records"], share=words.percent(share),
                low=words.percent(low), high=words.percent(high),
            )  # fmt: skip
            tag("p", told, "big-fact")
            _interval(share, low, high, told)
        with box("heading"):
            tag("h3", self._words("nbn_what_it_says"))
            self._editor.pencil("friction_removed.text", words("nbn_what_it_says"))
        self._said.place("friction_removed.text")

    def figures(self) -> None:
        """Every figure with how it was counted."""
        label, rows = self._label, self._proposal.figures
        with tag("details"):
            tag("summary", self._words("figures", n=len(rows)))
            told = [(one.key, one.label, shown(one, self._visit.language), one.query) for one in rows]
            table(
                [label[name] for name in ("n", "figure_of", "value_of", "measured_how")], told, self._words("counted")
            )

    def provenance(self) -> None:
        """Who drafted it out of what, and what the check took out."""
        words, label, provenance = self._words, self._label, self._proposal.provenance
        tag("p", words.engine(self._proposal.engine))
        brief = provenance.get("brief")
        if isinstance(brief, Mapping) and brief.get("text"):
            tag("p", f"{label['brief']}{label['colon']}{words.readable(str(brief['text']))}")
        for mark in _words(provenance.get("marks")):
            tag("p", words.label(f"mark_{mark}"), "warning")
        self._receipt(provenance.get("coverage_receipt"))
        removed = _rows(provenance.get("removed"))
        if removed:
            with tag("details"):
                tag("summary", words("nbn_checked_removed", n=len(removed)))
                with tag("ul", "", "points"):
                    for one in removed:
                        with tag("li"):
                            tag("span", words.readable(str(one["text"])), "struck")
                            tag("span", label.get(f"why_{one['reason']}", str(one["reason"])), "why-marked")
        facts(self._proposal.id, words("nbn_masked_note"))

    def _receipt(self, receipt: object) -> None:
        sections = receipt.get("sections") if isinstance(receipt, Mapping) else None
        if not isinstance(receipt, Mapping) or not isinstance(sections, Mapping):
            return
        label, columns = self._label, ("statements", "verified", "plans", "assumptions", "marked", "removed")
        rows = [(label[f"section_{name}"], *(own.get(one, 0) for one in columns)) for name, own in sections.items()]
        rows.append((label["total"], *(receipt.get(one, 0) for one in columns)))
        table([label["part"], *(label[f"receipt_{one}"] for one in columns)], rows, label["receipt"])


def _interval(share: float, low: float, high: float, told: str) -> None:
    """A share with its interval on a line that ends a little beyond the interval."""
    end = min(1.0, max(0.1, high * 1.25))
    with box("span-line", role="img", aria_label=told):
        box("span-band").style(f"left:{100 * low / end:.1f}%;width:{100 * (high - low) / end:.1f}%")
        box("span-point").style(f"left:{100 * min(share, end) / end:.1f}%")
        tag("span", "0", "span-low")
        tag("span", f"{100 * end:.0f}%", "span-high")


def _rows(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, Sequence) else []


def _words(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else []
