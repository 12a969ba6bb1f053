"""Knows how to turn a theme into ideas, one for each lens, out of pieces for its situation and the customers' own words."""

import hashlib
import re
from dataclasses import dataclass
from typing import cast

from assistant.domain.drafts import AssumptionDraft, IdeaDraft, IdeasDraft
from assistant.domain.ideas import Brief, LensName
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import NbnType, RouteKind, zh
from assistant.rules.gist import THING, aspect_of, group, motive, people, thing
from assistant.rules.lexicon import table, words
from assistant.rules.telling import situation, telling, wishes
from assistant.rules.topics import frame_fields
from assistant.rules.trades import worded
from assistant.rules.wording import neat, short

LENSES: tuple[LensName, ...] = ("job", "product_as_service", "service_income")
"""Where nobody has chosen: one lens for each NBN type."""
TYPES: dict[LensName, NbnType] = {
    "job": "better_product", "product_as_service": "new_customs", "ecosystem_partner": "new_product",
    "supply_chain": "new_customs", "service_income": "new_product", "delight_moved": "better_product",
    "weak_signal": "new_product", "without_product": "new_customs",
}  # fmt: skip
_PIECES = "lens_ideas"
_EVIDENCE_MOST = 6
_QUOTE, _WISH, _TITLE_WISH = 26, 40, 14
_TOPIC = 14
_OWN: tuple[LensName, ...] = ("job", "product_as_service", "service_income")
"""Lenses whose pieces come from the situation itself."""
_BOTH = "」和「"
"""Between the names of two themes that stand in quotation marks together."""
_PLAIN = re.compile("[“”「」]")


@dataclass(frozen=True, slots=True)
class Slots:
    """What fills the templates of one theme."""

    topic: str
    thing: str
    who: str
    motive: str

    @classmethod
    def of(cls, material: ThemeMaterial) -> "Slots":
        """The slots of a theme."""
        topic = material.theme.title or short(material.theme.surface, 18) or zh(material.theme.deep_category)
        return cls(topic, thing(material), people(material), zh(motive(material)))

    def fill(self, template: str) -> str:
        """The template with its ``{topic} {thing} {who} {motive}`` filled."""
        for name in ("topic", "thing", "who", "motive"):
            template = template.replace("{" + name + "}", getattr(self, name))
        return template

    def title(self, template: str) -> str:
        """A name: without the thing where it is no more than "product" and another noun stands behind it."""
        spare = self.thing == THING and not template.endswith("{thing}")
        return self.fill(template.replace("{thing}", "") if spare else template)


@dataclass(frozen=True, slots=True)
class _Sight:
    """A theme looked at through one lens: its own voice to start from, and what else the words are made of."""

    lens: LensName
    kind: NbnType
    material: ThemeMaterial
    slots: Slots
    voice: Voice
    wish: Voice | None
    glad: str
    """Of a delight that is to be moved: what is praised; blank where nothing is."""
    first: bool = False
    """The first idea of the theme: what is said once is said here."""
    other: str = ""
    """Another customer's words that the idea has to hold for too; blank where nobody else spoke."""

    @property
    def quote(self) -> str:
        """The voice's words, short enough to stand in a sentence of ours."""
        return _in_a_sentence(self.voice.quote)

    def say(self, section: str, key: str | None = None) -> str:
        """A sentence of the data file with everything filled in; blank where there is none."""
        return self.fill(words(_PIECES, section, key or self.lens))

    def fill(self, template: str) -> str:
        """Slots and the voice's words put into a template."""
        beside = words(_PIECES, "beside", group(self.material)) or words(_PIECES, "beside", "unknown")
        text = template.replace("{quote}", self.quote).replace("{beside}", beside).replace("{glad_quote}", self.glad)
        return self.slots.fill(text)


def suggest_ideas(material: ThemeMaterial, brief: Brief = Brief()) -> IdeasDraft:  # noqa: B008  (frozen)
    """An idea for each lens of the brief, each starting from another voice and standing on the voices it answers."""
    glad = _glad(material, brief)
    lenses = _lenses(brief, glad)
    slots, ranked = _slots(material, brief), _ranked(material, brief)
    if brief.link is not None:  # its themes have ideas of their own, which begin with their most telling voices
        ranked = ranked[len(ranked) // 2 :] + ranked[: len(ranked) // 2]
    wishing = wishes(ranked)
    sights = [
        _Sight(
            lens, TYPES[lens], material, slots, ranked[n % len(ranked)], wishing[n] if n < len(wishing) else None,
            glad, n == 0, _another(ranked, n, len(lenses)),
        )
        for n, lens in enumerate(lenses)
    ]  # fmt: skip
    return IdeasDraft(ideas=[_idea(sight, brief) for sight in sights])


def _another(ranked: list[Voice], n: int, lenses: int) -> str:
    """The words of a voice that no other idea of the theme begins with, as far as there are enough."""
    rest = ranked[lenses:] or ranked
    found = rest[n % len(rest)].quote
    return "" if found == ranked[n % len(ranked)].quote else found


def _in_a_sentence(quote: str) -> str:
    return short(neat(quote).replace("“", "「").replace("”", "」"), _QUOTE).rstrip("。！？!?.")


def praised(material: ThemeMaterial) -> bool:
    """Whether the theme is one of praise: reasons for delight to be kept and spread."""
    return material.sentiment == "positive"


def _idea(sight: _Sight, brief: Brief) -> IdeaDraft:
    slots, lens = sight.slots, sight.lens
    name, what = _piece(sight)
    wished = [f"按客户原话的愿望去做：“{short(sight.wish.suggestion or '', _WISH)}”"] if sight.wish else []
    text, _, test = sight.say("assume").partition("|")
    also = sight.say("also").replace("{other}", _in_a_sentence(sight.other))
    return IdeaDraft(
        lens=lens,
        nbn_type=sight.kind,
        title=_title(sight, name),
        audience=f"说得出“{short(sight.quote, 16)}”的{slots.who}",
        job_to_be_done=f"当“{sight.quote}”的时候，{slots.who}想要{_job(sight)}，好让{_deep(sight)}",
        concept=f"针对「{slots.topic}」：{what}。{sight.say('step')}",
        features=[*wished, *_features(what), also if sight.other else sight.say("step")],
        how_it_differs=sight.say("differs"),
        changes_surface=sight.say("surface"),
        changes_secondary=sight.say("secondary"),
        changes_deep=f"{words('ideas', 'changes', motive(sight.material))}，从“{short(sight.quote, 16)}”这一刻起",
        route=cast("RouteKind", words(_PIECES, "route", lens)),
        route_why=sight.say("reason"),
        assumptions=[AssumptionDraft(text=text, test=test), _representative(sight)],
        next_needs=_next(sight, name),
        evidence=_evidence(sight, brief),
    )


def _piece(sight: _Sight) -> tuple[str, str]:
    """Name and working of the idea: of the lens by aspect or motive, else of the situation, else of the aspect."""
    lens, material, slots = sight.lens, sight.material, sight.slots
    if lens in ("ecosystem_partner", "supply_chain"):
        own = words(_PIECES, lens, aspect_of(material))
    elif lens == "without_product":
        own = _variant(motive(material), material.theme.id)
    elif lens == "weak_signal" or (lens == "delight_moved" and not praised(material)):
        own = f"{words(_PIECES, lens, 'title')}|{words(_PIECES, lens, 'what')}"
    else:
        own = _of_situation(sight) or (words(_PIECES, lens, aspect_of(material)) if lens == "service_income" else "")
    if not own:
        section = "praise" if praised(material) else aspect_of(material)
        own = "|".join(words("ideas", section, sight.kind).split("|")[:2])
    said = _PLAIN.sub("", neat((sight.wish.suggestion if sight.wish else None) or sight.voice.quote))
    own = own.replace("{wish}", short(said, _TITLE_WISH)).replace("{full}", short(said, _WISH))
    own = own.replace("{glad}", sight.glad).replace("{sore}", slots.topic.replace(_BOTH, "与"))
    own = own.replace("{piece}", words("ideas", aspect_of(material), "better_product").split("|")[1])
    name, _, what = own.partition("|")
    return slots.title(name).rstrip("的和与"), slots.fill(what)


def _of_situation(sight: _Sight) -> str:
    frame = None if sight.material.theme.id.startswith("tg_") else situation(sight.material)
    return worded(frame, sight.kind, [voice.quote for voice in sight.material.voices]) if frame else ""


def _variant(category: str, theme_id: str) -> str:
    known = table(_PIECES)["without_product"].get(category)
    pieces = known if isinstance(known, list) else [""]
    return str(pieces[hashlib.sha256(theme_id.encode()).digest()[0] % len(pieces)])


def _title(sight: _Sight, name: str) -> str:
    """A product's name; the theme behind it where the name does not come from the theme's own situation."""
    topic = sight.slots.topic
    if topic in name or sight.lens in ("weak_signal", "delight_moved"):
        return name
    frame = situation(sight.material)
    label = frame_fields()[frame]["label"] if frame else ""
    if sight.lens in _OWN and topic == label:
        return name
    apart = "、".join(part.split("、")[0] for part in topic.split(_BOTH)) if _BOTH in topic else topic
    if sight.lens in _OWN and label and apart.startswith(label):
        apart = apart.removeprefix(label).removeprefix("（").removesuffix("）")
    apart = short(apart.replace("（", "：").replace("）", ""), _TOPIC).rstrip("：的和与")
    return name if not apart or apart in name else f"{name}（{apart}）"


def _job(sight: _Sight) -> str:
    section = "praise" if praised(sight.material) else aspect_of(sight.material)
    return sight.slots.fill(words("ideas", section, "job"))


def _deep(sight: _Sight) -> str:
    return words("ideas", "changes", motive(sight.material)).removeprefix("让")


def _features(what: str) -> list[str]:
    """What it does, clause by clause."""
    return [clause for clause in what.replace("；", "，").split("，") if len(clause) >= 4][:3]


def _representative(sight: _Sight) -> AssumptionDraft:
    topic = sight.slots.topic
    return AssumptionDraft(
        text=f"假设“{short(sight.quote, 14)}”不是一家的特例，讲「{topic}」的客户遇到的是同一件事",
        test=f"回访讲过「{topic}」的客户，问他们遇没遇到“{short(sight.quote, 14)}”，多数没有就停",
    )


def _next(sight: _Sight, name: str) -> list[str]:
    """Need fission: what the motive leads on to, and what the customers have begun to ask for already."""
    needs = [sight.fill(words(_PIECES, "next", motive(sight.material))).replace("{name}", f"「{name}」")]
    if sight.first and sight.material.opportunities:
        kind, count = sight.material.opportunities[0]
        needs.append(f"讲「{sight.slots.topic}」的反馈里已有 {count} 条露出{zh(kind)}的意思，先满足的人会先来问")
    if sight.wish:
        needs.append(f"「{name}」之后，客户自己已经在往下想：“{short(sight.wish.suggestion or '', _WISH)}”")
    return needs


def _slots(material: ThemeMaterial, brief: Brief) -> Slots:
    """Of several themes the topic is the one that hurts; of a shared need both names."""
    slots = Slots.of(material)
    if brief.link == "transfer":
        return Slots(brief.themes[-1].title, slots.thing, slots.who, slots.motive)
    if brief.link == "shared":
        return Slots(_BOTH.join(theme.title for theme in brief.themes[:2]), slots.thing, slots.who, slots.motive)
    return slots


def _ranked(material: ThemeMaterial, brief: Brief) -> list[Voice]:
    """The voices to start from, most telling first; of a transfer those of the friction."""
    ranked = telling(material)
    if brief.link == "transfer":
        first, last = brief.spans[-1]
        ranked = [voice for voice in ranked if first <= voice.n <= last]
    return ranked


def _glad(material: ThemeMaterial, brief: Brief) -> str:
    """What is praised: of a transfer the first theme, of a theme of praise itself, else one that is praised elsewhere."""
    if brief.link == "transfer":
        title = brief.themes[0].title
    elif praised(material):
        title = material.theme.title
    else:
        title = next(iter(brief.delights), "")
    return title.strip("《》").removeprefix("称赞")


def _lenses(brief: Brief, glad: str) -> list[LensName]:
    """The lenses of the brief; for a delight that nobody tells of another one."""
    wanted = brief.lenses or LENSES
    spare = next((lens for lens in (*LENSES, "without_product") if lens not in wanted), "job")
    return [cast("LensName", spare) if lens == "delight_moved" and not glad else lens for lens in wanted]


def _evidence(sight: _Sight, brief: Brief) -> list[int]:
    """The voice it starts from, then others; of several themes at least one of each."""
    of_each = [
        next((voice.n for voice in telling(sight.material) if first <= voice.n <= last), first)
        for first, last in brief.spans
    ]
    wished = [sight.wish.n] if sight.wish else []
    rest = [voice.n for voice in telling(sight.material)]
    return list(dict.fromkeys([sight.voice.n, *of_each, *wished, *rest]))[:_EVIDENCE_MOST]
