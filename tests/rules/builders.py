"""Knows how to build records and materials for tests of the rules: unmasked made-up text, no store."""

from collections.abc import Sequence

from assistant.domain.answers import AnswerMaterial, Figure, Need, Plan
from assistant.domain.filters import Filters
from assistant.domain.insights import LadderStanding
from assistant.domain.records import Customer, MaskedText, Record, Turn, turn_prefix
from assistant.domain.themes import Theme, ThemeMaterial, Voice
from assistant.domain.vocabulary import Channel, Segment, Speaker
from assistant.rules.engine import RulesEngine


def record(
    text: str = "",
    turns: Sequence[tuple[Speaker, str]] = (),
    channel: Channel = "ticket",
    rating: float | None = None,
    segment: Segment | None = "consumer",
    title: str | None = None,
    name: str = "r_1",
) -> Record:
    """A record of one text, or of turns."""
    placed: list[Turn] = []
    lines: list[str] = []
    at = 0
    for speaker, said in turns:
        prefix = turn_prefix(speaker)
        start = at + len(prefix)
        placed.append(Turn(speaker, MaskedText(said), start, start + len(said)))
        lines.append(prefix + said)
        at = start + len(said) + 1
    return Record(
        id=name,
        external_id=name,
        source="test",
        channel=channel,
        text=MaskedText("\n".join(lines) if turns else text),
        product="K9",
        customer=Customer("c_1", segment=segment),
        rating=rating,
        title=MaskedText(title) if title else None,
        turns=tuple(placed),
    )


def voices(*texts: str, segment: Segment = "consumer") -> tuple[Voice, ...]:
    """One voice for the first need that the rules read in each text."""
    found = []
    for n, text in enumerate(texts, start=1):
        draft = RulesEngine().read([record(text, segment=segment, name=f"r_{n}")]).drafts[0].insights[0]
        start = text.index(draft.quote)
        found.append(
            Voice(
                n=n,
                record_id=f"r_{n}",
                quote=draft.quote,
                start=start,
                end=start + len(draft.quote),
                channel="ticket",
                product="K9",
                created_at="2026-03-01",
                segment=segment,
                customer_id=f"c_{n}",
                surface=draft.surface,
                secondary=draft.secondary,
                deep=draft.deep,
                suggestion=draft.suggestion,
            )
        )
    return tuple(found)


REPAIRS = (
    "电机换了三次还是卡,第三趟师傅看一眼就走。希望你们出个能查到每次修了什么的记录",
    "修了两回,好了四天又坏了,我不信你们会修",
    "师傅来了四次都没修好,毛病还是那个毛病",
)


def theme(
    texts: Sequence[str] = REPAIRS, aspect: str = "after_sales", sentiment: str = "negative", title: str = ""
) -> ThemeMaterial:
    """A theme of the given texts, read by the rules."""
    shown = voices(*texts)
    return ThemeMaterial(
        theme=Theme(
            "t_1", title, "", shown[0].surface, shown[0].secondary, shown[0].deep, LadderStanding(), "trust", "rules"
        ),
        voices=shown,
        products=(("K9", len(shown)),),
        segments=(("consumer", len(shown)),),
        aspects=((aspect, len(shown)), ("quality", 1)),
        opportunities=(),
        keywords=("电机", "三次", "K9"),
        sentiment=sentiment,
    )


def question(
    text: str = "客户说修了几次没修好,怎么回?",
    shown: tuple[Voice, ...] = (),
    figures: tuple[Figure, ...] = (),
    needs: tuple[Need, ...] = (),
) -> AnswerMaterial:
    """A question with its material."""
    return AnswerMaterial(text, Plan(text, ("explain",), Filters(), query=text), shown, figures, needs)
