"""From material to a checked answer: worded by an engine, verified and told sentence by sentence while it goes on."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from assistant.answering.events import BEAT, Event
from assistant.answering.feeding import fed
from assistant.answering.ports import Store
from assistant.answering.verify import REASONS, Verified, Verifier, verify
from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.domain.engine import Engine, Speaking
from assistant.domain.vocabulary import EngineName
from assistant.errors import ModelError, NotRecordedError
from assistant.rules.harmless import harmless

_LONG_REASON = 200
"""Characters beyond which a model's reason for refusing is none."""
MASKED = "回答里疑似个人信息的内容已隐去"
DRAFT_ALONE = "没有相近的反馈可以参照，建议回复只依据问题里的话，发出前请核对"


@dataclass(slots=True)
class Worded:
    """An answer's words: what was verified, by whom, and how much of it has been told already."""

    verified: Verified
    engine: EngineName
    refusal: str | None = None
    """The reason for which there is no answer."""
    warnings: list[str] = field(default_factory=list)
    told: bool = False
    """Its sentences and citations were told as events."""


class Wording:
    """Has answers worded by an engine, or by the fallback where it fails; safe to call from several threads."""

    def __init__(self, engine: Engine, fallback: Engine, store: Store, prose: Callable[[str, str], str]) -> None:
        """`prose` takes personal values out of a text that was made of what an engine was shown, which it is given too."""
        self._engine, self._fallback, self._store, self._prose = engine, fallback, store, prose

    def word(self, material: AnswerMaterial, seconds: float, *, averse: bool) -> Generator[Event, None, Worded]:
        """The answer's words, its sentences told as they are verified.

        Where the engine fails or is not ready within so many seconds, what was told stands; where nothing was, the
        fallback answers. `averse`: the customer asked about is not to be sold anything.
        """
        if self._engine is self._fallback:
            return self._by_rules(material, averse, [])
        verifier = Verifier(material, self._store)
        warnings: list[str] = []
        whole, taken, trouble = None, 0, None
        try:
            for piece in fed(lambda: _spoken(self._engine, material), "answer", seconds, BEAT):
                if piece is None:
                    yield Event("waiting")
                elif isinstance(piece, AnswerDraft):
                    whole = piece
                else:
                    taken += 1
                    yield from self._say(piece, verifier, warnings)
        except TimeoutError:
            trouble = "模型在时限内没有答复完"
        except NotRecordedError:
            trouble = "录下的模型回答里没有这个问题"
        except ModelError as error:
            trouble = f"模型暂不可用（{error.kind}）"
        for sentence in whole.sentences[taken:] if whole is not None and not whole.refused else ():
            yield from self._say(sentence, verifier, warnings)
        return self._ended(material, verifier.verified, verifier, whole, trouble, warnings, averse)

    def _ended(
        self,
        material: AnswerMaterial,
        verified: Verified,
        verifier: Verifier,
        whole: AnswerDraft | None,
        trouble: str | None,
        warnings: list[str],
        averse: bool,
    ) -> Worded:
        """What becomes of the words once the engine has ended, one way or the other."""
        if not verified.sentences:
            if whole is not None and whole.refused:
                return Worded(verified, self._engine.name, _why(whole, material))
            removed = _removed(verified)
            reason = trouble or "模型的回答没有一句能核实"
            return self._by_rules(material, averse, [f"{reason}，改由规则引擎作答", *removed])
        if trouble is not None:
            warnings.append(f"{trouble}，只有前面已核实的部分")
        if whole is not None:
            verifier.reply(whole.suggested_reply, whole.reply_backed_by, averse=averse)
        wanted = "reply" in material.plan.intents or (whole is not None and whole.suggested_reply is not None)
        if verified.suggested_reply is None and wanted:
            self._reply_by_rules(material, verified, averse)
        warnings += [*_removed(verified), *verified.warnings]
        return Worded(verified, self._engine.name, warnings=warnings, told=True)

    def _by_rules(self, material: AnswerMaterial, averse: bool, warnings: list[str]) -> Worded:
        draft = self._fallback.answer(material)
        verified = verify(draft, material, self._store, averse=averse, as_shown=True)
        refusal = None if verified.sentences and not draft.refused else _why(draft, material)
        return Worded(verified, self._fallback.name, refusal, [*warnings, *_removed(verified), *verified.warnings])

    def draft(self, material: AnswerMaterial, *, averse: bool) -> Worded:
        """A reply alone, by the fallback, for a trouble that nothing found is about; none where no trouble is told."""
        return self._by_rules(material, averse, [])

    def _reply_by_rules(self, material: AnswerMaterial, verified: Verified, averse: bool) -> None:
        draft = self._fallback.answer(material)
        of_rules = verify(draft.model_copy(update={"sentences": []}), material, self._store, averse=averse)
        if of_rules.suggested_reply is not None:
            verified.suggested_reply = of_rules.suggested_reply
            verified.warnings.append("建议回复由规则引擎拟写")

    def _say(self, sentence: SentenceDraft, verifier: Verifier, warnings: list[str]) -> Iterator[Event]:
        """The events of one sentence; none where it can't be proved."""
        verified = verifier.verified
        known = len(verified.citations)
        if verifier.repeats(sentence) or verifier.take(sentence) is None:
            return
        lines = self._prose(verified.text, verifier.shown).split("\n")
        if len(lines) == len(verified.sentences) and lines[-1] != verified.sentences[-1]:
            verified.sentences[-1] = lines[-1]
            warnings += [] if MASKED in warnings else [MASKED]
        begun = len(verified.sentences) > 1
        new = verifier.number_first() if not begun else 1
        for citation in verified.citations[known:]:
            yield Event("citation", citation)
        yield Event("token", ("\n" if begun else "") + "\n".join(verified.sentences[-new:]))


def _spoken(engine: Engine, material: AnswerMaterial) -> Iterator[SentenceDraft | AnswerDraft]:
    """What an engine says, sentence by sentence where it can."""
    if isinstance(engine, Speaking):
        yield from engine.answering(material)
    else:
        yield engine.answer(material)


def _why(draft: AnswerDraft, material: AnswerMaterial) -> str:
    asked = material.plan.query or material.question
    reason = (draft.refusal_reason or "").strip() if draft.refused else ""
    if not reason or len(reason) > _LONG_REASON or not harmless(reason):
        return f"资料不足：找到的反馈里没有一句话能证实关于“{asked}”的回答。"
    return reason if reason.startswith("资料不足") else f"资料不足：{reason}"


def _removed(verified: Verified) -> list[str]:
    if not verified.removed:
        return []
    reasons = "、".join(f"{REASONS[reason]} {n} 句" for reason, n in sorted(verified.removed.items()))
    return [f"删去了 {sum(verified.removed.values())} 句无法核实的话：{reasons}"]
