"""A person's words in a proposal: checked like an engine's, kept whatever comes of it, and marked by what bears them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.domain.proposal_drafts import ClaimDraft, ClaimKind, SectionName
from assistant.domain.proposal_texts import ASSUMPTION, LINES, PLACES, marks_of, worded
from assistant.domain.proposals import Proposal, Statement
from assistant.errors import UsageError
from assistant.insight.numbers import numbers_in
from assistant.insight.statements import Checker, Spoken
from assistant.insight.wording import tidy
from assistant.insight.wordings import claims, generalises, sentences, tells_words, unit_of, without_references

_MARK = re.compile(r"[\[【]\s*(F?\d+)\s*[\]】]")
_MARKS = re.compile(r"(?:\s*[\[【]\s*F?\d+\s*[\]】])+")
_PLAIN = ("title", "disconfirming_question")
_METRIC = re.compile(r"metrics\.(\d+)\.(name|target|measured_how)")
_SECTION: Mapping[str, SectionName] = {
    "summary": "need", "concerns_by_segment": "need", "concept": "concept", "route": "concept",
    "departments": "execution", "marketing_7p": "execution", "value": "value", "friction_removed": "value",
    "next_needs": "value", "risks": "proof", "next_test": "proof",
}  # fmt: skip
_LONGEST = 4000


def edited(proposal: Proposal, place: str, text: str, who: str) -> Proposal:
    """The proposal with another text in a place, each new sentence of it checked and marked.

    A sentence that stood there before keeps what bears it; of a new one, ``[3]`` and ``[F2]`` in the text point to
    evidence and figures, and the word for an assumption behind it marks it as one. A person's sentence is never
    removed: what nothing bears is marked as an assumption, with the reason.

    Raises:
        UsageError: there is no such place, or the text is longer than 4,000 characters.
    """
    if len(text) > _LONGEST:
        raise UsageError(f"a text of a proposal has at most {_LONGEST} characters, this one has {len(text)}")
    if place in _PLAIN:
        return _with_plain(proposal, place, text)
    if (metric := _METRIC.fullmatch(place)) is not None:
        return _with_metric(proposal, int(metric[1]), metric[2], text)
    if place not in PLACES:
        raise UsageError(f"a proposal has no text {place!r} to edit; it has {', '.join((*_PLAIN, *PLACES))}")
    checker = Checker(_spoken(proposal))
    before = [s for s in proposal.statements if s.place == place]
    after = [_statement(piece, place, before, checker, who) for piece in _pieces(text, place)]
    changed = replace(proposal, statements=_put(proposal.statements, place, after))
    return worded(replace(changed, provenance={**proposal.provenance, "edited": _counted(changed.statements)}))


def _with_plain(proposal: Proposal, place: str, text: str) -> Proposal:
    line = tidy(text, 60 if place == "title" else 300)
    if not line:
        raise UsageError(f"the {place} of a proposal can't be blank")
    return replace(proposal, title=line) if place == "title" else replace(proposal, disconfirming_question=line)


def _with_metric(proposal: Proposal, number: int, field: str, text: str) -> Proposal:
    if not 1 <= number <= len(proposal.metrics):
        raise UsageError(f"there is no metric {number}: this proposal has {len(proposal.metrics)}")
    metrics = [dict(metric) for metric in proposal.metrics]
    metrics[number - 1][field] = tidy(text, 300)
    return replace(proposal, metrics=tuple(metrics))


def _spoken(proposal: Proposal) -> Spoken:
    products = [item.product for item in proposal.evidence if item.product]
    features = [line.text for line in proposal.statements if line.place == "concept.features"]
    names = [*products, proposal.title, *features]
    return Spoken((*proposal.evidence, *proposal.counter_evidence), proposal.figures, (), names)


def _pieces(text: str, place: str) -> list[str]:
    """The sentences of a text, each with the marks that stand behind it."""
    lines = text.split("\n") if place in LINES else [" ".join(text.split())]
    found: list[str] = []
    for line in lines:
        for piece in _MARKS.sub(lambda m: m[0].strip() + "\x00", line).split("\x00"):
            for sentence in sentences(piece):
                if found and not re.search(r"\w", without_references(sentence)) and not _ends_marked(found[-1]):
                    found[-1] += sentence
                else:
                    found.append(sentence)
    joined: list[str] = []
    for piece in found:
        bare = without_references(piece)
        if joined and (
            not bare.strip() or bare.strip() in ASSUMPTION.values() or bare.strip(" （）()") in ("假设", "assumption")
        ):
            joined[-1] += piece
        else:
            joined.append(piece)
    return [piece for piece in joined if re.search(r"\w", piece)]


def _ends_marked(text: str) -> bool:
    return bool(re.search(r"\]\s*$", text))


def _statement(piece: str, place: str, before: Sequence[Statement], checker: Checker, who: str) -> Statement:
    marks = _MARK.findall(piece)
    supposed = any(word.strip() in piece for word in ASSUMPTION.values())
    text = without_references(piece)
    for word in ASSUMPTION.values():
        text = text.replace(word.strip(), "")
    text = tidy(text, 300)
    known = next(
        (s for s in before if s.text == text and (not marks or marks_of(s) == "".join(f"[{m}]" for m in marks))), None
    )
    if known is not None and supposed == known.assumption:
        return known
    section = _SECTION[place.partition(".")[0]]
    draft = ClaimDraft(
        text=text,
        kind="assumption" if supposed else _kind(text, marks),
        evidence=[int(mark) for mark in marks if not mark.startswith("F")],
        figures=[mark for mark in marks if mark.startswith("F")],
    )
    checked = checker.statement(draft, section, place)
    if checked.text:
        return replace(checked, by=who)
    return Statement(text, kind="assumption", section=section, place=place, reason=checked.reason, by=who)


def _kind(text: str, marks: Sequence[str]) -> ClaimKind:
    counts = any(unit_of(number) is not None for number in numbers_in(text))
    factual = marks or counts or claims(text) or generalises(text) or tells_words(text)
    return "fact" if factual else "plan"


def _put(statements: Sequence[Statement], place: str, after: Sequence[Statement]) -> tuple[Statement, ...]:
    at = next((n for n, statement in enumerate(statements) if statement.place == place), len(statements))
    rest = [statement for statement in statements if statement.place != place]
    before = sum(statement.place != place for statement in statements[:at])
    return (*rest[:before], *after, *rest[before:])


def _counted(statements: Sequence[Statement]) -> dict[str, int]:
    """What the sentences of persons are, as they stand now."""
    own = [statement for statement in statements if statement.by]
    kinds = Counter(statement.kind for statement in own)
    return {
        "statements": len(own),
        "verified": kinds["fact"],
        "plans": kinds["plan"],
        "assumptions": kinds["assumption"],
        "marked": sum(statement.reason is not None for statement in own),
    }
