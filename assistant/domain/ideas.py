"""An NBN answer to one theme or several, as kept after verification, and what an engine is told when it is asked for some."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.domain.themes import Theme
from assistant.domain.vocabulary import EngineName, NbnType, RouteKind

LensName = Literal[
    "job", "product_as_service", "ecosystem_partner", "supply_chain", "service_income", "delight_moved", "weak_signal",
    "without_product",
]  # fmt: skip
"""From where a need is looked at: the job to be done, the product as a service, a partner's product, the supply chain as
a product, income of service, a delight moved elsewhere, a weak signal, the deep need met without the product."""
LENS_ZH: Mapping[LensName, str] = {
    "job": "要做成的事", "product_as_service": "产品即服务", "ecosystem_partner": "生态伙伴",
    "supply_chain": "供应链即产品", "service_income": "服务创收", "delight_moved": "惊喜迁移", "weak_signal": "微弱信号",
    "without_product": "不靠产品满足深层需求",
}  # fmt: skip
Link = Literal["shared", "transfer"]
"""Why themes are thought about together: the same need of several products; a delight to be moved to a friction."""


@dataclass(frozen=True, slots=True)
class Idea:
    """One product idea: new product, better product or new customs."""

    id: str
    theme_ids: tuple[str, ...]
    """What it answers; of a delight moved to a friction the friction comes first."""
    nbn_type: NbnType
    title: str
    job_to_be_done: str
    concept: str
    features: tuple[str, ...]
    how_it_differs: str
    changes: Mapping[str, str]
    """What changes for each rung: ``surface``, ``secondary``, ``deep``."""
    route: RouteKind
    route_why: str
    assumptions: tuple[str, ...]
    evidence: tuple[str, ...]
    """Insight ids whose quotes it answers."""
    score: float
    """The weighted sum of the parts, 0 to 1, before marks and votes."""
    score_parts: Mapping[str, float]
    engine: EngineName
    status: str = "proposed"
    """``proposed``, ``rejected`` or ``merged``: the last two by a person."""
    marks: tuple[str, ...] = field(default=())
    """Warnings such as ``cost_cutting`` or ``parts_selling``: the loop missed."""
    tests: tuple[str, ...] = ()
    """How each assumption is found out; as long as `assumptions` where it is known at all."""
    next_needs: tuple[str, ...] = ()
    """Need fission: what the satisfied customer will want next."""
    lens: LensName | None = None
    audience: str = ""
    """For whom, in the engine's words."""
    customers: int = 0
    """Independent customers with the need, counted over all its themes; near-duplicates folded."""
    segments: tuple[tuple[str, int], ...] = ()
    """Segment → those of them, most first; customers of unknown segment are in none."""
    products: tuple[tuple[str, int], ...] = ()
    """Product → records, most first."""
    why_now: str = ""
    """The trend in one counted sentence."""
    scope: str = ""
    """What it was asked for: a theme, or a group of themes (``tg_…``)."""
    edited: bool = False
    """A person wrote some of its words: no run writes over it."""
    votes: tuple[int, int] = (0, 0)
    """Persons for and against."""
    rank: float = 0.0
    """What lists are ordered by: the score after marks, votes and edits (`assistant.insight.scoring.ranked`)."""


@dataclass(frozen=True, slots=True)
class IdeaHead:
    """What a board of ideas shows of one of them."""

    id: str
    theme_ids: tuple[str, ...]
    nbn_type: NbnType
    title: str
    concept: str
    engine: EngineName
    status: str
    customers: int
    marks: tuple[str, ...]
    rank: float
    votes: tuple[int, int] = (0, 0)
    """Persons for and against."""


@dataclass(frozen=True, slots=True)
class Known:
    """A thing that is there already, to which a new idea is compared."""

    id: str
    text: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An idea that was not kept: why, and where it is like something, like what and how much (0 to 1)."""

    reason: str
    title: str
    like_id: str = ""
    like_title: str = ""
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Brief:
    """What an engine is told beside the material of a theme when it is asked for ideas; empty: the material alone."""

    lenses: tuple[LensName, ...] = ()
    """From where to look, one idea each."""
    why_now: str = ""
    segments: tuple[tuple[str, int], ...] = ()
    """Segment → customers."""
    link: Link | None = None
    """Set where `themes` are thought about together and the material is of all of them."""
    themes: tuple[Theme, ...] = ()
    catalogue: tuple[str, ...] = ()
    """What the house makes."""
    delights: tuple[str, ...] = ()
    """What customers praise elsewhere, where a delight is to be moved."""
    sores: tuple[str, ...] = ()
    """What hurts elsewhere, where the theme itself is the delight."""
    released: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    """Titles of ideas that a person rejected, with the reason."""
    earlier: tuple[str, ...] = ()
    """Titles of ideas there are for these themes and for those beside them, those of this very run included."""
    spans: tuple[tuple[int, int], ...] = ()
    """Of several themes: the first and last number of the voices of each, in the order of `themes`."""


@dataclass(frozen=True, slots=True)
class Focus:
    """What the house wants to get ahead with: an idea fits where one of the values of each list that is not empty is its."""

    name: str
    products: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    deep: tuple[str, ...] = ()
    lenses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Words that stand in its title, job or concept."""


@dataclass(frozen=True, slots=True)
class IdeaWeights:
    """How ideas are ranked: the weights of the parts, and what marks, votes and edits do to the sum."""

    reach: float = 0.25
    severity: float = 0.20
    evidence: float = 0.20
    trend: float = 0.15
    effort: float = 0.10
    fit: float = 0.10
    vote: float = 0.25
    """Most that votes move an idea, up or down."""
    edit: float = 0.05
    """What an idea gains into which a person put work."""
    mark: float = 0.5
    """What is left of the score of an idea that misses the loop."""
    least_customers: int = 1
    """Themes of fewer customers are not asked for ideas unless they are named, or weak signals."""
    most_groups: int = 12
    """Groups of themes that are thought about together, at most."""
    focus: tuple[Focus, ...] = ()

    @property
    def parts(self) -> dict[str, float]:
        """Part → its share of the score; together 1."""
        given = {name: getattr(self, name) for name in SCORE_PARTS}
        whole = sum(given.values())
        return {name: value / whole for name, value in given.items()}


SCORE_PARTS = ("reach", "severity", "evidence", "trend", "effort", "fit")


def idea_id(theme_id: str, nbn_type: str, title: str) -> str:
    """Stable id of an idea: ``id_`` and 12 hex digits over theme (or group), type and title."""
    return "id_" + hashlib.sha256(f"{theme_id}\0{nbn_type}\0{title}".encode()).hexdigest()[:12]


def group_id(link: Link, theme_ids: Sequence[str]) -> str:
    """Stable id of a group of themes: ``tg_`` and 12 hex digits, whatever their order."""
    return "tg_" + hashlib.sha256("\0".join([link, *sorted(theme_ids)]).encode()).hexdigest()[:12]
