"""Plans as a model may write them, and what they are checked against."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.answering.plan import Catalogue, plan
from assistant.answering.planning import Planner
from assistant.domain.drafts import AnswerDraft, PlanDraft
from assistant.domain.filters import Filters
from assistant.domain.planning import PlanMaterial
from tests.answering.engines import ScriptedEngine
from tests.answering.fakes import PhoneMasker, theme

TODAY = date(2026, 9, 20)
CATALOGUE = Catalogue(
    products=("X5", "P2", "R8"),
    models=("X5 恒温燃气热水器", "P2 多功能一体机", "R8 Pro 扫地机"),
    first_day="2026-01-03",
    last_day="2026-09-18",
    regions=("江苏苏州", "江苏南京", "四川成都"),
    first_said=lambda version: "2026-06-15" if version == "3.2" else None,
)
THEMES = (theme("th_line", "打印机掉线"), theme("th_cold", "热水忽冷忽热", records=40))


def masked(text: str) -> str:
    """Masks telephone numbers, and a name that is called one."""
    return str(PhoneMasker().mask_text(text.replace("王建国", "⟦name:1a2b3c⟧"))[0])


def call(
    tool: str, words: str = "", /, by: str | None = None, top: int | None = None, **filters: Any
) -> dict[str, Any]:
    """A call as a model writes it; `days` is a list of (since, until)."""
    days = [{"since": since, "until": until} for since, until in filters.pop("days", [])]
    told = [{"name": name, "values": list(values)} for name, values in filters.items()]
    return {"tool": tool, "words": words, "filters": told, "days": days, "by": by, "top": top}


def draft(*calls: dict[str, Any], **more: Any) -> PlanDraft:
    """A whole plan as a model writes it."""
    return PlanDraft.model_validate({"off_topic": None, "follows": False, "calls": calls, "clarify": None} | more)


def material(question: str, *earlier: str, given: Filters = Filters()) -> PlanMaterial:  # noqa: B008  (frozen)
    """What a planner is shown for a question."""
    engine = PlanningEngine(
        lambda _: AnswerDraft(refused=True, refusal_reason=None, sentences=[], suggested_reply=None)
    )
    proposed = plan(question, earlier, CATALOGUE, TODAY, given)
    return Planner(engine, masked, 1.0).material(proposed, earlier, given, CATALOGUE, THEMES, TODAY)


Says = PlanDraft | Exception | Callable[[PlanMaterial], PlanDraft]


@dataclass
class PlanningEngine(ScriptedEngine):
    """A scripted engine that plans too, by a script."""

    plans: Says = field(default_factory=draft)
    asked: list[PlanMaterial] = field(default_factory=list)

    def plan(self, material: PlanMaterial) -> PlanDraft:
        self.asked.append(material)
        if isinstance(self.plans, Exception):
            raise self.plans
        return self.plans if isinstance(self.plans, PlanDraft) else self.plans(material)
