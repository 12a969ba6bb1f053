"""What this is for, in three steps that the data itself tells: what a customer said, what was meant, what comes of it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from nicegui.elements.mixins.text_element import TextElement

from api.pages.parts import box, button, facts, link, tag
from api.pages.record_panel import Place, RecordPanel
from api.pages.visitor import Visit
from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.themes import Theme, Voice

COOKIE = "voc_intro"
SEEN = "seen"
_SET = f"() => {{ document.cookie = '{COOKIE}={SEEN}; path=/; max-age=31536000; samesite=lax' }}"


@dataclass(frozen=True, slots=True)
class Example:
    """One need followed from a customer's words to an idea."""

    voice: Voice
    theme: Theme
    idea: Idea | None


def example_of(visit: Visit) -> Example | None:
    """The largest theme that somebody complains of, with its first voice and best idea; None where there is no theme yet."""
    store = visit.app.store
    themes, _ = store.list_themes(Filters(sentiment=("negative",)), 1)
    for theme in themes:
        if voices := store.theme_voices(theme.id):
            ideas, _ = store.ideas(Filters(theme=(theme.id,)), 1)
            return Example(voices[0], theme, next(iter(ideas), None))
    return None


def introduce(visit: Visit, example: Example, panel: RecordPanel) -> None:
    """Show the three steps, until somebody says to have understood."""
    words = visit.words
    voice, theme, idea = example.voice, example.theme, example.idea

    async def opened() -> None:
        await panel.show(Place(voice.record_id, voice.start, voice.end))

    with box("intro", "section", aria_label=words("intro_title")) as whole:
        with box("heading"):
            tag("h2", words("intro_title"))
            seen = button(words("intro_seen"), whole.delete, "plain")
            seen.on("click", js_handler=_SET)
        with tag("ol", "", "intro-steps"):
            with _step(visit, 1):
                tag("blockquote", words.readable(voice.quote))
                facts(words.label(voice.channel), voice.product, (voice.created_at or "")[:10])
                button(words("intro_hear_way"), opened, "plain")
            with _step(visit, 2):
                tag("p", words.readable(theme.deep or theme.secondary or theme.title), "intro-told")
                facts(words("counts", records=theme.records, customers=theme.customers))
                link(words("intro_need_way", title=words.readable(theme.title)), f"/needs?theme={theme.id}", "more")
            with _step(visit, 3):
                tag("p", words.readable(idea.title) if idea else words("intro_no_idea"), "intro-told")
                if idea:
                    facts(words.label(idea.nbn_type))
                way = f"/ideas?{urlencode({'idea': idea.id})}" if idea else "/ideas"
                link(words("intro_idea_way"), way, "more")


def _step(visit: Visit, number: int) -> TextElement:
    made = tag("li", "", "intro-step")
    with made:
        tag("span", str(number), "intro-number", aria_hidden="true")
        tag("h3", visit.words(f"intro_step_{number}"))
        tag("p", visit.words(f"intro_told_{number}"), "facts")
    return made
