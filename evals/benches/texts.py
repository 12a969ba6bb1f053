"""Many texts made from few: real sentences put together two by two, and questions cut out of others."""

import json
import random
from functools import cache
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SAMPLE = Path(__file__).resolve().parents[1] / "cases" / "xinglan" / "records.jsonl"
_STEP = 7_919
"""A prime: each round through the first texts meets other second ones."""


@cache
def sources() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts to begin with and texts to go on with: real ones beside the checkout, else the sample's."""
    reviews, utterances = SHARED / "midea_lowscore.jsonl", SHARED / "jddc_dev" / "records.jsonl"
    aspects = SHARED / "midea_aspects.jsonl"
    if not (reviews.exists() and utterances.exists() and aspects.exists()):
        words = _texts(SAMPLE)
        return words, words[::-1]
    return _texts(reviews), (*_texts(aspects), *_texts(utterances))


def varied(number: int) -> str:
    """Text `number`: the same number gives the same text, and no other number does."""
    first, second = sources()
    start = first[number % len(first)].rstrip("。！？!?，, ")
    more = second[(number // len(first) * _STEP + number * 31) % len(second)]
    return f"{start}，{more}。第{number}号"


def write_varied(target: Path, count: int, products: int, first: int = 0) -> Path:
    """`count` records in our wire format, from text number `first` on, over so many products; the target."""
    with target.open("w", encoding="utf-8") as file:
        for n in range(first, first + count):
            record: dict[str, object] = {
                "id": f"V{n}",
                "channel": "review",
                "product": f"型号{n % products}",
                "text": varied(n),
            }
            record |= {"created_at": f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}", "customer": {"id": f"K{n}"}}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return target


def queries(count: int) -> list[str]:
    """So many questions of 4 to 20 characters, cut out of the texts at random; always the same."""
    dice = random.Random(5)  # noqa: S311 - a sample
    first, second = sources()
    found: list[str] = []
    while len(found) < count:
        text = dice.choice(first if dice.random() < 0.5 else second)
        length = dice.randint(4, 20)
        at = dice.randint(0, max(0, len(text) - length))
        if len(cut := text[at : at + length].strip()) >= 4:
            found.append(cut)
    return found


def _texts(path: Path) -> tuple[str, ...]:
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        words = row.get("text") or "。".join(turn["text"] for turn in row.get("turns", ()))
        found.append(" ".join(words.split())[:160])
    return tuple(text for text in dict.fromkeys(found) if text)
