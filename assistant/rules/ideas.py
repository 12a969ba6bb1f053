"""Knows how to turn a theme into three ideas, one of each NBN type, out of templates and the customers' own words."""

from dataclasses import dataclass
from typing import cast

from assistant.domain.drafts import IdeaDraft, IdeasDraft
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import NBN_TYPES, NbnType, RouteKind, zh
from assistant.rules.gist import THING, aspect_of, motive, people, thing
from assistant.rules.lexicon import words
from assistant.rules.telling import situation, telling, wishes
from assistant.rules.topics import frame_fields
from assistant.rules.trades import worded
from assistant.rules.wording import said, short

_EVIDENCE_MOST = 6


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


def suggest_ideas(material: ThemeMaterial) -> IdeasDraft:
    """Three ideas, one of each type, each standing on the numbers of the voices it answers."""
    section = "praise" if praised(material) else aspect_of(material)
    slots, ranked = Slots.of(material), telling(material)
    return IdeasDraft(ideas=[_idea(kind, section, slots, material, ranked) for kind in NBN_TYPES])


def praised(material: ThemeMaterial) -> bool:
    """Whether the theme is one of praise: reasons for delight to be kept and spread."""
    return material.sentiment == "positive"


def _idea(kind: NbnType, section: str, slots: Slots, material: ThemeMaterial, ranked: list[Voice]) -> IdeaDraft:
    title, concept, features = words("ideas", section, kind).split("|")[:3]
    frame = situation(material)
    if frame is not None and (own := worded(frame, kind, [voice.quote for voice in material.voices])):
        title, concept = own.split("|")
    wishing = wishes(ranked)
    heard = "".join(said(voice, 40) for voice in ranked[:2])
    route = cast("RouteKind", "incubate" if kind == "new_customs" else words("ideas", section, "route"))
    wished = [f"按客户原话的愿望去做：“{short(voice.suggestion or '', 50)}”" for voice in wishing[:2]]
    return IdeaDraft(
        nbn_type=kind,
        title=_title(slots, title, frame),
        job_to_be_done=f"{slots.who}想办成的事：{slots.fill(words('ideas', section, 'job'))}；现在卡在「{slots.topic}」",
        concept=f"{'从' if section == 'praise' else '针对'}「{slots.topic}」{'出发' if section == 'praise' else ''}：{slots.fill(concept)}。起因是客户的原话：{heard}",
        features=[*wished, *(slots.fill(feature) for feature in features.split("；"))],
        how_it_differs=slots.fill(words("documents", "praise" if section == "praise" else kind, "differs")),
        changes_surface=_change(section, "changes_surface", f"「{slots.topic}」不再由客户自己承受", slots),
        changes_secondary=_change(
            section, "changes_secondary", f"{slots.who}不必再为此向身边的人解释、将就或奔走", slots
        ),
        changes_deep=words("ideas", "changes", motive(material)),
        route=route,
        route_why=_route_why(kind, section),
        assumptions=_assumptions(kind, section, slots),
        evidence=_evidence(ranked, wishing),
    )


def _title(slots: Slots, template: str, frame: str | None) -> str:
    """A product's name; the theme behind it only where the name does not come from the theme's own situation."""
    title = slots.title(template)
    label = frame_fields()[frame]["label"] if frame else ""
    if slots.topic in {label, ""} or slots.topic in title:
        return title
    apart = slots.topic
    if label and apart.startswith(label):
        apart = apart.removeprefix(label).removeprefix("（").removesuffix("）")
    apart = apart.replace("（", "：").replace("）", "")
    return title if apart in title else f"{title}（{apart}）"


def _route_why(kind: NbnType, section: str) -> str:
    if kind == "new_customs" and words("ideas", section, "route") != "incubate":
        return "换一种买法和用法是新生意，先用小队伍在少数客户身上试通；" + words("ideas", section, "why")
    return words("ideas", section, "why")


def _change(section: str, key: str, otherwise: str, slots: Slots) -> str:
    return slots.fill(words("documents", "praise", key)) if section == "praise" else otherwise


def _assumptions(kind: NbnType, section: str, slots: Slots) -> list[str]:
    common = words("documents", "value", "assumption_value")
    special = {
        "new_product": f"假设{slots.who}愿意为解决「{slots.topic}」单独付费，待小规模试卖核实",
        "better_product": f"假设「{slots.topic}」的成因在产品可改的范围内，待复现核实",
        "new_customs": f"假设{slots.who}接受换一种付费或使用方式，待逐户访谈核实",
    }
    if section == "praise" and kind == "better_product":
        return [common, words("documents", "praise", "assumption")]
    return [common, special[kind]]


def _evidence(ranked: list[Voice], wishing: list[Voice]) -> list[int]:
    return list(dict.fromkeys(voice.n for voice in [*wishing[:3], *ranked]))[:_EVIDENCE_MOST]
