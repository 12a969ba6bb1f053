"""What a model says of its own instructions is taken out of its answers."""

from collections.abc import Callable

from assistant.domain.drafts import AnswerDraft, CallDraft, PlanDraft, SentenceDraft
from prompts.loader import RenderedPrompt

_RUN = 20
"""So many characters of the instructions in a row are told from them, and not by chance."""


def without_instructions(draft: AnswerDraft, prompt: RenderedPrompt, token: str) -> AnswerDraft:
    """The draft with every text blanked that tells the system text or the boundary token; its places stay as they are."""
    tells = _telling(prompt, token)
    return draft.model_copy(
        update={
            "sentences": [s.model_copy(update={"text": ""}) if tells(s.text) else s for s in draft.sentences],
            "suggested_reply": None if tells(draft.suggested_reply) else draft.suggested_reply,
            "refusal_reason": None if tells(draft.refusal_reason) else draft.refusal_reason,
        }
    )


def sentence_without_instructions(said: SentenceDraft, prompt: RenderedPrompt, token: str) -> SentenceDraft:
    """One sentence, blanked where it tells the system text or the boundary token."""
    return said.model_copy(update={"text": ""}) if _telling(prompt, token)(said.text) else said


def plan_without_instructions(draft: PlanDraft, prompt: RenderedPrompt, token: str) -> PlanDraft:
    """The plan without the calls, filters and question back that tell the system text or the boundary token."""
    tells = _telling(prompt, token)

    def bare(one: CallDraft) -> CallDraft:
        return one.model_copy(update={"filters": [f for f in one.filters if not any(map(tells, f.values))]})

    back, calls = draft.clarify, [bare(call) for call in draft.calls if not tells(call.words)]
    silent = back is None or any(map(tells, (back.question, *back.choices)))
    return draft.model_copy(update={"calls": calls, "clarify": None if silent else back})


def _telling(prompt: RenderedPrompt, token: str) -> Callable[[str | None], bool]:
    system = _flat(prompt.system)

    def tells(text: str | None) -> bool:
        flat = _flat(text or "")
        return token in flat or any(flat[at : at + _RUN] in system for at in range(len(flat) - _RUN + 1))

    return tells


def _flat(text: str) -> str:
    return "".join(text.split())
