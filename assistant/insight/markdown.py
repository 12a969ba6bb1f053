"""The proposal as a Markdown document to be signed: every text in it is data and can become no markup."""

import re
from collections.abc import Iterable, Mapping, Sequence

from assistant.domain.proposal_texts import DEPARTMENTS, SEVEN_P, VALUES, marks_of
from assistant.domain.proposals import Evidence, Proposal
from assistant.domain.vocabulary import SEGMENTS, zh
from assistant.insight.figures import friction_shares, shown
from assistant.insight.wordlist import Language, drafted_by, phrase, section

_SPECIAL = re.compile(r"([\\`*\[\]()|~!#@$^{}]|(?<![^\W_])_|_(?![^\W_]))")
_LEADING = re.compile(r"^(\s*)(?:([-+=>])|(\d+)([.)])(?=\s|$))")


def escape(text: object) -> str:
    """A text as inline Markdown that shows just these letters: no HTML, link, image, table cell or list of its own."""
    line = " ".join(str(text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _SPECIAL.sub(r"\\\1", line)
    line = line.replace("://", "\\://").replace("www.", "www\\.").replace("WWW.", "WWW\\.")
    line = re.sub(r"(?i)\b(javascript|data|vbscript|mailto|xmpp):", r"\1\\:", line)
    return _LEADING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", line)


def render(proposal: Proposal, language: Language = "zh") -> str:
    """The proposal as a Markdown document with every part of the contract, ending in a newline."""
    return _Document(proposal, language).text()


class _Document:
    """One document being written; each method gives the lines of one part."""

    def __init__(self, proposal: Proposal, language: Language) -> None:
        self._p = proposal
        self._language = language
        self._heading = section(language, "heading")
        self._label = section(language, "label")

    def text(self) -> str:
        p, parts = self._p, [*self._head()]
        bodies: dict[str, Iterable[str]] = {
            "summary": self._spaced("summary"),
            "need": self._need(),
            "who": self._who(),
            "evidence": [self._quote(item) for item in p.evidence],
            "counter": [self._quote(item) for item in p.counter_evidence] or [self._label["no_counter"]],
            "concept": self._concept(),
            "route": [f"**{self._word(p.route['kind'])}**{self._label['colon']}{self._said('route.why')}"],
            "departments": [
                f"- **{self._label[d]}**{self._label['colon']}{self._said(f'departments.{d}')}" for d in DEPARTMENTS
            ],
            "concerns": self._concerns(),
            "marketing_7p": self._table(
                ("item", "content"), [[self._label[x], self._said(f"marketing_7p.{x}")] for x in SEVEN_P]
            ),
            "value": self._value(),
            "friction": self._friction(),
            "next_needs": self._lines("next_needs"),
            "risks": self._lines("risks"),
            "metrics": self._metrics(),
            "next_test": self._test(),
            "signatures": self._table(("department", "name", "date"), [[self._label[d], "", ""] for d in DEPARTMENTS]),
            "figures": self._figures(),
            "provenance": self._provenance(),
        }
        for number, (name, lines) in enumerate(bodies.items(), start=1):
            parts += ["", f"## {number}. {self._heading[name]}", "", *lines]
        return "\n".join(parts) + "\n"

    def _head(self) -> list[str]:
        p = self._p
        kind = f"{self._label['nbn_type']}{self._label['colon']}{self._word(p.nbn_type)}"
        engine = drafted_by(self._language, p.engine)
        status = f"{self._label['status']}{self._label['colon']}{self._word(p.status)}"
        return [f"# {escape(p.title)}", "", f"**{kind}** · {status} · {engine}"]

    def _said(self, place: str) -> str:
        """The sentences of a place on one line, each with what bears it."""
        joint = "" if self._language == "zh" else " "
        return joint.join(self._sentences(place)) or self._label["none"]

    def _lines(self, place: str) -> list[str]:
        return [f"- {line}" for line in self._sentences(place)] or [self._label["none"]]

    def _spaced(self, place: str) -> list[str]:
        """The sentences of a place as paragraphs of their own."""
        lines = [line for sentence in self._sentences(place) for line in (sentence, "")]
        return lines[:-1]

    def _sentences(self, place: str) -> list[str]:
        found = [statement for statement in self._p.statements if statement.place == place]
        return [f"{escape(statement.text)}{marks_of(statement, self._language)}" for statement in found]

    def _need(self) -> list[str]:
        ladder = self._p.need_ladder
        standing = ladder["standing"]
        assert isinstance(standing, Mapping)
        rows = [
            [self._label[rung], escape(ladder[rung]), self._word(str(standing[rung]))]
            for rung in ("surface", "secondary", "deep")
        ]
        category = ladder.get("deep_category")
        if category:
            rows[2][1] += self._bracketed(self._word(str(category)))
        return self._table(("rung", "content", "standing"), rows)

    def _who(self) -> list[str]:
        target, coverage = self._p.target, self._p.coverage
        low, high = coverage.interval
        segments = target["segments"]
        size = target["size"]
        assert isinstance(segments, Sequence)
        assert isinstance(size, Mapping)
        counted = f"{coverage.records_supporting} / {coverage.records_read}{self._label['comma']}{coverage.share:.1%}"
        share = counted + self._bracketed(f"{self._label['interval']} {low:.1%}–{high:.1%}")
        return [
            f"- {self._plain('segments', self._listed(self._word(str(s)) for s in segments) or self._label['none'])}",
            f"- {self._plain('customers', str(coverage.customers_supporting))}",
            f"- {self._plain('share', share)}",
            f"- {escape(size['note'])}",
            f"- {self._plain('seeds', self._seeds() or self._label['no_seeds'])}",
            f"- {escape(target.get('seed_rule', ''))}",
            *self._months(),
            f"- {self._plain('averse', str(target.get('averse_left_out', 0)))}",
        ]

    def _seeds(self) -> str:
        seeds = self._p.target["seed_customers"]
        assert isinstance(seeds, Sequence)
        shown = []
        for seed in seeds:
            why = self._listed(self._label.get(reason, reason) for reason in seed["why"])
            shown.append(escape(seed["customer_id"]) + (self._bracketed(why) if why else ""))
        return self._label["semicolon"].join(shown)

    def _months(self) -> list[str]:
        said = self._label["semicolon"].join(f"{row['month']} {row['records']}/{row['read']}" for row in self._p.months)
        return [f"- {self._plain('chart', said)}"] if said else []

    def _quote(self, item: Evidence) -> str:
        about = [self._word(item.channel), item.product, self._word(item.segment), (item.created_at or "")[:10]]
        where = " · ".join(escape(part) for part in about if part)
        stance = "" if item.stance == "for" else f"{self._word(item.stance)} · "
        said = f"{self._label['said_open']}{escape(item.quote)}{self._label['said_close']}"
        return f"- [{item.n}] {said} — {stance}{where} · {escape(item.record_id)}"

    def _concept(self) -> list[str]:
        name = {part: f"**{self._label[part]}**{self._label['colon']}" for part in ("what", "how_it_differs")}
        return [
            f"{name['what']}{self._said('concept.what')}",
            "",
            *self._lines("concept.features"),
            "",
            f"{name['how_it_differs']}{self._said('concept.how_it_differs')}",
        ]

    def _concerns(self) -> list[str]:
        held = [name for name in SEGMENTS if self._p.concerns_by_segment.get(name)]
        rows = [[self._word(name), self._said(f"concerns_by_segment.{name}")] for name in held]
        return self._table(("segment", "concern"), rows) if rows else [self._label["none"]]

    def _value(self) -> list[str]:
        lines = [f"- **{self._label[name]}**{self._label['colon']}{self._said(f'value.{name}')}" for name in VALUES]
        assumptions = f"{self._label['assumptions']}{self._label['colon']}"
        return [*lines, "", assumptions, "", *self._lines("value.assumptions")]

    def _friction(self) -> list[str]:
        friction = self._p.friction_removed
        lines = [self._said("friction_removed.text")]
        if (shares := friction_shares(friction)) is not None:
            share, low, high = (f"{one:.1%}" for one in shares)
            share += self._bracketed(f"{self._label['interval']} {low}–{high}")
            counted = f"{friction['records']} / {friction['of_records']}{self._label['comma']}{share}"
            lines += ["", self._plain("of_friction", counted)]
        return lines

    def _test(self) -> list[str]:
        lines = [self._said("next_test")]
        if self._p.disconfirming_question:
            lines += [
                "",
                f"> **{self._label['question']}**{self._label['colon']}{escape(self._p.disconfirming_question)}",
            ]
        return lines

    def _figures(self) -> list[str]:
        rows = [
            [figure.key, escape(figure.label), escape(shown(figure, self._language)), escape(figure.query)]
            for figure in self._p.figures
        ]
        return self._table(("n", "figure_of", "value_of", "measured_how"), rows)

    def _metrics(self) -> list[str]:
        columns = ("name", "baseline", "target", "measured_how")
        rows = [[escape(metric[c]) for c in columns] for metric in self._p.metrics]
        return self._table(("metric", *columns[1:]), rows)

    def _provenance(self) -> list[str]:
        p, label = self._p, self._label
        receipt = p.provenance.get("coverage_receipt", {})
        marks = p.provenance.get("marks", [])
        themes = p.provenance.get("theme_ids", [])
        assert isinstance(receipt, Mapping)
        assert isinstance(marks, Sequence)
        assert isinstance(themes, Sequence)
        lines = [
            *self._receipt(receipt),
            "",
            f"- {drafted_by(self._language, p.engine)}",
            f"- {phrase(self._language, 'masked_note')}",
            f"- {self._plain('id', escape(p.id))}",
            f"- {self._plain('idea', escape(p.provenance.get('idea_id', '')))}",
            f"- {self._plain('themes', escape(self._listed(str(theme) for theme in themes)))}",
        ]
        reasons = receipt.get("reasons", {})
        if reasons:
            told = self._label["semicolon"].join(f"{label.get(f'why_{why}', why)} {n}" for why, n in reasons.items())
            lines.append(f"- {self._plain('reasons', escape(told))}")
        return lines + [f"- {self._plain('marks', label.get(str(mark), escape(mark)))}" for mark in marks]

    def _receipt(self, receipt: Mapping[str, object]) -> list[str]:
        columns = ("statements", "verified", "plans", "assumptions", "marked", "removed")
        head = [self._label["part"], *(self._label[f"receipt_{column}"] for column in columns)]
        sections = receipt.get("sections", {})
        assert isinstance(sections, Mapping)
        rows = [
            [self._label[f"section_{name}"], *(str(own.get(c, 0)) for c in columns)] for name, own in sections.items()
        ]
        rows.append([self._label["total"], *(str(receipt.get(column, 0)) for column in columns)])
        return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]

    def _table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
        head = [self._label[column] for column in columns]
        return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]

    def _listed(self, words: Iterable[str]) -> str:
        return self._label["list"].join(words)

    def _bracketed(self, text: str) -> str:
        return f"{self._label['open']}{text}{self._label['close']}"

    def _plain(self, label: str, text: str) -> str:
        return f"{self._label[label]}{self._label['colon']}{text}"

    def _word(self, word: str | None) -> str:
        told = self._label.get(f"word_{word}")
        if told or self._language == "zh":
            return told or zh(word)
        return (word or "").replace("_", " ")
