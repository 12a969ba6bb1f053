"""What of an engine's answer is kept: sentences that stand on what was shown, with every number accounted for."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from assistant.answering.grounding import Orders, bears_out, codes_are_known
from assistant.answering.marking import citation, cleaned, with_marks
from assistant.answering.numbers import numbers
from assistant.answering.policies import narrowed
from assistant.answering.ports import Store
from assistant.answering.proof import (
    Cited,
    compares,
    days_hold,
    directions_hold,
    forms,
    intervals_hold,
    proved,
    quantifiers_hold,
    said_by,
    without_names,
)
from assistant.answering.replying import checked_reply
from assistant.answering.requoting import bearing, read_into
from assistant.answering.shelf import Shelf
from assistant.answering.widening import further_words, likeness
from assistant.domain.answers import AnswerMaterial, Citation
from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.domain.knowledge import Backing
from assistant.domain.records import customer_spans
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import zh
from assistant.errors import NotFoundError
from assistant.rules.figures import figure_sentences
from assistant.rules.harmless import harmless

_LINK = re.compile(r"(?:https?|ftp|javascript|data):|www\.|!?\[[^\]]*\]\(|<[a-z/!][^>]*>", re.IGNORECASE)
_CUSTOMERS_SAY = re.compile(
    r"(?:客户|用户|顾客|有人|大家)们?(?:都|还|也|曾|就|说|讲|反映|反馈|抱怨|投诉|提到|表示|觉得|认为|希望)"
    r"|\b(?:customers?|users?) (?:say|said|complain|report|feel|want|think)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”")
_SOURCE = re.compile(r"[\[【]?([DS]\d{1,2})[\]】]?")

_MAY_BE_SAID_ELSEWHERE = {"unproved_number", "unproved_words"}
REASONS = {
    "no_support": "没有引用也没有数据",
    "unknown_source": "引用了没有给出的来源",
    "unproved_number": "数字没有出处",
    "unproved_words": "引号里的话不在原文里",
    "unproved_majority": "“多数”“少数”没有数据支持",
    "wrong_direction": "增减与数据相反",
    "wrong_comparison": "与区间所示的差别相反",
    "wrong_voice": "把文件里的话说成客户的话",
    "agents_words": "把只有客服说过的话说成客户的话",
    "from_nowhere": "与所引材料不相干",
    "link": "含有链接、标记或指令",
    "empty": "空句",
}
"""Why a sentence is removed → how that is said."""


@dataclass(slots=True)
class Verified:
    """What was kept: text with marks [1], [2] … for citations and [D1] … for `used`, and why sentences were removed."""

    sentences: list[str] = field(default_factory=list)
    citations: tuple[Citation, ...] = ()
    used: tuple[Backing, ...] = ()
    """What of the house's documents and solved feedback was used, as quoted."""
    removed: Counter[str] = field(default_factory=Counter)
    suggested_reply: str | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The sentences kept, a line each."""
        return "\n".join(self.sentences)


class Verifier:
    """Takes an answer's sentences one by one and keeps what the material proves.

    A sentence stays if everything it names was shown and it names one thing at least; if each of its numbers is a
    value (or interval end) of one of its figures in a fitting unit, or stands in words it cites; and if what it puts
    in quotation marks is in those words, a label or a need's name. Quotes are looked up letter for letter in the
    record; one that is not there, or not the customer's, is no support; nor are the house's words a customer's.
    Citations are numbered anew from 1, in the order of their first use.
    """

    def __init__(self, material: AnswerMaterial, store: Store, *, as_shown: bool = False) -> None:
        """`as_shown`: quotes stay as they were shown, for who says no more than they do."""
        self._as_shown, self.verified = as_shown, Verified()
        self._material, self._store = material, Shelf(store, [voice.record_id for voice in material.voices])
        self._orders = Orders()
        self._voices = {v.n: v for v in material.voices if _verbatim(v, self._store)}
        self._house = {f"D{n}": document for n, document in enumerate(material.documents, 1)}
        self._house |= {f"S{n}": turn for n, turn in enumerate(material.solved, 1) if _said(turn, self._store)}
        self._places: dict[tuple[str, int, int], tuple[int, Voice]] = {}
        self._marked: dict[str, int] = {}
        self._led: frozenset[int] = frozenset()

    @cached_property
    def shown(self) -> str:
        """All that an engine was shown."""
        return "\n".join(shown_in(self._material))

    def number_first(self) -> int:
        """Put the rules' sentence of the number before the first one kept, where it was asked how many and that one states
        it not; how many sentences there are now."""
        asked = "count" in self._material.plan.intents and self._material.figures and self.verified.sentences
        leading = figure_sentences(self._material.figures, asked_how_many=True)[0] if asked else None
        if leading is None or self._states(self.verified.sentences[0], leading):
            return len(self.verified.sentences)
        if self.take(leading) is not None:
            self._led = frozenset(leading.figures)
            self.verified.sentences.insert(0, self.verified.sentences.pop())
        return len(self.verified.sentences)

    def repeats(self, sentence: SentenceDraft) -> bool:
        """Whether a sentence only says again what was put first."""
        return bool(sentence.figures) and self._led >= {*sentence.figures} and not sentence.citations + sentence.sources

    def _states(self, text: str, leading: SentenceDraft) -> bool:
        """Whether a sentence states a number of what the leading one counts, or any where parts were asked for."""
        material = self._material
        counted = material.figures if material.plan.by else [material.figures[n - 1] for n in leading.figures]
        return any(number.value in forms(figure) for number in numbers(text) for figure in counted)

    def take(self, sentence: SentenceDraft) -> str | None:
        """The sentence with its marks, where it is kept; None where it is not: why is noted."""
        text = cleaned(sentence.text)
        names = [match[1] if (match := _SOURCE.fullmatch(s.strip().upper())) else s for s in sentence.sources]
        cited = self._standing(text, self._cited(sentence, names))
        if isinstance(cited, str):
            self.verified.removed[cited] += 1
            return None
        cited = cited if self._as_shown else self._borne(text, cited)
        text = read_into(text, cited, self._material, self._store) or ""
        if not text:
            self.verified.removed["agents_words"] += 1
            return None
        marks = [f"[{self._place(voice)}]" for voice in cited.voices]
        marks += [f"[D{self._marked.setdefault(name, len(self._marked) + 1)}]" for name in dict.fromkeys(names)]
        kept = with_marks(text, marks, cited.figures)
        self.verified.sentences.append(kept)
        self.verified.citations = tuple(citation(n, voice) for n, voice in self._places.values())
        fresh = [narrowed(self._house[name], text) for name in list(self._marked)[len(self.verified.used) :]]
        self.verified.used += tuple(fresh)
        return kept

    def reply(self, reply: str | None, backed_by: Sequence[str], *, averse: bool = False) -> None:
        """Keep of a suggested reply what may be sent (`assistant.answering.replying`)."""
        checked = checked_reply(reply, backed_by, self._material, shown_in(self._material), averse=averse)
        self.verified.suggested_reply = checked.text
        self.verified.warnings += checked.warnings
        known = {(b.document_id, b.heading) for b in self.verified.used}
        self.verified.used += tuple(b for b in checked.used if (b.document_id, b.heading) not in known)

    def _place(self, voice: Voice) -> int:
        """The number of a citation in the text."""
        key = (voice.record_id, voice.start, voice.end)
        return self._places.setdefault(key, (len(self._places) + 1, voice))[0]

    def _standing(self, text: str, cited: Cited | str) -> Cited | str:
        """What a sentence can stand on in the end, or the reason why it can't; a key of `REASONS`."""
        if not text or isinstance(cited, str):
            return cited if text else "empty"
        reason = self._refusal(text, cited)
        if reason in _MAY_BE_SAID_ELSEWHERE:
            return self._wider(text, cited) or reason
        return reason or cited

    def _cited(self, sentence: SentenceDraft, names: Sequence[str]) -> Cited | str:
        """What a sentence stands on, or the reason why it stands on nothing; a key of `REASONS`."""
        if not sentence.citations and not sentence.figures and not names:
            return "no_support"
        known_figures = range(1, len(self._material.figures) + 1)
        known = all(n in self._voices for n in sentence.citations) and all(name in self._house for name in names)
        if not known or any(n not in known_figures for n in sentence.figures):
            return "unknown_source"
        return Cited(
            tuple(self._voices[n] for n in dict.fromkeys(sentence.citations)),
            tuple(self._material.figures[n - 1] for n in dict.fromkeys(sentence.figures)),
            tuple(self._house[name] for name in dict.fromkeys(names)),
        )

    def _refusal(self, text: str, cited: Cited) -> str | None:
        """The reason why a sentence can't stay on what it cites, None where it can; a key of `REASONS`."""
        if _LINK.search(text) or not harmless(text):
            return "link"
        return _unproved(text, cited, self._material) or (None if self._grounded(text, cited) else "from_nowhere")

    def _wider(self, text: str, cited: Cited) -> Cited | None:
        """The same with further words of a customer it cites that prove it: the sentence most like it."""
        ways = [
            (
                likeness(further.quote, text),
                replace(cited, voices=(*cited.voices[: n + 1], further, *cited.voices[n + 1 :])),
            )
            for n, voice in enumerate(cited.voices)
            for further in further_words(voice, self._store.record(voice.record_id))
        ]
        proving = [(alike, way) for alike, way in ways if alike and self._refusal(text, way) is None]
        return max(proving, key=lambda one: one[0], default=(0, None))[1]

    def _borne(self, text: str, cited: Cited) -> Cited:
        """The same with those words of the customers it cites that bear it best, where these prove it too."""
        first = {voice.record_id: voice for voice in reversed(cited.voices)}
        order = dict.fromkeys(voice.record_id for voice in cited.voices)
        most = 2 if len(order) == 1 else 1
        borne = [one for name in order for one in bearing(first[name], self._store.record(name), text, most)]
        best = replace(cited, voices=tuple(borne))
        return best if borne and self._refusal(text, best) is None else cited

    def _grounded(self, text: str, cited: Cited) -> bool:
        """Whether a sentence speaks of what it cites; one in another language is judged by its codes alone."""
        material, foreign = self._material, self._material.language != "zh"
        records = [self._store.record(voice.record_id).text for voice in cited.voices]
        if self._orders.echoed(text, records) or not codes_are_known(text, shown_in(material), latin=foreign):
            return False
        if foreign or (cited.figures and compares(text)):
            return True
        stated = numbers(without_names(text, cited, material))
        if any(number.value in forms(figure) for number in stated for figure in cited.figures):
            return True
        sources = [source for voice in cited.voices for source in _of_voice(voice)]
        sources += [figure.label for figure in cited.figures] + [source for b in cited.house for source in _of_house(b)]
        needs = [f"{n.surface}\n{n.secondary}\n{n.deep}" for n in material.needs]
        if bears_out(text, [*sources, *needs]):
            return True
        read = self._store.insights_of([voice.record_id for voice in cited.voices])
        told = [f"{i.surface}\n{i.secondary}\n{i.deep}\n{i.suggestion or ''}" for i in read]
        return bool(told) and bears_out(text, [*sources, *needs, *told])


def verify(
    draft: AnswerDraft, material: AnswerMaterial, store: Store, *, averse: bool = False, as_shown: bool = False
) -> Verified:
    """Keep what a whole draft can prove by the material; see `Verifier`."""
    verifier = Verifier(material, store, as_shown=as_shown)
    for sentence in draft.sentences:
        verifier.take(sentence)
    verifier.reply(draft.suggested_reply, draft.reply_backed_by, averse=averse)
    return verifier.verified


def _unproved(text: str, cited: Cited, material: AnswerMaterial) -> str | None:
    plain = without_names(text, cited, material)
    if not days_hold(text, cited, material) or not all(proved(number, cited, plain) for number in numbers(plain)):
        return "unproved_number"
    if not said_by(text, cited, material):
        return "unproved_words"
    if not quantifiers_hold(text, cited):
        return "unproved_majority"
    if not directions_hold(text, cited):
        return "wrong_direction"
    if not intervals_hold(text, cited):
        return "wrong_comparison"
    only_house = cited.house and not cited.voices and not cited.figures
    return "wrong_voice" if only_house and _CUSTOMERS_SAY.search(_QUOTED.sub("", text)) else None


def _of_voice(voice: Voice) -> list[str]:
    told = [voice.quote, voice.context, voice.surface, voice.secondary, voice.deep, voice.suggestion or ""]
    return [*told, voice.product or "", zh(voice.channel), zh(voice.segment) if voice.segment else ""]


def _of_house(backing: Backing) -> list[str]:
    return [backing.title, backing.heading, backing.quote]


def shown_in(material: AnswerMaterial) -> list[str]:
    """All that an engine was shown, the question too."""
    shown = [source for voice in material.voices for source in _of_voice(voice)]
    shown += [source for backing in (*material.documents, *material.solved) for source in _of_house(backing)]
    shown += [figure.label for figure in material.figures]
    shown += [f"{need.surface}\n{need.secondary}\n{need.deep}" for need in material.needs]
    return [*shown, material.question, str(material.plan.filters)]


def _verbatim(voice: Voice, store: Shelf) -> bool:
    try:
        record = store.record(voice.record_id)
    except NotFoundError:
        return False
    inside = any(start <= voice.start and voice.end <= end for start, end in customer_spans(record))
    return inside and voice.start < voice.end and record.text[voice.start : voice.end] == voice.quote


def _said(turn: Backing, store: Shelf) -> bool:
    """Whether an agent's words stand in the record still."""
    try:
        return store.record(turn.document_id).text[turn.start : turn.end] == turn.quote
    except NotFoundError:
        return False
