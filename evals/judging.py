"""A model as judge of the secondary and deep rungs: what it is shown, and how far it can be believed.

Of a record the judge is shown three ladders in an order that tells nothing: ours, the planted one, and one planted in
another record. Since we know what it ought to say of the last two, its agreement with the truth is measured beside its
verdict on ours.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict

from assistant.bootstrap import chat_endpoint
from assistant.domain.drafts import Draft
from assistant.domain.records import Record
from assistant.errors import ModelError, UsageError
from assistant.llm.cache import CallCache, MemoryCache, call_key, digest_of
from assistant.llm.fence import Fence, fenced
from assistant.llm.recording import Recording, SilentEndpoint, begin, read_recording
from assistant.llm.seams import Endpoint
from assistant.llm.shapes import schema_text
from assistant.settings import Settings
from evals.metrics.extraction import Pair, Row
from evals.metrics.measured import share
from evals.recording import fresh
from prompts import RenderedPrompt, load

PROMPT = "judge_ladder"
Origin = Literal["ours", "planted", "foreign"]
Rung = Literal["good", "shallow", "unfounded"]
JUDGE_TOKENS = 450


class JudgementDraft(Draft):
    """What the judge says of one ladder, each reason before its verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    secondary_reason: str
    secondary: Rung
    deep_reason: str
    deep: Rung
    category_reason: str
    category: Literal["fits", "wrong"]


class JudgementsDraft(Draft):
    """The answer to one record."""

    judgements: list[JudgementDraft]


def judge_ingredients() -> dict[str, str]:
    """What a judgement is made with, for the head of a recording."""
    prompt = load(PROMPT)
    return {
        "prompt": prompt.name,
        "prompt_digest": prompt.digest,
        "schema_digest": digest_of(schema_text(JudgementsDraft)),
    }


def judge_of(
    settings: Settings, judgements: Path | None, kept: Recording | None, *, offline: bool
) -> tuple[Endpoint, CallCache]:
    """Who judges, and where judgements are kept: the settings' model, else a recording that holds judgements.

    Args:
        judgements: a recording of their own.
        kept: the recording of the readings, if any; `offline` where nobody is asked for what it does not hold.

    Raises:
        UsageError: there is neither.
    """
    reachable = settings.engine_name == "llm"
    if judgements is not None and (reachable or judgements.exists()):
        if not reachable:
            old = read_recording(judgements)
            fresh(old, judge_ingredients())
            return SilentEndpoint(old), old
        endpoint = chat_endpoint(settings, settings.data_dir)
        return endpoint, begin(judgements, endpoint.shaping, judge_ingredients(), task="judge")
    if kept is not None and offline and kept.holds(PROMPT):
        return SilentEndpoint(kept), kept
    if reachable:
        return chat_endpoint(settings, settings.data_dir), kept if kept and not offline else MemoryCache()
    raise UsageError(
        "there is nobody to judge and no judgement recorded: set OPENAI_BASE_URL (and OPENAI_API_KEY) to have a model "
        "judge what the recording holds, or name kept judgements with --judgements"
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One record with the ladders to be judged, in the order shown."""

    record: Record
    ladders: tuple[tuple[Origin, Row], ...]


def cases(pairs: Sequence[Pair], records: Mapping[str, Record], most: int) -> Iterator[Case]:
    """At most `most` cases, spread over the pairs by their digest: always the same ones for the same readings."""
    ordered = sorted(pairs, key=lambda pair: _digest(pair.record, str(pair.need["surface"])))
    for place, pair in enumerate(ordered[:most]):
        others = (other.need for other in (*ordered[place + 1 :], *ordered) if other.record != pair.record)
        foreign = next((need for need in others if need["need"] != pair.need["need"]), None)
        if foreign is None:
            continue
        shown: list[tuple[Origin, Row]] = [("ours", pair.insight), ("planted", pair.need), ("foreign", foreign)]
        shown.sort(key=lambda item: _digest(pair.record, item[0], str(item[1]["surface"])))
        yield Case(records[pair.record], tuple(shown))


def judge_prompt(case: Case, fence: Fence) -> RenderedPrompt:
    """What the judge is shown of a case."""
    body = f"正文:\n{case.record.text}"
    ladders = "\n".join(_ladder(n, row) for n, (_, row) in enumerate(case.ladders, 1))
    token = fence.token([body, ladders])
    return load(PROMPT).render(
        token=token,
        count=str(len(case.ladders)),
        record=fenced("记录", token, body),
        ladders=fenced("三层需求", token, ladders),
    )


def judged(
    found: Sequence[Case], endpoint: Endpoint, calls: CallCache, fence: Fence
) -> Iterator[tuple[Origin, JudgementDraft] | str]:
    """Every ladder's origin with its judgement, or the short reason why a case was not judged."""
    for case in found:
        prompt = judge_prompt(case, fence)
        key = call_key(prompt, JudgementsDraft, endpoint.shaping)
        kept = calls.get(key)
        try:
            if kept is not None:
                answer = JudgementsDraft.model_validate_json(kept)
            else:
                answer, usage = endpoint.complete(prompt, JudgementsDraft, expected=JUDGE_TOKENS)
                calls.put(key, endpoint.model, prompt.name, answer.model_dump_json(), usage)
        except ModelError as error:
            yield error.kind
            continue
        said = {judgement.id.strip(): judgement for judgement in answer.judgements}
        for n, (origin, _) in enumerate(case.ladders, 1):
            yield (origin, said[f"L{n}"]) if f"L{n}" in said else "not_answered"


def judge_figures(results: Sequence[tuple[Origin, JudgementDraft] | str]) -> dict[str, float]:
    """Shares of our rungs found good, and the judge's agreement with what is known of the other ladders.

    ``judge_agreement``: share of planted and foreign ladders of which the judge says what is true (a planted deep rung
    is not unfounded, a foreign one is); ``judge_kappa`` the same beyond chance (Cohen 1960).
    """
    ladders = [result for result in results if not isinstance(result, str)]
    ours = [judgement for origin, judgement in ladders if origin == "ours"]
    known = [(origin == "planted", one.deep != "unfounded") for origin, one in ladders if origin != "ours"]
    right = share(truly == said for truly, said in known)
    true, said = (sum(column) / max(1, len(known)) for column in (zip(*known, strict=True) if known else ((), ())))
    chance = true * said + (1 - true) * (1 - said)
    return {
        "judged": float(len(ours)),
        "judge_secondary_good": share([one.secondary == "good" for one in ours]),
        "judge_deep_good": share([one.deep == "good" for one in ours]),
        "judge_category_fits": share([one.category == "fits" for one in ours]),
        "judge_unfounded": share([one.secondary == "unfounded" or one.deep == "unfounded" for one in ours]),
        "judge_accepts_planted": share([one.deep != "unfounded" for origin, one in ladders if origin == "planted"]),
        "judge_rejects_foreign": share([one.deep == "unfounded" for origin, one in ladders if origin == "foreign"]),
        "judge_agreement": right,
        "judge_kappa": (right - chance) / (1 - chance) if known and chance < 1 else 0.0,
        "judge_failed": float(len(results) - len(ladders)),
    }


def _ladder(n: int, row: Row) -> str:
    rungs = (f"{name}: {' '.join(str(row[field]).split())}" for name, field in _RUNGS)
    return "\n".join([f"L{n}", *rungs])


_RUNGS = (("表象", "surface"), ("次深层", "secondary"), ("深层", "deep"), ("类别", "deep_category"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
