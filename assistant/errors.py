"""Every error this product raises on purpose, who sees it, and what it costs.

VocError                    one clear sentence for a person: what, where, what to do
├── UsageError              the caller asked for something that can't be (exit 2, HTTP 422)
│   ├── SettingError        a setting has a value that can't be used
│   ├── NotFoundError       no such record, theme, idea … (HTTP 404)
│   ├── NotTheirsError      somebody else has it, and only they or a manager may change it (HTTP 403)
│   └── IdentityError       what somebody brings from the identity provider is not proved, or gives them no role (HTTP 403)
├── InputError              a file or row can't be read; the rest of the work goes on
├── BusyError               another run holds the data directory (exit 1, HTTP 409)
├── StoreError              database or index can't be used
├── ProviderError           the house's identity provider can't be asked, or answers nonsense (HTTP 502)
└── ModelError              the model endpoint; vendors' errors are translated in `assistant.llm.vendor` only
    ├── ModelAccessError    wrong key, unknown model, refused: trying again is useless
    ├── ModelDownError      time-out, connection refused, 429, 5xx after all retries
    ├── ModelAnswerError    an answer came but can't be used: blank, cut off, not the asked-for JSON
    └── EgressError         the prompt held an unmasked value: it was not sent

No message may hold customer text or an unmasked value.
"""


class VocError(Exception):
    """Root of the hierarchy: its text is one sentence that a person can act on."""


class UsageError(VocError):
    """The caller asked for something that can't be."""


class SettingError(UsageError):
    """A setting has a value that can't be used."""


class NotFoundError(UsageError):
    """The thing asked for is not in the store."""


class NotTheirsError(UsageError):
    """Somebody else has what was to be changed."""


class IdentityError(UsageError):
    """What somebody brings back from the identity provider is not proved, or gives them no role here."""


class InputError(VocError):
    """A file or a row can't be read."""


class BusyError(VocError):
    """Another run holds the data directory."""


class StoreError(VocError):
    """The database or the index can't be used."""


class ProviderError(VocError):
    """The house's identity provider can't be asked, or answers nonsense: an administrator must see to it."""


class ModelError(VocError):
    """The model endpoint failed; `kind` is the short reason that receipts count."""

    kind = "model_error"


class ModelAccessError(ModelError):
    """Wrong key, unknown model, request refused: trying again is useless."""

    kind = "model_access"


class ModelDownError(ModelError):
    """Time-out, no connection, 429 or 5xx after all retries."""

    kind = "model_down"


class ModelAnswerError(ModelError):
    """An answer came but can't be used: blank, cut off, not the asked-for JSON."""

    kind = "model_answer"


class NotRecordedError(ModelAnswerError):
    """A recording holds no answer to this question, and nobody is asked."""

    kind = "not_recorded"


class EgressError(ModelError):
    """A prompt held an unmasked personal value and was not sent."""

    kind = "egress"
