"""What it takes to answer from a recording of a model: which questions it holds, and who speaks where it holds none."""

from collections.abc import Callable
from dataclasses import replace

from assistant.answering.material import Gathered
from assistant.answering.planning import Read
from assistant.domain.answers import AnswerMaterial, Plan
from assistant.domain.engine import Engine, Recalling
from assistant.domain.vocabulary import EngineName


def unheard(engine: Engine, gathered: Gathered, material: Callable[[], AnswerMaterial]) -> bool:
    """Whether answers are played back and this one is not recorded, so that the rules will word it."""
    if not isinstance(engine, Recalling) or gathered.back is not None or gathered.nothing is not None:
        return False
    return not engine.recalls(material())


def read_by(read: Read, made: Plan, engine: Engine) -> Read:
    """A reading whose plan names its engine as that names itself, where it is not the rules' own."""
    if read.plan is made or read.plan.made_by == "rules":
        return read
    return replace(read, plan=replace(read.plan, made_by=engine.name))


def refused_by(engine: Engine, plan: Plan | None) -> EngineName:
    """Who refuses what nothing was found for: where answers are played back, whoever planned the search."""
    return "rules" if isinstance(engine, Recalling) and (plan is None or plan.made_by == "rules") else engine.name
