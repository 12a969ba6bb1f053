"""How a model is asked what a question means, and what becomes of its answer: a checked plan, a question back, or neither."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from assistant.answering.calls import plan_of, question_back
from assistant.answering.dates import find_periods, reference_day
from assistant.answering.feeding import fed
from assistant.answering.lexicon import Names, normalise
from assistant.answering.matching import share_named
from assistant.answering.plan import Catalogue
from assistant.answering.triage import ELSEWHERE
from assistant.answering.values import products_of
from assistant.domain.answers import Plan
from assistant.domain.drafts import OffTopic, PlanDraft
from assistant.domain.engine import Engine, Planning
from assistant.domain.filters import Filters
from assistant.domain.planning import PlanMaterial
from assistant.domain.themes import Theme
from assistant.errors import ModelError, NotRecordedError, SettingError
from assistant.rules.harmless import harmless
from assistant.rules.topics import shows_a_matter

S = TypeVar("S")
_THEMES, _FITTING = 60, 20
"""So many themes are shown, and so many of them because they fit the question."""
_PRODUCTS, _MODELS, _REGIONS = 60, 40, 20
_LONG = 40
_REFUSALS: dict[OffTopic, str] = {
    "elsewhere": ELSEWHERE,
    "house": "资料不足：客户反馈里没有公司自己的经营和内部数据。可以问客户怎么说、某类问题有多少条、趋势如何。",
    "others": "资料不足：这里只有本公司收到的反馈，没有别家的资料。可以问客户怎样拿我们和别家比。",
    "future": "资料不足：反馈只记着已经发生的事，说不了将来。可以问到目前为止的趋势。",
    "personal": "资料不足：姓名、电话、住址等入库时已打码，查不到也不能给出。可以问这类客户怎么说。",
}
_CALENDAR = (
    "今天", "昨天", "本周", "上周", "上上周", "本月", "上月", "上上月", "本季度", "上季度", "今年", "去年",
    "今年上半年", "今年春天", "今年夏天", "去年夏天", "最近", "最近一周", "最近三个月", "最近半年", "国庆", "双11",
    "618", "春节",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """How a question is understood: the plan to follow, unless something is to be asked back or it is refused."""

    plan: Plan
    back: tuple[str, tuple[str, ...]] | None = None
    """A question back, and what to choose from."""
    refusal: str | None = None
    """Why no feedback can answer it, as a sentence."""
    unheard: bool = False
    """Nobody but the rules read it: a recording was asked that does not hold the question."""


class Planner:
    """Asks a model for plans; safe to call from several threads.

    Args:
        engine: who plans.
        masked: masks a text.
        seconds: how long an asker waits for a plan before that of the rules is followed.
    """

    def __init__(self, engine: Planning, masked: Callable[[str], str], seconds: float) -> None:
        self._engine, self._masked, self._seconds = engine, masked, seconds

    def read(self, material: PlanMaterial, catalogue: Catalogue, sign: S, every: float) -> Generator[S, None, Read]:
        """How the model understands a question; as the rules do where it fails, is late, or has no other plan that stands.

        `sign` is yielded every so many seconds in between.
        """
        kept = Read(material.proposed)
        draft: PlanDraft | None = None
        try:
            for piece in fed(lambda: self._asked(material), "plan", self._seconds, every):
                if piece is None:
                    yield sign
                draft = piece
        except NotRecordedError:
            return Read(material.proposed, unheard=True)
        except (TimeoutError, ModelError):  # the answer's own call fails in the same way, and says so
            return kept
        if draft is None:
            return kept
        if draft.off_topic is not None and not draft.calls:
            told = draft.off_topic != "elsewhere" or _may_be_elsewhere(material.proposed)
            return Read(material.proposed, refusal=_REFUSALS[draft.off_topic]) if told else kept
        if back := question_back(draft, self._masked):
            return Read(material.proposed, back=back)
        made = plan_of(draft, material, catalogue, self._masked)
        return Read(made) if made is not None and _differ(made, material.proposed) else kept

    def _asked(self, material: PlanMaterial) -> Iterator[PlanDraft]:
        yield self._engine.plan(material)

    def material(
        self,
        proposed: Plan,
        earlier: Sequence[str],
        given: Filters,
        catalogue: Catalogue,
        themes: Sequence[Theme],
        today: date,
    ) -> PlanMaterial:
        """What the model is shown: the question with the rules' reading, and what the store holds, cut to fit."""
        anchor, _ = reference_day(today, catalogue.last_day)
        said = "\n".join([*earlier, proposed.question])
        products = self._shown(catalogue.products, said, _PRODUCTS)
        models = self._shown(catalogue.models, said, _MODELS)
        kinds = _kinds(products, models, catalogue.lexicon)
        return PlanMaterial(
            question=proposed.question,
            earlier=tuple(earlier),
            proposed=proposed,
            given=given,
            anchor=anchor.isoformat(),
            first_day=catalogue.first_day,
            last_day=catalogue.last_day,
            calendar=_calendar(anchor),
            products=tuple((name, kinds.get(name, "")) for name in products),
            models=models,
            regions=self._shown(catalogue.regions, said, _REGIONS),
            themes=_shown_themes(themes, said),
        )

    def _shown(self, names: Sequence[str], said: str, most: int) -> tuple[str, ...]:
        """Names for a prompt, those in the asker's words first; none that is too long, an order or somebody's."""
        sound = [name for name in names if 0 < len(name) <= _LONG]
        fitting = sorted(sound, key=lambda name: -share_named(name, said))[:most]
        together = "\n".join(fitting)
        if self._masked(together) != together or not harmless(together):
            fitting = [name for name in fitting if self._masked(name) == name and harmless(name)]
        return tuple(name for name in sound if name in set(fitting))


def planning_of(planner: str, engine: Engine) -> Planning | None:
    """Who plans beside the rules by the setting VOC_PLANNER, if anybody.

    Raises:
        SettingError: the model shall do it, and there is none.
    """
    if planner == "rules":
        return None
    if isinstance(engine, Planning):
        return engine
    if planner == "llm":
        raise SettingError("VOC_PLANNER=llm needs a model: set OPENAI_API_KEY or OPENAI_BASE_URL, or leave it out")
    return None


def _kinds(products: Sequence[str], models: Sequence[str], names: Names) -> dict[str, str]:
    """Product → what people call such a thing, where the company's table or a model tells."""
    return {
        product: words[0]
        for kind, words in names.kinds.items()
        for product in products_of(kind, products, models, names)
        if words[0] not in normalise(product)
    }


def _differ(made: Plan, proposed: Plan) -> bool:
    """Whether a plan is another one than that of the rules, whoever made it and whatever it notes."""
    return replace(made, notes=proposed.notes, made_by=proposed.made_by) != proposed


def _may_be_elsewhere(proposed: Plan) -> bool:
    """Whether a planner is believed that no feedback can answer: not of a product of ours or a matter of the trade."""
    return not proposed.filters.product and not shows_a_matter(proposed.question)


def _shown_themes(themes: Sequence[Theme], said: str) -> tuple[Theme, ...]:
    """The themes told most often, and those that fit the asker's words, in the order given."""
    titled = [theme for theme in themes if theme.title and harmless(theme.title)]
    first, rest = titled[: _THEMES - _FITTING], titled[_THEMES - _FITTING :]
    fitting = sorted(rest, key=lambda theme: -share_named(theme.title, said))[:_FITTING]
    shown = {theme.id for theme in (*first, *fitting)}
    return tuple(theme for theme in titled if theme.id in shown)


def _calendar(anchor: date) -> tuple[tuple[str, str, str], ...]:
    found = [(name, find_periods(name, anchor)) for name in _CALENDAR]
    return tuple(
        (name, period.since.isoformat(), period.until.isoformat())
        for name, periods in found
        for period in periods[:1]
        if period.since and period.until
    )
