"""What a stage did. Counts always add up: every receipt checks itself when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from assistant.domain.vocabulary import EngineName


@dataclass(frozen=True, slots=True)
class FileReceipt:
    """How one file was understood."""

    path: str
    format: str
    encoding: str | None
    mapping: Mapping[str, str]
    """Our field → their column, header or JSON path."""
    read: int = 0
    quarantined: int = 0
    notes: tuple[str, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a dry run: up to three masked values of each mapped field."""
    taught: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of a file whose columns the caller named, for the next file like it: key of its header or name → field → column."""


@dataclass(frozen=True, slots=True)
class IngestReceipt:
    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    """Near-duplicates linked among those added or updated."""
    joined: int = 0
    """Customers who from now on count as one person with another, by a telephone."""
    quarantined: int = 0
    masked: Mapping[str, int] = field(default_factory=dict)
    quarantined_why: Mapping[str, int] = field(default_factory=dict)
    """Reason → rows."""
    first_problems: tuple[str, ...] = ()
    """What was wrong with the first rows set aside: where, and what to do; no cell is told."""
    quarantine_file: str | None = None
    files: tuple[FileReceipt, ...] = ()
    dry_run: bool = False
    stopped: bool = False
    """True where it was interrupted: what is counted is stored, the rest was not read."""

    def __post_init__(self) -> None:
        if not self.dry_run and self.read != self.added + self.updated + self.unchanged + self.quarantined:
            raise AssertionError(f"the ingest receipt does not add up: {self}")


@dataclass(frozen=True, slots=True)
class IndexReceipt:
    records: int = 0
    passages: int = 0
    embedded: int = 0
    reused: int = 0
    generation: str | None = None
    refused: int = 0
    """Texts that held what is not masked and were not sent to the embedding endpoint: full text alone finds them."""
    calls: int = 0
    """Requests made of the embedding endpoint."""
    prompt_tokens: int = 0
    """What it says it counted."""
    cut: int = 0
    """Texts longer than it takes, whose beginning stands for them."""
    cost: float | None = 0.0
    """None: the price of the embedding model is not known."""
    seconds: float = 0.0
    """How long it took …"""
    searchable_after: float = 0.0
    """… and after how long of that every record was found, by words and by meaning: before the generation stood."""


@dataclass(frozen=True, slots=True)
class AnalyseReceipt:
    pending: int = 0
    done: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    insights: int = 0
    refused_quotes: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    requoted: int = 0
    """Quotes that did not stand and were asked for once more …"""
    mended: int = 0
    """… and those of them for which words that stand were found."""
    same_text: int = 0
    """Of those done: records whose very words were read in another record."""
    by_rules: int = 0
    """Of those done: records that the rules read, because the recording that is played back does not hold them."""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    """None: the price of the model is not known. In a dry run calls, tokens and cost are what a run would take."""
    currency: str | None = None
    most_cost: float | None = None
    """Of a dry run: what the run can cost at the most."""
    price_note: str | None = None
    """Of a dry run: which price list it is by."""
    engine: EngineName = "rules"
    problem: str | None = None
    """One sentence on the last failure, or on why the run stopped before its end, for a person."""
    batches: Mapping[str, int] = field(default_factory=dict)
    """Of a run by batch files: state → batches."""
    pii_masked: int = 0
    """Texts of the model that held a personal value, which was masked."""
    taken_over: int = 0
    """Records that a run had leased which died."""
    ledger: Mapping[str, int] = field(default_factory=dict)
    """State (pending, leased, done, skipped, failed) → records, after the run; of all there are."""

    @property
    def lost(self) -> bool:
        """True where records were tried and not one could be read."""
        return bool(self.failed or self.skipped.get("stopped")) and not self.done

    def __post_init__(self) -> None:
        if self.pending != self.done + sum(self.skipped.values()) + sum(self.failed.values()):
            raise AssertionError(f"the analyse receipt does not add up: {self}")


@dataclass(frozen=True, slots=True)
class ThemesReceipt:
    themes: int = 0
    assigned: int = 0
    unassigned: int = 0
    new: int = 0
    merged: int = 0
    split: int = 0
    coverage: float = 0.0
    engine: EngineName = "rules"
    failed: Mapping[str, int] = field(default_factory=dict)
    pii_masked: int = 0
    """Texts of the model that held a personal value, which was masked."""


@dataclass(frozen=True, slots=True)
class IdeasReceipt:
    themes: int = 0
    """Themes looked at …"""
    groups: int = 0
    """… and groups of themes: needs shared by products, delights to be moved."""
    done: int = 0
    """Of both: asked for ideas, and answered."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """``unchanged``: its ideas are kept, nothing is paid; ``few_customers``; ``budget``, ``stopped``: left for another run."""
    failed: Mapping[str, int] = field(default_factory=dict)
    suggested: int = 0
    """Ideas that the engine gave in this run …"""
    kept: int = 0
    """… those kept …"""
    rejected: Mapping[str, int] = field(default_factory=dict)
    """… and those refused, by reason."""
    by_rules: int = 0
    """Of those done: asked of the rules, because the recording that is played back does not hold them."""
    ideas: int = 0
    """Ideas there are now for what was looked at; those a person rejected or merged away not among them."""
    by_type: Mapping[str, int] = field(default_factory=dict)
    across_themes: int = 0
    """Ideas that answer more than one theme."""
    marked: Mapping[str, int] = field(default_factory=dict)
    """Mark → ideas that miss the loop."""
    similarity: float = 0.0
    """Mean likeness of two ideas, over all pairs, 0 to 1 (`assistant.insight.likeness`)."""
    nearest: float = 0.0
    """Mean likeness of an idea to the one most like it."""
    coverage: float = 1.0
    """Share of the themes of five or more customers that have an idea."""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    currency: str | None = None
    engine: EngineName = "rules"
    pii_masked: int = 0
    """Texts of the model that held a personal value, which was masked."""

    def __post_init__(self) -> None:
        if self.themes + self.groups != self.done + sum(self.skipped.values()) + sum(self.failed.values()):
            raise AssertionError(f"the ideas receipt does not add up: {self}")
        if self.suggested != self.kept + sum(self.rejected.values()):
            raise AssertionError(f"the ideas receipt does not add up: {self}")


@dataclass(frozen=True, slots=True)
class Left:
    """A file that still holds something of who was erased: how many fragments, never which."""

    file: str
    fragments: int


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was taken out while somebody's records were here."""

    file: str
    kind: str
    at: str
    state: Literal["holds", "clean", "gone", "unreadable"]
    """What the search of its bytes found of them; ``gone``: it is not there any more."""
    fragments: int = 0


@dataclass(frozen=True, slots=True)
class EraseReceipt:
    """What was erased, and the search of the files' bytes that proves it."""

    records: int = 0
    versions: int = 0
    readings: int = 0
    insights: int = 0
    leads: int = 0
    sealed: int = 0
    """Values in the vault."""
    relinked: int = 0
    """Others' records that repeated an erased one."""
    answers: int = 0
    model_calls: int = 0
    """Remembered model answers since their first record came in: which ones told of it can't be known."""
    themes_reworded: int = 0
    themes_gone: int = 0
    ideas_trimmed: int = 0
    ideas_removed: int = 0
    proposals_marked: int = 0
    proposals_withdrawn: int = 0
    reverified: int = 0
    """Quotes of others in those proposals that were looked up again, letter for letter, in their records."""
    quarantined: int = 0
    """Rows taken out of quarantine files."""
    kept_away: int = 0
    """Digests kept so that the same rows are not taken in again."""
    fragments: int = 0
    """Distinct pieces of their texts, ids and masks that were looked for."""
    shared: int = 0
    """Pieces not looked for: others' records hold them too."""
    files: int = 0
    bytes: int = 0
    """What was searched."""
    left: tuple[Left, ...] = ()
    exports: tuple[Exported, ...] = ()
    """Files taken out that may hold them: those outside the data directory are for a person to see to."""
    same_contact: tuple[str, ...] = ()
    """Other customers with the same telephone, who stay: perhaps the same person, perhaps the same household."""
    mentioned_elsewhere: tuple[str, ...] = ()
    """Ids of others' records that stay and hold a mask of theirs (telephone, e-mail, card …), now or in an earlier version."""
    not_searched: tuple[str, ...] = ()
    """Places out of reach, for a person to see to."""

    @property
    def proved(self) -> bool:
        """True where the search of the data directory found nothing."""
        return not self.left

    def __add__(self, other: "EraseReceipt") -> "EraseReceipt":
        """Both together."""
        return EraseReceipt(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class RetainReceipt:
    """What the rules of retention took out."""

    removed: Mapping[str, int] = field(default_factory=dict)
    """Source → records that were older than its rule allows."""
    erased: EraseReceipt = field(default_factory=EraseReceipt)
    """The proof, and all that went with them."""

    def __post_init__(self) -> None:
        if sum(self.removed.values()) != self.erased.records:
            raise AssertionError(f"the retain receipt does not add up: {self}")
