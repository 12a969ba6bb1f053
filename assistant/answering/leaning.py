"""How a question leans on the one before: whether it does, and what it takes over."""

import re
from dataclasses import fields, replace

from assistant.answering.lexicon import cues, normalise
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters

_TURN = re.compile(r"^(?:那么?|还有|另外|再)?(?:换成|换作|改成|改看|再看看?|如果只看|只看|单看|要是)")
"""Said at the beginning to turn a question over to something else."""
_LEANING = 24
"""A longer question stands for itself."""
_SENTENCES = re.compile(r"[?？。!！;；]")
_ASKS = re.compile(r"多少|几[条个位家]|什么|啥|怎么|为何|为什么|哪|谁|有没有|是否|趋势|占比")


def leans_on(plain: str) -> bool:
    """Whether a question leans on the one before: it says so at its beginning, or names a thing and asks nothing of it.

    One of several sentences leans where the first does; a whole question that ends in 呢 does not.
    """
    if len(plain) > _LEANING:
        return False
    first = _SENTENCES.split(normalise(plain))[0]
    match = cues().follow_up.search(first)
    return match is not None and (match.start() == 0 or not _ASKS.search(first))


def turned(plain: str) -> str:
    """The question without the words that turn another one over to it (换成, 只看)."""
    return _TURN.sub("", plain)


def names_nothing(read: Plan) -> bool:
    """Whether a question names nothing to look for, and does not ask what people speak of in general either."""
    general = read.by == "theme" or ("reply" not in read.intents and cues().asking.search(normalise(read.question)))
    return not general and not read.query and read.filters.empty and len(read.question) <= _LEANING


def follow(before: Plan, now: Plan) -> Plan:
    """A question that leans on the one before: what it names replaces, what it leaves out stays."""
    return replace(
        now,
        intents=before.intents if now.intents == ("find",) else now.intents,
        filters=laid_over(before.filters, now.filters),
        by=now.by or before.by,
        query=now.query if len(now.query) > 1 else before.query,
        periods=now.periods or before.periods,
        leans_on="" if len(now.query) > 1 else before.leans_on or before.question,
        notes=(*now.notes, f"承接上一问：“{before.question}”"),
    )


def laid_over(below: Filters, above: Filters) -> Filters:
    """Filters of which those above win, field by field; the days together."""
    chosen = {f.name: getattr(above, f.name) or getattr(below, f.name) for f in fields(Filters)}
    if above.since or above.until:
        chosen |= {"since": above.since, "until": above.until}
    return Filters(**chosen)
