"""An outcome told in sentences, every number of them counted."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from assistant.domain.outcomes import Outcome, Ratio, Window

Language = Literal["zh", "en"]


def tell(outcome: Outcome, language: Language, title: str) -> list[str]:
    """What may be said of an outcome, the verdict first; `title` names the proposal or theme."""
    words = _words(language)
    lines = [words["head"].format(title=title, day=outcome.launch.day), _verdict(outcome, words)]
    if outcome.verdict != "not_begun":
        lines += _counts(outcome, words)
        if not outcome.measured:
            lines.append(words["interim"])
        if outcome.verdict == "too_few":
            lines.append(_when(outcome, words))
        lines.append(words["next"].format(needs=_next(outcome, words)))
    return lines + [words["note"][note] for note in outcome.notes]


def _verdict(outcome: Outcome, words: dict[str, Any]) -> str:
    praise = words["verdict_more"].get(outcome.verdict) if outcome.aim == "more" else None
    return str(praise or words["verdict"][outcome.verdict])


def _counts(outcome: Outcome, words: dict[str, Any]) -> list[str]:
    before, after, launch = outcome.before, outcome.after, outcome.launch
    scope = "、".join(part for part in (*launch.products, launch.model, launch.region) if part) or words["scope_all"]
    lines = [
        words["windows"].format(
            before_since=before.since, before_until=before.until, after_since=after.since, after_until=after.until,
            window=launch.window, elapsed=round(100 * outcome.elapsed), scope=scope,
        ),
        words["rates"].format(
            before_voices=before.voices, before_people=before.people, before_rate=_rate(before),
            after_voices=after.voices, after_people=after.people, after_rate=_rate(after),
        ),
    ]  # fmt: skip
    ratios = (("ratio", outcome.by_customers), ("records", outcome.by_records), ("owners", outcome.by_owners))
    lines += [words[name].format(**_ratio(ratio, words)) for name, ratio in ratios if ratio is not None]
    if (control := outcome.against_others) is not None:
        lines.append(words["control"].format(n=len(outcome.others), **_ratio(control, words)))
    them = outcome.afterwards
    lines.append(words["back"].format(customers=them.customers, came_back=them.came_back, same_need=them.same_need))
    return lines


def _when(outcome: Outcome, words: dict[str, Any]) -> str:
    hoped = f"{outcome.launch.hoped:g}"
    if outcome.judgeable_from is not None:
        return str(words["judgeable"].format(hoped=hoped, day=outcome.judgeable_from))
    if outcome.window_needed is not None:
        return str(words["needs_window"].format(hoped=hoped, days=outcome.window_needed))
    return str(words["needs_more"].format(hoped=hoped))


def _next(outcome: Outcome, words: dict[str, Any]) -> str:
    told = [
        f"{need.title} ({words['next_kind'][need.kind]}, {need.before} → {need.after})" for need in outcome.next_needs
    ]
    return "; ".join(told) or str(words["none"])


def _ratio(ratio: Ratio, words: dict[str, Any]) -> dict[str, str]:
    high = words["unbounded"] if ratio.high is None else f"{ratio.high:.2f}"
    value = "∞" if ratio.value is None else f"{ratio.value:.2f}"
    return {"value": value, "low": f"{ratio.low:.2f}", "high": high, "level": f"{100 * ratio.level:.1f}"}


def _rate(window: Window) -> str:
    return f"{100 * window.voices / window.people:.1f}" if window.people else "0"


@cache
def _words(language: Language) -> dict[str, Any]:
    text = files("assistant.insight").joinpath("data", "outcome.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)[language])
