"""Knows the model run that comes with the sample: what it was made with, and how its answers stand in for a model's."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import (
    AnswerDraft,
    Draft,
    IdeasDraft,
    PlanDraft,
    ReadingsDraft,
    RequotesDraft,
    ThemeDraft,
    VerdictsDraft,
)
from assistant.domain.engine import Engine, Forecast, PackOutcome
from assistant.domain.proposal_drafts import DRAFT_OF
from assistant.domain.proposals import Asked
from assistant.domain.records import Record
from assistant.domain.vocabulary import EngineName, recorded_by
from assistant.errors import NotRecordedError, SettingError, UsageError
from assistant.llm.cache import call_key, digest_of
from assistant.llm.engine import ModelEngine
from assistant.llm.proposal_prompts import COMMON
from assistant.llm.reader import PROMPT, REPAIR, Proof
from assistant.llm.recording import Recording, SilentEndpoint, read_recording
from assistant.llm.seams import Net
from assistant.llm.shapes import schema_text
from assistant.settings import Settings
from prompts import load

SAMPLE = files("assistant.sample") / "xinglan"
RECORDING = Path(str(SAMPLE / "recording.jsonl.gz"))
"""The recording as it comes with the program."""
SAMPLE_KEY = b"always the same when we measure."
"""32 bytes. The masking key of a directory that holds the sample and nothing else: pseudonyms and the boundaries in prompts
hang on the key, and a recording on those. It is no secret, so nobody's own records may be masked with it."""
NOTE = "recorded.json"
"""In a data directory: which recording its needs, themes, ideas and answers are played back from."""
LANGUAGE = "zh"
_PARTS: Mapping[str, type[Draft]] = {
    PROMPT: ReadingsDraft,
    REPAIR: RequotesDraft,
    "name_theme": ThemeDraft,
    "check_members": VerdictsDraft,
    "suggest_ideas": IdeasDraft,
    "plan_question": PlanDraft,
    "answer_question": AnswerDraft,
    **{f"draft_{section}": schema for section, schema in DRAFT_OF.items()},
}
"""What is recorded: prompt → what it is answered with."""


def made_with() -> dict[str, str]:
    """Prompt → its version, and a digest of its words and of the schema of its answer, here and now."""
    common = load(COMMON, LANGUAGE).digest
    found = {}
    for name, schema in _PARTS.items():
        prompt = load(name, LANGUAGE)
        shared = common if name.startswith("draft_") else ""
        found[name] = f"{prompt.name} {digest_of(prompt.digest, shared, schema_text(schema))[:16]}"
    return found


def stale_parts(recording: Recording) -> list[str]:
    """Prompts that are worded, or answered in another shape, otherwise than when they were recorded."""
    then: Mapping[str, str] = recording.head.get("made_with", {})
    return [name for name, now in made_with().items() if then.get(name) != now]


def circumstances(settings: Settings) -> Settings:
    """The settings under which the sample was recorded, on these settings' data directory and address."""
    return settings.model_copy(
        update={
            "database_url": None, "chroma_url": None, "language": LANGUAGE, "embedding_model": "local", "rerank": "auto",
            "rerank_url": None, "planner": "auto", "masking_policy": None, "company_file": None, "vault": "off",
            "timezone": "Asia/Shanghai",
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording as a data directory plays it back."""

    recording: Recording
    settings: Settings

    @property
    def name(self) -> EngineName:
        """What everything says that comes of it."""
        return recorded_by(self.recording.model, str(self.recording.head["recorded"]))

    def asked_on(self) -> date:
        """The day on which questions are asked, always the same: "last month" is the last one of the sample."""
        return date.fromisoformat(self.recording.head["today"])


def replay_of(settings: Settings) -> Replay | None:
    """What the data directory is played back from; None where it is not, or where a model is set to go on with.

    The rules, where they are set, would overwrite what was recorded: they answer what it does not hold all the same.

    Raises:
        SettingError: it says so and the recording is not there, or is another one by now.
    """
    note = settings.data_dir / NOTE
    if settings.engine_name != "rules" or not note.is_file():
        return None
    try:
        recording = read_recording(RECORDING)
    except UsageError as error:
        raise SettingError(f"{settings.data_dir} is played back from a recording: {error}") from None
    if not told_of(recording).items() <= (noted(settings.data_dir) or {}).items():
        raise SettingError(
            f"{settings.data_dir} was made from another recording than the one that comes with this version: "
            "make it anew with `voc demo`, or set a model"
        )
    as_then = circumstances(settings).model_copy(update={"engine": "llm", "chat_model": recording.model})
    return Replay(recording, as_then)


def told_of(recording: Recording) -> dict[str, Any]:
    """What a data directory notes of the recording that it is made from."""
    return {
        "model": recording.model,
        "recorded": recording.head["recorded"],
        "digest": digest_of(recording.head, sorted(recording.answers)),
    }


def noted(data_dir: Path) -> dict[str, Any] | None:
    """What a data directory notes of a recording; None where it notes nothing."""
    try:
        found = json.loads((data_dir / NOTE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def only_the_sample(data_dir: Path, paths: Iterable[Path]) -> None:
    """See that nobody's own records are masked with a key that everybody knows.

    Raises:
        UsageError: the directory is played back from the sample's recording, and a path leads elsewhere.
    """
    if not (data_dir / NOTE).is_file():
        return
    sample = Path(str(SAMPLE)).resolve()
    if any(not path.resolve().is_relative_to(sample) for path in paths):
        raise UsageError(
            f"{data_dir} holds the demo, whose masking key is known to everybody: take your own records into another "
            "directory (VOC_DATA_DIR)"
        )


def first_questions(engine: Engine) -> list[str]:
    """What to ask first where the sample is played back, all of it recorded; nothing of any other engine."""
    if not isinstance(engine, RecordedEngine):
        return []
    return list(tomllib.loads((SAMPLE / "demo.toml").read_text(encoding="utf-8"))["first"])


class RecordedEngine(ModelEngine):
    """The model engine, of which nobody is asked: what the recording does not hold raises `NotRecordedError`.

    Records that it does not hold are read by the rules, and say so.
    """

    def __init__(
        self, replay: Replay, secret: bytes, fallback: Engine, net: Net | None, company: str, proof: Proof
    ) -> None:
        """`secret`, `net`, `company` and `proof` as the model engine takes them; `fallback` reads what was not recorded."""
        silent = SilentEndpoint(replay.recording)
        super().__init__(replay.settings, silent, secret, cache=replay.recording, net=net, company=company, proof=proof)
        self._name, self._fallback = replay.name, fallback

    @property
    def name(self) -> EngineName:
        """See `Engine.name`."""
        return self._name

    @property
    def concurrency(self) -> int:
        """See `Engine.concurrency`: nobody is waited for."""
        return self._fallback.concurrency

    def identity(self, task: str) -> str:
        """See `Engine.identity`."""
        return digest_of(super().identity(task), self._name)

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """See `Engine.read`; what was not recorded is read by the rules."""
        outcome = super().read(pack)
        left = [record for record in pack if outcome.failed.get(record.id) == NotRecordedError.kind]
        if not left:
            return outcome
        again = self._fallback.read(left)
        failed = {one: why for one, why in outcome.failed.items() if why != NotRecordedError.kind} | again.failed
        return replace(
            outcome,
            drafts=(*outcome.drafts, *again.drafts),
            failed=failed,
            problem=outcome.problem if failed else None,
            engines={draft.record_id: self._fallback.name for draft in again.drafts},
        )

    def recalls(self, material: AnswerMaterial) -> bool:
        """See `Recalling.recalls`."""
        prompt, _ = self._answer_prompt(material)
        return self._cache.get(call_key(prompt, AnswerDraft, self._endpoint.shaping)) is not None

    def forecast(self, packs: Iterable[Sequence[Record]]) -> Forecast:
        """See `Foreseeing.forecast`: nothing is ever paid."""
        return Forecast()

    def forecast_sections(self, asked: Iterable[Asked]) -> Forecast:
        """See `ForeseeingDrafts.forecast_sections`: nothing is ever paid."""
        return Forecast()
