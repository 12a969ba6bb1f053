"""Small true-to-life material for the tests of the stages: records, drafts, members, and the planted truth."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.domain.drafts import (
    IdeaDraft,
    InsightDraft,
    OpportunityDraft,
    ReadingDraft,
    SignalsDraft,
)
from assistant.domain.insights import Insight, LadderStanding, insight_id
from assistant.domain.proposal_drafts import (
    DRAFT_OF,
    ClaimDraft,
    ClaimKind,
    ConcernDraft,
    DepartmentsDraft,
    Marketing7PDraft,
    MetricDraft,
    SectionDraft,
    SectionName,
)
from assistant.domain.records import MaskedSpan, MaskedText, Record, Turn, turn_prefix
from assistant.domain.vocabulary import SIGNAL_NAMES, Channel, Speaker
from assistant.insight.members import Member

Embed: TypeAlias = Callable[[list[str]], NDArray[np.float32]]
CASES = Path(__file__).parents[2] / "evals" / "cases" / "xinglan"


def record(text: str = "水温忽冷忽热，孩子不敢洗澡。", record_id: str = "r_1", channel: Channel = "ticket") -> Record:
    return Record(record_id, record_id, "test", channel, MaskedText(text), masked=_masked(text))


def conversation(*turns: tuple[Speaker, str], record_id: str = "r_1", channel: Channel = "chat") -> Record:
    text, made = "", []
    for speaker, said in turns:
        text += ("\n" if text else "") + turn_prefix(speaker)
        made.append(Turn(speaker, MaskedText(said), len(text), len(text) + len(said)))
        text += said
    return Record(record_id, record_id, "test", channel, MaskedText(text), turns=tuple(made), masked=_masked(text))


def _masked(text: str) -> tuple[MaskedSpan, ...]:
    spans, end = [], 0
    while (start := text.find("⟦", end)) >= 0:
        end = text.index("⟧", start) + 1
        spans.append(MaskedSpan("phone", start, end))
    return tuple(spans)


def insight_draft(quote: str = "水温忽冷忽热", **changes: Any) -> InsightDraft:
    values: dict[str, Any] = {
        "quote": quote,
        "more_quotes": [],
        "surface": "水温不稳",
        "secondary": "家里人抱怨",
        "secondary_standing": "implied",
        "deep": "要家人洗得安心",
        "deep_standing": "implied",
        "deep_category": "security",
        "deep_category_alt": None,
        "aspect": "performance",
        "sentiment": "negative",
        "severity": 4,
        "effort": 3,
        "suggestion": None,
        "failure_context": None,
        "opportunities": [],
    }
    return InsightDraft(**{**values, **changes})


def reading_draft(
    record_id: str = "r_1", *insights: InsightDraft, noise: bool = False, signals: Sequence[str] = ()
) -> ReadingDraft:
    return ReadingDraft(
        record_id=record_id,
        noise=noise,
        journey_stage="after_sale",
        signals=SignalsDraft(**{name: name in signals for name in SIGNAL_NAMES}),
        insights=list(insights),
    )


def opportunity(quote: str, kind: Any = "accessory") -> OpportunityDraft:
    return OpportunityDraft(type=kind, quote=quote)


def idea_draft(**changes: Any) -> IdeaDraft:
    values: dict[str, Any] = {
        "lens": "job",
        "nbn_type": "better_product",
        "title": "恒温护童档",
        "audience": "带孩子的家庭",
        "job_to_be_done": "给孩子洗澡不烫着",
        "concept": "花洒前加一段缓冲水箱，锁住最高温度",
        "features": ["锁温", "缓冲"],
        "how_it_differs": "现有机型只调火力",
        "changes_surface": "水温稳",
        "changes_secondary": "不再被比下去",
        "changes_deep": "洗得安心",
        "route": "own_rnd",
        "route_why": "核心能力",
        "assumptions": [{"text": "低水压家庭愿意加价", "test": "请十户人家先付定金"}],
        "next_needs": ["出门前就知道水温"],
        "evidence": [1],
    }
    return IdeaDraft(**{**values, **changes})


def claim(text: str, *evidence: int, kind: ClaimKind = "fact", figures: Sequence[str] = ()) -> ClaimDraft:
    return ClaimDraft(text=text, kind=kind, evidence=list(evidence), figures=list(figures))


def plan(text: str = "一句平实的做法。") -> ClaimDraft:
    return claim(text, kind="plan")


def section_draft(section: SectionName, **changes: Any) -> SectionDraft:
    """A plain draft of one section; `changes` replace its fields."""
    parts: dict[SectionName, dict[str, Any]] = {
        "need": {
            "situation": [claim("客户洗澡时水温忽冷忽热。", 1)],
            "wants": [claim("我们假设他们要洗得安心。", kind="assumption")],
            "otherwise": [],
            "concerns": [ConcernDraft(segment="consumer", claims=[claim("消费者担心水温烫着孩子。", 1)])],
        },
        "concept": {
            "title": "恒温护童花洒",
            "nbn_type": "better_product",
            "pitch": [plan("我们提议锁住最高温度。")],
            "what": [plan()],
            "features": [plan("锁温。")],
            "how_it_differs": [plan()],
            "route": "own_rnd",
            "route_why": [plan()],
        },
        "execution": {
            "departments": DepartmentsDraft(**{name: [plan()] for name in DepartmentsDraft.model_fields}),
            "marketing_7p": Marketing7PDraft(**{name: [plan()] for name in Marketing7PDraft.model_fields}),
        },
        "value": {
            **{
                name: [claim("有人会讲给邻居听，待回访核实。", kind="assumption")]
                for name in ("service_income", "service_marketing", "service_value", "value_assumptions", "next_needs")
            },
            "friction_removed": [claim("客户不必再为水温来电。", kind="assumption")],
        },
        "proof": {
            "risks": [plan("若做贵了没人要，先借样件试。")],
            "metrics": [MetricDraft(name="重复来访客户数", figure=None, target="下降", measured_how="按信号计数")],
            "next_test": [plan("找三位种子客户看样件。")],
            "disconfirming_question": "如果水温明天就稳了，这个您还要吗？",
        },
    }
    return DRAFT_OF[section](**{**parts[section], **changes})


def member(n: int = 1, customer: str | None = "", **changes: Any) -> Member:
    """A member with its own record, customer `c<n>` unless named; `changes` go to the insight or the member."""
    of_member = {
        key: changes.pop(key)
        for key in ("product", "segment", "channel", "created_at", "near_duplicate_of", "context")
        if key in changes
    }
    values: dict[str, Any] = {
        "record_id": f"r_{n}",
        "surface": "水温不稳",
        "secondary": "家里人抱怨",
        "deep": "要家人洗得安心",
        "standing": LadderStanding("stated", "implied", "implied"),
        "deep_category": "security",
        "aspect": "performance",
        "sentiment": "negative",
        "severity": 4,
        "journey_stage": "after_sale",
        "quote": f"水温忽冷忽热第{n}回",
        "start": 0,
        "end": 9,
        "engine": "llm",
        **changes,
    }
    values.setdefault("id", insight_id(values["record_id"], n, n + 9, values["aspect"], values["deep_category"]))
    of_member = {"channel": "ticket", "product": "X5", "segment": "consumer", **of_member}
    return Member(Insight(**values), customer_id=f"c{n}" if customer == "" else customer, **of_member)


def planted() -> tuple[list[Member], list[str]]:
    """The planted needs of the sample corpus as members, and for each the need it is."""
    records = {row["id"]: row for row in _rows("records.jsonl")}
    members: list[Member] = []
    needs: list[str] = []
    for truth in _rows("truth.jsonl"):
        row = records[truth["id"]]
        for need in truth["needs"]:
            members.append(
                member(
                    len(members),
                    (row["customer"] or {}).get("id"),
                    record_id=row["id"],
                    near_duplicate_of=truth["duplicate_of"],
                    product=row["product"] or None,
                    segment=(row["customer"] or {}).get("segment"),
                    channel=row["channel"],
                    created_at=row["created_at"],
                    **{
                        name: need[name]
                        for name in ("surface", "secondary", "deep", "deep_category", "aspect", "sentiment", "severity")
                    },
                    quote=need["quote"],
                )
            )
            needs.append(need["need"])
    return members, needs


def _rows(name: str) -> Iterable[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


def embedder(texts: Sequence[str], dimensions: int = 96) -> Embed:
    """A small latent-semantic embedder over character n-grams, fitted to the texts when it is first asked."""
    told = tuple(texts)
    return lambda asked: _fitted(told, dimensions)(asked)


@lru_cache(maxsize=4)
def _fitted(texts: tuple[str, ...], dimensions: int) -> Embed:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=1)
    counted = counter.fit_transform(texts)
    size = max(2, min(dimensions, min(counted.shape) - 1))
    space = TruncatedSVD(size, random_state=0).fit(counted)

    def embed(asked: list[str]) -> NDArray[np.float32]:
        rows = space.transform(counter.transform(asked))
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(length > 0, length, 1), np.float32)

    return embed


def embedder_of(members: Sequence[Member]) -> Embed:
    """An embedder fitted to what the members say."""
    rungs = ("surface", "quote", "secondary", "deep")
    return embedder([str(getattr(m.insight, rung)) for m in members for rung in rungs])


def words(text: str) -> list[str]:
    """Pairs of letters: words enough for a test."""
    return [text[i : i + 2] for i in range(len(text) - 1)]
