"""The only maker of a `Record`: a raw record goes in, one without personal values comes out."""

import hmac
import re
from collections.abc import Mapping, Sequence

from assistant.domain.records import (
    Customer,
    MaskedSpan,
    MaskedText,
    PersonalValue,
    RawCustomer,
    RawRecord,
    Record,
    Turn,
    alone_id,
    record_id,
    turn_prefix,
)  # fmt: skip
from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.engine import Believed, Engine, find, spans
from assistant.intake.privacy.folding import neutralise
from assistant.intake.privacy.known import KnownValue, known_values
from assistant.intake.privacy.person import is_person, tells_who, without_honorific
from assistant.intake.privacy.policy import MaskingPolicy, load_policy
from assistant.intake.privacy.pseudonyms import ID_DIGITS, pseudonym
from assistant.intake.privacy.script import script_of

_HAN = re.compile(r"[\u3400-\u9fff]+")
_FEWEST_DIGITS = 7
_HIDDEN_DIGITS = re.compile(r"[*＊×•xX]{2}")
_HARMLESS: set[str] = set()
_MOST_LABELS = 4096
_PERSONAL_IDS: tuple[PiiType, ...] = ("phone", "landline", "id_card", "bank_card", "email", "passport", "plate")
_MADE_ID = re.compile(r"x[0-9a-f]{15}(-[0-9]+)?")
"""As `assistant.intake.naming.MadeIds` makes them."""


class Masker:
    """Masks personal values under a key: the same value gets the same pseudonym in whatever spelling."""

    def __init__(
        self, key: bytes, policy: MaskingPolicy | None = None, noted: list[PersonalValue] | None = None
    ) -> None:
        """`key` as from `load_key`; without a `policy` the shipped one, which masks every type.

        What is masked is added to `noted` where that is given: see `mask_noting`.
        """
        self._key = key
        self._engine = Engine(key, policy or load_policy(), noted)

    def mask(self, raw: RawRecord) -> Record:
        """The masked record. No personal value of `raw` that was recognised stands anywhere in it.

        ``⟦`` and ``⟧`` in the source become ``〔`` and ``〕``, so that no customer can forge a mask; all else
        outside the masks is kept letter for letter. A source that does not tell who the customer is, but a segment,
        region, surname or hidden telephone, gives a customer of this record alone (id ``u_…``), counted as one.
        """
        known = known_values(raw.customer)
        whole, places = joined(raw)
        text, moved = self._engine.mask(whole, known, places)
        external_id = self._keyed(self._identity(raw.external_id, known))
        source = self._label(raw.source) or ""
        own_id = record_id(source, external_id)
        return Record(
            id=own_id,
            external_id=external_id,
            source=source,
            channel=raw.channel,
            text=text,
            created_at=raw.created_at,
            product=self._label(raw.product),
            model=self._label(raw.model),
            customer=self._customer(raw.customer, own_id, known),
            rating=raw.rating,
            status=self._label(raw.status, known),
            title=self._raw_text(raw.title, known) if raw.title is not None else None,
            turns=_turns(raw, text, moved),
            masked=spans(text) if "⟦" in text else (),
            metadata=self.mask_fields(raw.metadata, known) if raw.metadata else {},
            script=script_of(text),
        )

    def mask_noting(self, raw: RawRecord) -> tuple[Record, tuple[PersonalValue, ...]]:
        """The masked record as `mask` makes it, and once each the raw values that gave way to pseudonyms in it."""
        noted: list[PersonalValue] = []
        record = Masker(self._key, self._engine.policy, noted).mask(raw)
        return record, tuple({(value.type, value.pseudonym): value for value in noted}.values())

    def first_id(self, raw: RawRecord) -> str | None:
        """The record id under which the row stands if it came before without its own id; None where it has none."""
        if raw.made_id is None:
            return None
        made = self._keyed(self._identity(raw.made_id, known_values(raw.customer)))
        return record_id(self._label(raw.source) or "", made)

    def mask_text(
        self, text: str, known: Sequence[KnownValue] = (), believed: Believed | None = None
    ) -> tuple[MaskedText, tuple[MaskedSpan, ...]]:
        """A text that is no record (a model's answer, a question typed by staff, a quarantined cell), masked.

        Masks that stand in it already are kept: they hold no personal value. The spans are those of all masks. Of what
        looks like a name, only what is `believed` to be one is masked.
        """
        masked, _ = self._engine.mask(text, known, believed=believed)
        return masked, spans(masked)

    def mark(self, kind: PiiType, value: str) -> MaskedText:
        """The mask that stands for a value of this type, whatever the policy and whether or not it looks like one."""
        return MaskedText(f"⟦{kind}:{pseudonym(self._key, kind, value)}⟧")

    def mask_fields(self, values: Mapping[str, object], known: Sequence[KnownValue] = ()) -> dict[str, object]:
        """Named values, masked in depth: names that hold a personal value (a telephone as a JSON key) as well."""
        return {self._label(str(key)) or "": self._value(value, known, str(key)) for key, value in values.items()}

    def customer_id(self, named: str) -> str:
        """The id under which a customer is stored whom a source names so: by an id, a telephone or an e-mail."""
        return self._identity(named.strip(), ())

    def contact_id(self, customer: RawCustomer) -> str | None:
        """The id under which a customer would be stored if the source gave their telephone alone."""
        return self._customer_id(RawCustomer(phone=customer.phone), ())

    def _raw_text(self, text: str, known: Sequence[KnownValue]) -> MaskedText:
        return self._engine.mask(neutralise(text), known)[0]

    def _label(self, text: str | None, known: Sequence[KnownValue] = ()) -> str | None:
        """A short field (product, model, status) that holds no personal value unless columns were mixed up."""
        if text is None:
            return None
        personal = _is_personal(text) or any(value.text in text for value in known)
        return self._raw_text(text, known) if personal else neutralise(text)

    def _keyed(self, value: str) -> str:
        """An id that intake made of the content, hashed anew under the key: a bare hash of a row could be found by
        trying all telephones in it. Any other id as it is."""
        made = _MADE_ID.fullmatch(value) if value.startswith("x") else None
        return f"x{hmac.digest(self._key, value.encode(), 'sha256').hex()[:15]}{made[1] or ''}" if made else value

    def _identity(self, value: str, known: Sequence[KnownValue]) -> str:
        """An id as given; a telephone, card, e-mail or plate in it, the customer's own name, or an id that is nothing
        but a name gives way to 16 hex digits of its pseudonym, so that different ids stay different."""
        if not known and len(value) < _FEWEST_DIGITS and value.isascii() and value.isalnum():
            return value
        value = neutralise(value)
        if is_person(value):
            return f"name-{self._engine.stand_in('name', value, ID_DIGITS)}"
        if _is_plain_id(value) and all(_HAN.fullmatch(item.text) for item in known if item.type == "name"):
            return value
        for finding in reversed(find(value, known)):
            if finding.type in _PERSONAL_IDS or (finding.type == "name" and finding.value):
                raw = finding.value or value[finding.start : finding.end]
                stand_in = f"{finding.type}-{self._engine.stand_in(finding.type, raw, ID_DIGITS)}"
                value = value[: finding.start] + stand_in + value[finding.end :]
        return value

    def _customer(self, raw: RawCustomer, own_id: str, known: Sequence[KnownValue]) -> Customer | None:
        identity = self._customer_id(raw, known)
        if identity is None:
            told = raw.segment or raw.region or raw.since or raw.owned or raw.name or raw.phone
            if not (told or raw.bought_service is not None):
                return None
            identity = alone_id(own_id)
        return Customer(
            id=identity,
            segment=raw.segment,
            region=self._label(raw.region, known),
            since=self._label(raw.since),
            owned=tuple(self._label(item) or "" for item in raw.owned),
            bought_service=raw.bought_service,
        )

    def _customer_id(self, raw: RawCustomer, known: Sequence[KnownValue]) -> str | None:
        """What tells this customer from others: an id, a whole telephone, or a full name with its region and with what
        is to be seen of a telephone such as ``138****1234``. A surname (刘先生, 李某) or a hidden telephone alone is
        shared by too many to count them as one."""
        if raw.id and raw.id.strip():
            return self._identity(raw.id.strip(), known)
        hidden = raw.phone is not None and _HIDDEN_DIGITS.search(raw.phone) is not None
        if raw.phone and raw.phone.strip() and not hidden:
            return "phone-" + self._engine.stand_in("phone", raw.phone, ID_DIGITS)
        if raw.name and tells_who(raw.name):
            beside = f" {raw.phone}" if hidden else ""
            return "name-" + self._engine.stand_in(
                "name", f"{without_honorific(raw.name)} {raw.region or ''}{beside}", ID_DIGITS
            )
        return None

    def _value(self, value: object, known: Sequence[KnownValue], key: str) -> object:
        """A metadata value, masked in depth; its key speaks for it (``联系电话``: ``8607 2249``)."""
        if isinstance(value, Mapping):
            return self.mask_fields(value, known)
        if isinstance(value, list | tuple):
            return [self._value(item, known, key) for item in value]
        if isinstance(value, str):
            return self._announced(value, known, key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            written = str(int(value)) if float(value).is_integer() else str(value)
            masked = self._announced(written, known, key)
            return value if masked == written else masked
        return value

    def _announced(self, value: str, known: Sequence[KnownValue], key: str) -> str:
        head = f"{neutralise(key)}: "
        masked, moved = self._engine.mask(head + neutralise(value), known, [len(head)])
        return masked[moved[0] :]


def _is_plain_id(value: str) -> bool:
    """An id too poor to hold a telephone, identity card, e-mail or Chinese name; most are, and finding costs time."""
    return value.isascii() and "@" not in value and sum(map(str.isdigit, value)) < _FEWEST_DIGITS


def _is_personal(label: str) -> bool:
    """Whether a short field holds a personal value. The same few labels come with every record: those that hold none
    are remembered, and none that does is kept."""
    if label in _HARMLESS:
        return False
    if find(neutralise(label)):
        return True
    if len(_HARMLESS) >= _MOST_LABELS:
        _HARMLESS.clear()
    _HARMLESS.add(label)
    return False


def joined(raw: RawRecord) -> tuple[str, list[int]]:
    """The record's whole text, and where each turn's words begin and end in it."""
    if not raw.turns:
        return neutralise(raw.text), []
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for turn in raw.turns:
        prefix, text = turn_prefix(turn.speaker), neutralise(turn.text)
        places += [at + len(prefix), at + len(prefix) + len(text)]
        pieces.append(prefix + text)
        at += len(prefix) + len(text) + 1
    return "\n".join(pieces), places


def _turns(raw: RawRecord, text: MaskedText, places: Sequence[int]) -> tuple[Turn, ...]:
    if not raw.turns:
        return ()
    return tuple(
        Turn(turn.speaker, MaskedText(text[start:end]), start, end, turn.at)
        for turn, start, end in zip(raw.turns, places[::2], places[1::2], strict=True)
    )
