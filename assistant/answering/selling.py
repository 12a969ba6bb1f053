"""Who must not be sold anything: whoever said so, in whatever record, or in the question itself."""

from collections.abc import Mapping, Sequence

from assistant.answering.ports import Store
from assistant.domain.filters import Filters
from assistant.domain.themes import Voice
from assistant.rules.lexicon import lexicon, normalise

_SAID = 3.0
"""Weight from which the words of a question say it."""


def asked_not_to_sell(question: str) -> bool:
    """Whether a question tells of a customer who does not want to be sold anything."""
    hits = lexicon().scan(normalise(question))
    return sum(hit.weight for hit in hits if hit.kind == "signal" and hit.label == "resale_aversion") >= _SAID


def chances(
    opportunities: Sequence[Mapping[str, object]], question: str, voices: Sequence[Voice], store: Store
) -> tuple[Mapping[str, object], ...]:
    """The opportunities without those of customers averse to selling; none where the question tells of one."""
    if not opportunities or asked_not_to_sell(question):
        return ()
    of_record = {voice.record_id: voice.customer_id for voice in voices if voice.customer_id}
    people = sorted({customer for o in opportunities if (customer := of_record.get(str(o["record_id"])))})
    told = store.list_insights(Filters(customer=tuple(people)), None)[0] if people else []
    averse_records = {insight.record_id for insight in told if insight.signals.get("resale_aversion")}
    records = store.records_by_id(sorted(averse_records))
    averse = {record.customer.id for record in records.values() if record.customer}
    return tuple(o for o in opportunities if of_record.get(str(o["record_id"])) not in averse)
