"""What a proposal would do: concept, route, departments, concerns, 7P, value, metrics, the next test."""

from collections.abc import Mapping

from api.pages.nbn.editor import Editor
from api.pages.nbn.sentences import Sentences
from api.pages.parts import box, tag
from api.pages.visitor import Visit
from assistant.domain.proposal_texts import DEPARTMENTS, SEVEN_P, VALUES
from assistant.domain.proposals import Proposal
from assistant.domain.vocabulary import SEGMENTS
from assistant.insight.wordlist import section

_COLUMNS = ("name", "baseline", "target", "measured_how")


class PlanParts:
    """The parts of one proposal that tell what to do."""

    def __init__(self, visit: Visit, proposal: Proposal, said: Sentences, editor: Editor) -> None:
        self._words, self._proposal, self._said, self._editor = visit.words, proposal, said, editor
        self._label: Mapping[str, str] = section(visit.language, "label")

    def concept(self) -> None:
        """What it is, its features, how it differs."""
        for part in ("what", "features", "how_it_differs"):
            self._text(f"concept.{part}", self._label[part])

    def route(self) -> None:
        """Made here, with a partner, or grown inside."""
        kind = self._proposal.route["kind"]
        tag("span", self._label.get(f"word_{kind}") or self._words.label(kind), "chip strong")
        self._text("route.why", self._label["why"])

    def departments(self) -> None:
        """Who does what."""
        with box("two-cards"):
            for name in DEPARTMENTS:
                with box("inner-card"):
                    self._text(f"departments.{name}", self._label[name])

    def concerns(self) -> None:
        """What each segment cares about."""
        held = [name for name in SEGMENTS if self._proposal.concerns_by_segment.get(name)]
        if not held:
            tag("p", self._words("nbn_nothing_said"), "facts")
        for name in held:
            self._text(f"concerns_by_segment.{name}", self._words.label(name))

    def marketing(self) -> None:
        """The seven of marketing."""
        with box("two-cards"):
            for name in SEVEN_P:
                with box("inner-card"):
                    self._text(f"marketing_7p.{name}", self._label[name])

    def value(self) -> None:
        """The three values, and what is assumed of them."""
        with box("three-cards"):
            for name in VALUES:
                with box("inner-card"):
                    self._text(f"value.{name}", self._label[name])
        self._text("value.assumptions", self._label["assumptions"])

    def metrics(self) -> None:
        """How success is measured."""
        label = self._label
        with box("scroll", tabindex=0, role="region", aria_label=label["metric"]), tag("table", "", "metrics"):
            with tag("thead"), tag("tr"):
                for column in ("metric", *_COLUMNS[1:]):
                    tag("th", label[column], scope="col")
            with tag("tbody"):
                for number, metric in enumerate(self._proposal.metrics, start=1):
                    with tag("tr"):
                        for column in _COLUMNS:
                            self._metric(number, column, str(metric[column]))

    def _metric(self, number: int, column: str, text: str) -> None:
        with tag("th" if column == "name" else "td", "", scope="row" if column == "name" else None):
            tag("span", self._words.readable(text))
            if column == "target":
                self._editor.pencil(f"metrics.{number}.{column}", f"{self._label[column]} {number}")

    def next_test(self) -> None:
        """The cheapest next test, and what could prove it all wrong."""
        self._said.place("next_test")
        if question := self._proposal.disconfirming_question:
            with box("question-box"):
                with box("heading"):
                    tag("h3", self._label["question"])
                    self._editor.pencil("disconfirming_question", self._label["question"])
                tag("p", self._words.readable(question))

    def _text(self, place: str, name: str) -> None:
        with box("heading"):
            tag("h3", name)
            self._editor.pencil(place, name)
        self._said.place(place)
