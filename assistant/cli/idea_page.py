"""How one idea, and what was decided of ideas, stands on a terminal, in the language of the settings."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from assistant.cli.tables import Language, said, width, word
from assistant.domain.ideas import LENS_ZH
from assistant.domain.vocabulary import zh
from assistant.insight.hard_rule import MARKS
from assistant.insight.scoring import effort_class

_MARKS_EN = {
    "cost_cutting": "merely cuts the cost of service",
    "parts_selling": "merely sells parts or consumables",
    "warranty_selling": "merely sells warranties",
    "failure_charging": "charges for the maker's own failures",
}
_WIDE = 18


def show_idea(found: Mapping[str, Any], language: Language) -> None:
    """An idea with all that is known of it, a line each."""
    kind = _stored(found["nbn_type"], language)
    click.secho(f"{found['title']}  ({found['idea_id']}, {kind}, {_stored(found['engine'], language)})", bold=True)
    for mark in found["marks"]:
        if mark in MARKS:
            told = _MARKS_EN[mark] if language == "en" else word(mark, language, of="idea")
            click.secho(f"  {said('misses_loop', language, mark=told)}", fg="red")
    for name, text in _told(found, language):
        if text:
            label = str(word(name, language, of="idea"))
            click.echo(f"  {label}{' ' * max(1, _WIDE - width(label))}{text}")


def show_history(found: Sequence[Mapping[str, Any]], total: int, language: Language) -> None:
    """Decisions, newest first."""
    for one in found:
        what = ", ".join(f"{word(event['kind'], language, of='jobs')} {event['idea_id']}" for event in one["events"])
        undone = f"  {said('undone', language)}" if one["undone_at"] else ""
        click.echo(f"{one['at'][:16]}  {one['edit_id']}  {one['actor']}  {what}  {one['why'] or ''}{undone}")
    click.secho(said("decisions", language, shown=len(found), total=total), dim=True, err=True)


def _told(found: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    lens = LENS_ZH.get(found["lens"], "-") if language == "zh" else (found["lens"] or "-").replace("_", " ")
    listed, colon = ("、", "：") if language == "zh" else (", ", ": ")
    segments = listed.join(f"{_stored(name, language)} {count}" for name, count in found["segments"])
    return [
        ("status", str(word(found["status"], language, of="idea"))),
        ("lens", lens),
        ("audience", found["audience"]),
        ("job", found["job_to_be_done"]),
        ("concept", found["concept"]),
        *(("feature", one) for one in found["features"]),
        ("differs", found["how_it_differs"]),
        ("why now", found["why_now"]),
        ("customers", said("people", language, n=found["customers"], segments=segments)),
        *((f"changes {rung}", text) for rung, text in found["changes"].items()),
        ("route", f"{_stored(found['route'], language)}{colon}{found['route_why']}"),
        *(("assumed", f"{one['text']} → {one['test']}") for one in found["assumed"]),
        *(("next need", one) for one in found["next_needs"]),
        *(
            ("theme", said("of_theme", language, id=one["theme_id"], title=one["title"], n=one["customers"]))
            for one in found["themes"]
        ),
        *(("voice", f"「{one['quote']}」 {one['external_id']}") for one in found["voices"]),
        ("score", _score(found, language)),
        ("rank", said("idea_rank", language, rank=f"{found['rank']:.3f}")),
        *(("vote", _vote(one, language)) for one in found["voted"]),
    ]


def _score(found: Mapping[str, Any], language: Language) -> str:
    parts = "  ".join(f"{word(name, language, of='idea')} {value:.2f}" for name, value in found["score_parts"].items())
    effort = word(effort_class(found["score_parts"].get("effort", 0.0)), language, of="idea")
    return said("idea_score", language, score=f"{found['score']:.3f}", parts=parts, effort=effort)


def _vote(one: Mapping[str, Any], language: Language) -> str:
    side = word("for" if one["value"] > 0 else "against", language, of="idea")
    return f"{side} {one['actor']} {one['at'][:10]} {one['why'] or ''}"


def _stored(stored: str, language: Language) -> str:
    return zh(str(word(stored, language))) if language == "zh" else stored.replace("_", " ")
