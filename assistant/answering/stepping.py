"""Material for a plan of several steps: gathered step by step, and put together as one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from assistant.answering.material import Gathered, gather
from assistant.answering.plan import COUNTING
from assistant.answering.searching import Sources
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters
from assistant.domain.themes import Voice

_NEEDS = 5


def gather_either(read: Plan, by_rules: Plan, given: Filters, sources: Sources) -> tuple[Plan, Gathered]:
    """Material for a plan that a model read, and the plan; by the rules' plan, saying so, where nothing is found for it.

    Never so where either counts: the rules may have missed what narrows a count, and its number would be another one.
    """
    counts = COUNTING & {*read.intents, *by_rules.intents}
    said = _in_own_words(read, by_rules) if not counts else read
    gathered = _gather_steps(said, given, sources)
    if said is not read and gathered.nothing is not None:
        gathered = _gather_steps(read, given, sources)
    if gathered.nothing is None or read is by_rules or counts:
        return read, gathered
    again = _gather_steps(by_rules, given, sources)
    if again.nothing is not None:
        return read, gathered
    return by_rules, replace(again, warnings=("按模型对问题的读法没有找到，改按规则的读法", *again.warnings))


def _in_own_words(read: Plan, by_rules: Plan) -> Plan:
    """A plan of one scope with the asker's own words to search by, beside those of the plan that they do not hold.

    A planner's words are as few and short as counting needs them (师傅 加钱); what is searched for is found better by
    the whole phrase that it was asked in. The plan itself where the words of the rules are of something else.
    """
    own, words = by_rules.query, read.query.split()
    if read is by_rules or read.steps or not any(word in own for word in words):
        return read
    return replace(read, query=" ".join([own, *(word for word in words if word not in own)]))


def _gather_steps(plan: Plan, given: Filters, sources: Sources) -> Gathered:
    """Material for a plan, whatever its steps; `given` are the filters the asker set, which are never loosened.

    Where some of several steps find nothing, that is a warning; where none does, it is the refusal.
    """
    parts = [gather(part, given, sources) for part in _parts(plan)]
    if len(parts) == 1:
        return parts[0]
    lacking = [part.nothing for part in parts if part.nothing is not None]
    told = [part for part in parts if part.nothing is None]
    if not told:
        return replace(parts[0], nothing="\n".join(dict.fromkeys(lacking)))
    warnings = chain(plan.notes, *(part.warnings for part in told), lacking)
    chances = list(chain.from_iterable(part.opportunities for part in told))
    voices = _in_turn([part.voices for part in told], plan.limit)
    shown = {voice.record_id for voice in voices}
    return replace(
        told[0],
        voices=voices,
        figures=tuple(dict.fromkeys(chain.from_iterable(part.figures for part in told))),
        needs=tuple(dict.fromkeys(chain.from_iterable(part.needs for part in told)))[:_NEEDS],
        opportunities=tuple(
            one for n, one in enumerate(chances) if one not in chances[:n] and one["record_id"] in shown
        ),
        warnings=tuple(dict.fromkeys(warnings)),
        table=next((part.table for part in told if part.table is not None), None),
        chart=next((part.chart for part in told if part.chart is not None), None),
    )


def _parts(plan: Plan) -> list[Plan]:
    """A plan for each scope and dimension that the steps ask for; the plan itself where it has none."""
    parts: list[Plan] = []
    for step in plan.steps:
        scope = (step.filters, step.query, step.periods)
        for place, part in enumerate(parts):
            if (part.filters, part.query, part.periods) == scope and (step.by in (None, part.by) or part.by is None):
                intents = tuple(dict.fromkeys((*part.intents, step.intent)))
                parts[place] = replace(part, intents=intents, by=part.by or step.by, limit=max(part.limit, step.limit))
                break
        else:
            parts.append(
                replace(
                    plan, intents=(step.intent,), filters=step.filters, query=step.query, by=step.by,
                    periods=step.periods, limit=step.limit, steps=(), notes=(),
                )
            )  # fmt: skip
    return parts if len(parts) > 1 else [replace(part, notes=plan.notes) for part in parts] or [plan]


def _in_turn(each: Sequence[Sequence[Voice]], limit: int) -> tuple[Voice, ...]:
    """The first voices of each, then the second ones …, each once, numbered anew."""
    chosen: dict[tuple[str, int], Voice] = {}
    for voice in chain.from_iterable(zip_longest(*each)):
        if voice is not None and len(chosen) < limit:
            chosen.setdefault((voice.record_id, voice.start), voice)
    return tuple(replace(voice, n=n) for n, voice in enumerate(chosen.values(), 1))
