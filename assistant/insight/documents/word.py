"""The proposal as a Word file that a product committee can be handed."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import cast

from docx.document import Document
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from assistant.domain.proposal_texts import DEPARTMENTS, SEVEN_P, VALUES
from assistant.domain.proposals import CountedFigure, Evidence, Proposal
from assistant.domain.vocabulary import SEGMENTS
from assistant.insight.documents.chart import add_chart
from assistant.insight.documents.page import (
    AMBER,
    BLUE,
    WARM,
    WIDTH,
    box,
    centred,
    clean,
    grey,
    head_and_foot,
    space,
    table,
)
from assistant.insight.documents.pen import Fill, Pen
from assistant.insight.figures import friction_shares, shown
from assistant.insight.wordlist import phrase

_KEY_FIGURES = ("records", "customers", "share", "friction_share")
_FEWEST_MONTHS = 3


def word_file(proposal: Proposal) -> bytes:
    """The document's bytes, in the language of the proposal; every text in it is data."""
    document = _Writer(proposal).document()
    held = BytesIO()
    document.save(held)
    return held.getvalue()


class _Writer(Pen):
    def document(self) -> Document:
        """All parts in their order."""
        foot = f"{self._engine()} · {phrase(self._language, 'masked_note')}"
        head_and_foot(self._d, f"{self._label['document']} · {self._p.title}", foot)
        self._title()
        parts = (
            ("need", self._need), ("who", self._who), ("evidence", self._evidence), ("counter", self._counter),
            ("concept", self._concept), ("route", self._route), ("departments", self._departments),
            ("concerns", self._concerns), ("marketing_7p", self._seven), ("value", self._value),
            ("friction", self._friction), ("next_needs", lambda: self._bullets("next_needs")),
            ("risks", lambda: self._bullets("risks")), ("metrics", self._metrics), ("next_test", self._test),
            ("signatures", self._signatures), ("figures", self._figures), ("provenance", self._provenance),
        )  # fmt: skip
        for number, (name, write) in enumerate(parts, start=1):
            self._d.add_heading(f"{number}  {self._heading[name]}", 1)
            write()
        return self._d

    def _title(self) -> None:
        p, label = self._p, self._label
        kicker = self._d.add_paragraph()
        run = kicker.add_run(f"{label['document']} · {self._word(p.nbn_type)}")
        run.bold, run.font.color.rgb = True, AMBER
        kicker.paragraph_format.space_after = Pt(0)
        self._d.add_heading(clean(p.title), 0)
        about = [f"{label['status']}{label['colon']}{self._word(p.status)}", f"{label['id']}{label['colon']}{p.id}"]
        about += [f"{label['owner']}{label['colon']}{p.owner}"] if p.owner else []
        grey(self._d.add_paragraph().add_run(clean(" · ".join([*about, self._engine()]))), 9)
        cell = box(self._d)
        first = cell.paragraphs[0]
        lead = first.add_run(self._heading["summary"])
        lead.bold, lead.font.color.rgb = True, BLUE
        for statement in self._at("summary"):
            self._sentence(cell.add_paragraph(), statement)
        space(self._d)
        self._key_figures()

    def _key_figures(self) -> None:
        known = {figure.name: figure for figure in self._p.figures}
        found = [known[name] for name in _KEY_FIGURES if name in known]
        if not found:
            return

        def fill(figure: CountedFigure) -> Fill:
            def write(paragraph: Paragraph) -> None:
                value = shown(figure, self._language)
                main, bracket, rest = value.partition(self._label["open"])
                big = centred(paragraph).add_run(main)
                big.bold, big.font.size, big.font.color.rgb = True, Pt(14), BLUE
                grey(paragraph.add_run(f"\n{bracket}{rest}" if rest else ""), 8)
                grey(paragraph.add_run(f"\n{clean(figure.label)} [{figure.key}]"), 8)

            return write

        table(self._d, (), [[fill(figure) for figure in found]], [WIDTH / len(found)] * len(found))

    def _need(self) -> None:
        ladder = self._p.need_ladder
        standing = cast("Mapping[str, str]", ladder["standing"])
        deep = self._word(str(ladder.get("deep_category") or ""))
        rows = []
        for rung in ("surface", "secondary", "deep"):
            more = f" · {deep}" if rung == "deep" and deep else ""
            rows.append([self._bold(self._label[rung] + more), str(ladder[rung]), self._word(standing[rung])])
        table(self._d, self._heads("rung", "content", "standing"), rows, [3.4, 11.2, 2.2])

    def _who(self) -> None:
        target, label = self._p.target, self._label
        size = cast("Mapping[str, object]", target["size"])
        people = cast("Mapping[str, int]", size.get("customers_by_segment", {}))
        rows = [[self._word(name), f"{n}"] for name, n in people.items()]
        if rows:
            table(self._d, self._heads("segment", "customers"), rows, [8.4, 8.4])
        grey(self._d.add_paragraph().add_run(clean(size["note"])))
        if len(self._p.months) >= _FEWEST_MONTHS:
            self._d.add_heading(label["chart"], 2)
            self._chart()
        self._d.add_heading(label["seeds"], 2)
        seeds = cast("Sequence[Mapping[str, object]]", target["seed_customers"])
        if seeds:
            rows = [
                [str(seed["customer_id"]), self._word(str(seed.get("segment") or "")), self._why(seed)]
                for seed in seeds
            ]
            table(self._d, self._heads("customer", "segment", "why"), rows, [5.2, 3.6, 8])
        else:
            self._d.add_paragraph(label["no_seeds"])
        rule = str(target.get("seed_rule", ""))
        left = f"{label['averse']}{label['colon']}{target.get('averse_left_out', 0)}"
        grey(self._d.add_paragraph().add_run(clean(f"{rule}{label['stop']}{left}")))

    def _chart(self) -> None:
        told = f"{self._label['chart']}: " + ", ".join(f"{row['month']} {row['records']}" for row in self._p.months)
        add_chart(self._d, self._p.months, self._label["chart_columns"], self._label["chart_line"], told)

    def _why(self, seed: Mapping[str, object]) -> str:
        reasons = cast("Sequence[str]", seed["why"])
        records = cast("Sequence[str]", seed.get("records", ()))
        said = self._label["spoke"].format(n=len(records))
        return self._label["semicolon"].join([said, *(self._label.get(reason, reason) for reason in reasons)])

    def _evidence(self) -> None:
        self._quotes(self._p.evidence, stance=False)

    def _said(self, quote: str) -> str:
        return f"{self._label['said_open']}{quote}{self._label['said_close']}"

    def _counter(self) -> None:
        if self._p.counter_evidence:
            self._quotes(self._p.counter_evidence, stance=True)
        else:
            self._d.add_paragraph(self._label["no_counter"])

    def _quotes(self, items: Sequence[Evidence], *, stance: bool) -> None:
        rows = []
        for item in items:
            about = [self._word(item.segment), item.product, self._word(item.channel), (item.created_at or "")[:10]]
            where = " · ".join(part for part in about if part) + f"\n{item.record_id}"
            rows.append(
                [
                    f"[{item.n}]",
                    self._said(item.quote),
                    self._small(where),
                    *([self._word(item.stance)] if stance else []),
                ]
            )
        heads, widths = ["n", "quote", "source"], [1.3, 9.7, 5.8]
        if stance:
            heads, widths = [*heads, "stance"], [1.3, 8.2, 5.2, 2.1]
        table(self._d, self._heads(*heads), rows, widths)

    def _concept(self) -> None:
        for name in ("what", "how_it_differs"):
            self._d.add_heading(self._label[name], 2)
            self._prose(f"concept.{name}")
            if name == "what":
                self._bullets("concept.features")

    def _route(self) -> None:
        paragraph = self._d.add_paragraph()
        paragraph.add_run(self._word(self._p.route["kind"]) + self._label["colon"]).bold = True
        for statement in self._at("route.why"):
            self._sentence(paragraph, statement)

    def _departments(self) -> None:
        self._grid("department", "content", "departments", DEPARTMENTS)

    def _concerns(self) -> None:
        held = [name for name in SEGMENTS if self._at(f"concerns_by_segment.{name}")]
        rows = [[self._bold(self._word(name)), self._cell(f"concerns_by_segment.{name}")] for name in held]
        if rows:
            table(self._d, self._heads("segment", "concern"), rows, [3, 13.8])
        else:
            self._d.add_paragraph(self._label["none"])

    def _seven(self) -> None:
        self._grid("item", "content", "marketing_7p", SEVEN_P)

    def _value(self) -> None:
        self._grid("item", "content", "value", VALUES)
        self._d.add_heading(self._label["assumptions"], 2)
        self._bullets("value.assumptions")

    def _friction(self) -> None:
        self._prose("friction_removed.text")
        friction = self._p.friction_removed
        if (shares := friction_shares(friction)) is not None:
            share, low, high = (f"{one:.1%}" for one in shares)
            bounds = f"{self._label['open']}{self._label['interval']} {low}–{high}{self._label['close']}"
            counted = f"{friction['records']} / {friction['of_records']}{self._label['comma']}{share}{bounds}"
            grey(self._d.add_paragraph().add_run(f"{self._label['of_friction']}{self._label['colon']}{counted}"))

    def _metrics(self) -> None:
        names = ("name", "baseline", "target", "measured_how")
        rows = [
            [self._bold(str(metric["name"])), *(str(metric[name]) for name in names[1:])] for metric in self._p.metrics
        ]
        table(self._d, self._heads("metric", *names[1:]), rows, [3.9, 3.9, 4.5, 4.5])

    def _test(self) -> None:
        self._prose("next_test")
        if self._p.disconfirming_question:
            cell = box(self._d, WARM)
            paragraph = cell.paragraphs[0]
            lead = paragraph.add_run(self._label["question"] + self._label["colon"])
            lead.bold, lead.font.color.rgb = True, AMBER
            paragraph.add_run(clean(self._p.disconfirming_question))
            space(self._d)

    def _signatures(self) -> None:
        rows = [[self._bold(self._label[name]), "", "", ""] for name in DEPARTMENTS]
        table(self._d, self._heads("department", "opinion", "name", "date"), rows, [3.4, 7, 3.4, 3])

    def _figures(self) -> None:
        rows = [
            [figure.key, figure.label, shown(figure, self._language), self._small(figure.query)]
            for figure in self._p.figures
        ]
        table(self._d, self._heads("n", "figure_of", "value_of", "measured_how"), rows, [1.2, 5.6, 4.4, 5.6])

    def _provenance(self) -> None:
        p, label = self._p, self._label
        receipt = cast("Mapping[str, object]", p.provenance.get("coverage_receipt", {}))
        sections = cast("Mapping[str, Mapping[str, int]]", receipt.get("sections", {}))
        columns = ("statements", "verified", "plans", "assumptions", "marked", "removed")
        rows: list[list[object]] = [
            [label[f"section_{name}"], *(str(counts.get(c, 0)) for c in columns)] for name, counts in sections.items()
        ]
        rows.append([self._bold(label["total"]), *(str(receipt.get(c, 0)) for c in columns)])
        heads = [label["part"], *(label[f"receipt_{c}"] for c in columns)]
        table(self._d, heads, rows, [4.2, *[2.1] * 6])
        for line in self._notes(receipt):
            grey(self._d.add_paragraph().add_run(clean(line)), 9)

    def _notes(self, receipt: Mapping[str, object]) -> list[str]:
        p, label = self._p, self._label
        themes = cast("Sequence[str]", p.provenance.get("theme_ids", ()))
        reasons = cast("Mapping[str, int]", receipt.get("reasons", {}))
        lines = [
            f"{label['idea']}{label['colon']}{p.provenance.get('idea_id') or '—'} · {label['themes']}{label['colon']}{label['list'].join(themes)}"
        ]
        if reasons:
            told = label["list"].join(f"{label.get(f'why_{reason}', reason)} {n}" for reason, n in reasons.items())
            lines.append(f"{label['reasons']}{label['colon']}{told}")
        marks = cast("Sequence[str]", p.provenance.get("marks", ()))
        lines += [f"{label['marks']}{label['colon']}{label.get(mark, mark)}" for mark in marks]
        brief = cast("Mapping[str, object]", p.provenance.get("brief", {}))
        if brief:
            carried = label["list"].join(
                str(one["title"]) for one in cast("Sequence[Mapping[str, object]]", brief["themes"])
            )
            lines.append(
                f"{label['brief']}{label['colon']}{brief['text']} · {label['carried_by']}{label['colon']}{carried}"
            )
        return lines
