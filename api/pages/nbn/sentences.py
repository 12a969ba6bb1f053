"""The sentences of a proposal, each with what bears it: evidence that opens its record, figures, or that it is a guess."""

from collections.abc import Awaitable, Callable

from api.pages.parts import box, button, dialog, tag
from api.pages.record_panel import Place, RecordPanel
from api.pages.visitor import Visit
from assistant.domain.proposal_texts import LINES
from assistant.domain.proposals import CountedFigure, Evidence, Proposal, Statement
from assistant.insight.figures import shown
from assistant.insight.wordlist import section


class Sentences:
    """Writes the sentences of one proposal."""

    def __init__(self, visit: Visit, proposal: Proposal, panel: RecordPanel) -> None:
        self._visit, self._words, self._proposal, self._panel = visit, visit.words, proposal, panel
        self._why = section(visit.language, "label")
        self._evidence = {item.n: item for item in (*proposal.evidence, *proposal.counter_evidence)}
        self._figures = {figure.key: figure for figure in proposal.figures}
        with dialog(visit.words("nbn_counted_figure")) as self._dialog, box("sheet"):
            self._inside = box("")
            with box("sheet-buttons"):
                button(visit.words("close"), self._dialog.close, "plain")

    def place(self, place: str) -> None:
        """All sentences of a place: on lines of their own where it is a list, else as a paragraph."""
        found = [one for one in self._proposal.statements if one.place == place]
        if not found:
            tag("p", self._words("nbn_nothing_said"), "facts")
        elif place in LINES and place != "summary":
            with tag("ul", "", "points claims"):
                for statement in found:
                    with tag("li"):
                        self.sentence(statement)
        else:
            with box("claims"):
                for statement in found:
                    with tag("p"):
                        self.sentence(statement)

    def sentence(self, statement: Statement) -> None:
        """One sentence, with its marks behind it."""
        words = self._words
        tag("span", words.readable(statement.text), f"claim {statement.kind}")
        for n in statement.evidence if statement.kind == "fact" else ():
            if (item := self._evidence.get(n)) is not None:
                self.mark(item)
        for key in statement.figures if statement.kind == "fact" else ():
            if (figure := self._figures.get(key)) is not None:
                self._figure(figure)
        if statement.assumption:
            why = self._why.get(f"why_{statement.reason}", "") if statement.reason else words("nbn_assumption_told")
            tag("span", words("nbn_assumption"), "chip assumption", title=why)
            if statement.reason:
                tag("span", why, "why-marked")
        if statement.by:
            tag("span", words("nbn_written_by", name=statement.by), "facts by")

    def mark(self, item: Evidence) -> None:
        """The number of a voice: it opens the record with the quote marked."""
        words = self._words
        told = words("nbn_open_evidence", n=item.n, quote=words.readable(item.quote))
        against = "" if item.stance == "for" else "against"
        button(f"{item.n}", self.opening(item), f"mark {against}", aria_label=told, title=words.readable(item.quote))

    def opening(self, item: Evidence) -> Callable[[], Awaitable[None]]:
        """What opens a voice's record."""

        async def show() -> None:
            await self._panel.show(Place(item.record_id, item.start, item.end))

        return show

    def _figure(self, figure: CountedFigure) -> None:
        told = f"{figure.label}: {shown(figure, self._visit.language)}"
        button(figure.key, lambda: self._open(figure), "mark quiet", aria_label=told, title=told)

    def _open(self, figure: CountedFigure) -> None:
        self._inside.clear()
        with self._inside:
            tag("h2", f"{figure.key} · {figure.label}")
            tag("p", shown(figure, self._visit.language), "figure-value")
            tag("p", figure.query, "facts")
            tag("p", self._words("counted"), "facts")
        self._dialog.open()
