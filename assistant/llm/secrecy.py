"""What a model says of its own instructions is taken out of its answers."""

from assistant.domain.drafts import AnswerDraft
from prompts.loader import RenderedPrompt

_RUN = 20
"""So many characters of the instructions in a row are told from them, and not by chance."""


def without_instructions(draft: AnswerDraft, prompt: RenderedPrompt, token: str) -> AnswerDraft:
    """The draft with every text blanked that tells the system text or the boundary token; its places stay as they are."""
    system = _flat(prompt.system)

    def tells(text: str | None) -> bool:
        flat = _flat(text or "")
        return token in flat or any(flat[at : at + _RUN] in system for at in range(len(flat) - _RUN + 1))

    return draft.model_copy(
        update={
            "sentences": [s.model_copy(update={"text": ""}) if tells(s.text) else s for s in draft.sentences],
            "suggested_reply": None if tells(draft.suggested_reply) else draft.suggested_reply,
            "refusal_reason": None if tells(draft.refusal_reason) else draft.refusal_reason,
        }
    )


def _flat(text: str) -> str:
    return "".join(text.split())
