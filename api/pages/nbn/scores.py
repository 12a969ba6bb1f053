"""Why an idea ranks where it does: the parts of its score, what each of them weighs and means."""

from typing import Any

from api.pages.parts import box, tag
from api.pages.visitor import Visit
from assistant.domain.ideas import SCORE_PARTS


def score_part(visit: Visit, sheet: dict[str, Any]) -> None:
    """The score as one bar of its parts, and each part with its value, its weight and its meaning."""
    words, parts, weights = visit.words, sheet["score_parts"], sheet["weights"]
    with box("score-top"):
        tag("h2", words("nbn_score_of"))
        tag("span", f"{sheet['rank']:.2f}", "score-number")
    told = words("nbn_score_is", score=f"{sheet['score']:.2f}")
    with box("stacked", role="img", aria_label=told):
        for name in SCORE_PARTS:
            gained = weights[name] * parts.get(name, 0.0)
            box(f"slice part-{name}", title=f"{words.label(f'part_{name}')} {gained:.2f}").style(
                f"width:{100 * gained:.1f}%"
            )
    with tag("dl", "", "score-parts"):
        for name in SCORE_PARTS:
            _part(visit, name, parts.get(name, 0.0), weights[name])
    tag("p", told, "facts")
    if abs(sheet["rank"] - sheet["score"]) > 0.0005:
        tag("p", words("nbn_rank_is", rank=f"{sheet['rank']:.2f}"), "facts")


def _part(visit: Visit, name: str, value: float, weight: float) -> None:
    words = visit.words
    with box("score-row"):
        with tag("dt"):
            tag("span", words.label(f"part_{name}"), "part-name")
            tag("span", words("nbn_weighs", weight=f"{100 * weight:.0f}"), "facts")
        with tag("dd"):
            with box("track"):
                box(f"fill part-{name}").style(f"width:{100 * value:.0f}%")
            tag("span", f"{value:.2f}", "number")
        tag("dd", words(f"nbn_about_{name}"), "facts")
