"""The proposal as a Markdown document to be signed: every text in it is data and can become no markup."""

import re
from collections.abc import Iterable, Mapping, Sequence

from assistant.domain.proposals import Evidence, Proposal
from assistant.domain.vocabulary import zh
from assistant.insight.wordlist import Language, phrase, section

_SPECIAL = re.compile(r"([\\`*\[\]()|~!#@$^{}]|(?<![^\W_])_|_(?![^\W_]))")
_LEADING = re.compile(r"^(\s*)(?:([-+=>])|(\d+)([.)])(?=\s|$))")
_MARK = re.compile(r"\\\[(\d+)\\\]")
_SEVEN_P = ("product", "price", "place", "promotion", "people", "process", "physical_evidence")
_DEPARTMENTS = ("service", "product", "marketing_sales", "after_sales")
_VALUE = ("service_income", "service_marketing", "service_value")


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
            "summary": self._summary(),
            "need": self._need(),
            "who": self._who(),
            "evidence": [self._quote(item) for item in p.evidence],
            "counter": [self._quote(item) for item in p.counter_evidence] or [self._label["no_counter"]],
            "concept": self._concept(),
            "route": [self._pair(self._word(p.route["kind"]), p.route["why"])],
            "departments": [f"- {self._pair(self._label[d], p.departments[d])}" for d in _DEPARTMENTS],
            "concerns": self._concerns(),
            "marketing_7p": self._table(
                ("item", "content"), [[self._label[x], escape(p.marketing_7p[x])] for x in _SEVEN_P]
            ),
            "value": self._value(),
            "friction": self._friction(),
            "next_needs": self._bullets(p.next_needs),
            "risks": self._bullets(p.risks),
            "metrics": self._metrics(),
            "next_test": [escape(p.next_test) or self._label["none"]],
            "provenance": self._provenance(),
            "signatures": self._table(("department", "name", "date"), [[self._label[d], "", ""] for d in _DEPARTMENTS]),
        }
        for number, (name, lines) in enumerate(bodies.items(), start=1):
            parts += ["", f"## {number}. {self._heading[name]}", "", *lines]
        return "\n".join(parts) + "\n"

    def _head(self) -> list[str]:
        p = self._p
        kind = f"{self._label['nbn_type']}{self._label['colon']}{self._word(p.nbn_type)}"
        engine = phrase(self._language, f"engine_{p.engine}")
        status = f"{self._label['status']}{self._label['colon']}{self._word(p.status)}"
        return [f"# {escape(p.title)}", "", f"**{kind}** · {status} · {engine}"]

    def _summary(self) -> list[str]:
        lines = []
        for statement in self._p.statements:
            marks = "".join(f"[{n}]" for n in statement.evidence) or phrase(self._language, "assumption")
            lines += [f"{escape(statement.text)}{marks}", ""]
        return lines[:-1]

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
            rows[2][1] += f"（{self._word(str(category))}）"
        return self._table(("rung", "content", "standing"), rows)

    def _who(self) -> list[str]:
        target, coverage = self._p.target, self._p.coverage
        low, high = coverage.interval
        segments = target["segments"]
        size = target["size"]
        assert isinstance(segments, Sequence)
        assert isinstance(size, Mapping)
        counted = f"{coverage.records_supporting} / {coverage.records_read}，{coverage.share:.1%}"
        share = f"{counted}（{self._label['interval']} {low:.1%}–{high:.1%}）"
        return [
            f"- {self._plain('segments', '、'.join(self._word(str(s)) for s in segments) or self._label['none'])}",
            f"- {self._plain('customers', str(coverage.customers_supporting))}",
            f"- {self._plain('share', share)}",
            f"- {escape(size['note'])}",
            f"- {self._plain('seeds', self._seeds() or self._label['no_seeds'])}",
            f"- {self._plain('averse', str(target.get('averse_left_out', 0)))}",
        ]

    def _seeds(self) -> str:
        seeds = self._p.target["seed_customers"]
        assert isinstance(seeds, Sequence)
        shown = []
        for seed in seeds:
            why = "、".join(self._label.get(reason, reason) for reason in seed["why"])
            shown.append(escape(seed["customer_id"]) + (f"（{why}）" if why else ""))
        return self._label["semicolon"].join(shown)

    def _quote(self, item: Evidence) -> str:
        about = [self._word(item.channel), item.product, self._word(item.segment), (item.created_at or "")[:10]]
        where = " · ".join(escape(part) for part in about if part)
        return f"- [{item.n}] 「{escape(item.quote)}」 — {where} · {escape(item.record_id)}"

    def _concept(self) -> list[str]:
        concept = self._p.concept
        features = concept["features"]
        assert isinstance(features, Sequence)
        return [
            self._pair(self._label["what"], concept["what"]),
            "",
            *self._bullets([str(feature) for feature in features]),
            "",
            self._pair(self._label["how_it_differs"], concept["how_it_differs"]),
        ]

    def _concerns(self) -> list[str]:
        rows = [
            [self._label["all"] if segment == "all" else self._word(segment), _MARK.sub(r"[\1]", escape(text))]
            for segment, text in self._p.concerns_by_segment.items()
        ]
        return self._table(("segment", "concern"), rows) if rows else [self._label["none"]]

    def _value(self) -> list[str]:
        value = self._p.value
        assumptions = value["assumptions"]
        assert isinstance(assumptions, Sequence)
        lines = [f"- {self._pair(self._label[name], value[name])}" for name in _VALUE]
        return [*lines, "", f"{self._label['assumptions']}{self._label['colon']}", "", *self._bullets(assumptions)]

    def _friction(self) -> list[str]:
        friction = self._p.friction_removed
        lines = [escape(friction.get("text", "")) or self._label["none"]]
        interval = friction.get("interval")
        if isinstance(interval, Sequence) and len(interval) == 2:
            share = f"{friction['share']:.1%}（{self._label['interval']} {interval[0]:.1%}–{interval[1]:.1%}）"
            counted = f"{friction['records']} / {friction['of_records']}，{share}"
            lines += ["", self._plain("of_friction", counted)]
        return lines

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
        names = (("statements", "statements"), ("verified", "verified"), ("assumed", "assumptions"), ("removed",) * 2)
        counts = label["semicolon"].join(f"{label[shown]} {receipt.get(key, 0)}" for shown, key in names)
        lines = [
            f"- {phrase(self._language, f'engine_{p.engine}')}",
            f"- {self._plain('id', escape(p.id))}",
            f"- {self._plain('idea', escape(p.provenance.get('idea_id', '')))}",
            f"- {self._plain('themes', escape('、'.join(str(theme) for theme in themes)))}",
            f"- {self._plain('receipt', counts)}",
        ]
        return lines + [f"- {self._plain('marks', label.get(str(mark), escape(mark)))}" for mark in marks]

    def _table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
        head = [self._label[column] for column in columns]
        return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]

    def _bullets(self, texts: Iterable[object]) -> list[str]:
        return [f"- {escape(text)}" for text in texts] or [self._label["none"]]

    def _pair(self, name: str, text: object) -> str:
        return f"**{name}**{self._label['colon']}{escape(text)}"

    def _plain(self, label: str, text: str) -> str:
        return f"{self._label[label]}{self._label['colon']}{text}"

    def _word(self, word: str | None) -> str:
        if self._language == "zh":
            return zh(word)
        return (word or "").replace("_", " ")
