"""Fills any JSON schema from what stands in the prompt, so that a pipeline over the stub yields valid results."""

import re
from dataclasses import dataclass
from typing import Any

_FENCED = re.compile(
    r"<<<(?P<kind>.+?) 开始 (?P<token>[a-z]+)>>>\n(?P<body>.*?)\n<<<(?P=kind) 结束 (?P=token)>>>", re.DOTALL
)
_SPEAKER = re.compile(r"^(客户|客服|系统): ", re.MULTILINE)
_VOICE = re.compile(r"^\[(?P<n>\d+)\] .*\n原话: (?P<quote>.+)$", re.MULTILINE)
_FIGURE = re.compile(r"^F(?P<n>\d+) (?P<label>.+?): (?P<value>\S+) ?(?P<unit>\S*?)[,(]", re.MULTILINE)
_SENTENCE = re.compile(r"[^。!?!?;;,,\n]{4,60}")

_CHOICES = {
    "sentiment": "negative", "journey_stage": "after_sale", "deep_category": "trust", "aspect": "quality",
    "secondary_standing": "implied", "deep_standing": "hypothesis", "route": "own_rnd", "nbn_type": "better_product",
}  # fmt: skip
_NBN = ("new_product", "better_product", "new_customs")


@dataclass(frozen=True)
class PromptContent:
    """What a prompt holds, read back out of its boundary lines."""

    records: dict[str, str]
    """Alias → the customer's own words."""
    voices: dict[int, str]
    figures: dict[int, str]
    """Number → label and value."""


def read_prompt(user: str) -> PromptContent:
    """The records, voices and figures in a prompt's user text."""
    blocks = [(match["kind"], match["body"]) for match in _FENCED.finditer(user)]
    records = {kind.split()[1]: customer_words(body) for kind, body in blocks if kind.startswith("记录 ")}
    voices = {int(m["n"]): m["quote"] for kind, body in blocks if kind == "声音" for m in _VOICE.finditer(body)}
    figures = {
        int(m["n"]): f"{m['label']} {m['value']}{m['unit']}"
        for kind, body in blocks
        if kind == "数字"
        for m in _FIGURE.finditer(body)
    }
    return PromptContent(records, voices, figures)


def customer_words(body: str) -> str:
    """The customer's lines of a record's block, without what a group thread hands on."""
    text = body.partition("正文:\n")[2]
    if not _SPEAKER.search(text):
        return text
    own, speaking = [], False
    for line in text.splitlines():
        if match := _SPEAKER.match(line):
            speaking = match[1] == "客户" and not line.startswith("客户: [")
            line = line[match.end() :]
        if speaking:
            own.append(line)
    return "\n".join(own)


def quote_from(words: str) -> str:
    """The longest clause of at most 60 characters, letter for letter; ``""`` where there is none."""
    return max(_SENTENCE.findall(words), key=len, default="").strip()


def fill(schema: dict[str, Any], content: PromptContent) -> Any:
    """A value of the schema: quotes from the customer's words, numbers from those shown, the rest plain words."""
    filler = _Filler(schema.get("$defs", {}), content)
    return filler.value("", schema, quote_from(next(iter(content.voices.values()), "")), 0)


class _Filler:
    def __init__(self, definitions: dict[str, Any], content: PromptContent) -> None:
        self._definitions = definitions
        self._content = content

    def value(self, name: str, schema: dict[str, Any], quote: str, place: int) -> Any:
        if "$ref" in schema:
            schema = self._definitions[schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            return "资料不足" if name == "refusal_reason" and self._boolean("refused", {}, "", 0) else None
        if "enum" in schema:
            preferred = _NBN[place % 3] if name == "nbn_type" else _CHOICES.get(name)
            return preferred if preferred in schema["enum"] else schema["enum"][0]
        return getattr(self, f"_{schema['type']}")(name, schema, quote, place)

    def _object(self, name: str, schema: dict[str, Any], quote: str, place: int) -> dict[str, Any]:
        return {field: self.value(field, part, quote, place) for field, part in schema["properties"].items()}

    def _array(self, name: str, schema: dict[str, Any], quote: str, place: int) -> list[Any]:
        items, content = schema["items"], self._content
        if name == "readings":
            return [self._reading(items, alias, words) for alias, words in content.records.items()]
        if name == "ideas":
            return [self.value(name, items, quote, place) for place in range(3)]
        if name == "sentences":
            return self._sentences()
        if name in ("evidence", "citations"):
            return list(content.voices)[:2]
        if name in ("opportunities", "figures", "misfits", "more_quotes", "quotes", "calls"):
            return []
        return [self.value(name, items, quote, place)]

    def _reading(self, schema: dict[str, Any], alias: str, words: str) -> dict[str, Any]:
        reading: dict[str, Any] = self.value("", schema, quote_from(words), 0) | {"record_id": alias}
        return reading if quote_from(words) else reading | {"noise": True, "insights": []}

    def _sentences(self) -> list[dict[str, Any]]:
        voices, figures = self._content.voices, self._content.figures
        counted = [{"text": f"{text}。", "citations": [], "figures": [n]} for n, text in figures.items()]
        heard = [{"text": f"客户说「{quote}」。", "citations": [n], "figures": []} for n, quote in voices.items()]
        return counted[:1] + heard[:2]

    def _string(self, name: str, schema: dict[str, Any], quote: str, place: int) -> str:
        if name == "quote":
            return quote
        label = f"{name}:{quote or '无'}"
        return f"{label}({place + 1})" if place else label

    def _boolean(self, name: str, schema: dict[str, Any], quote: str, place: int) -> bool:
        return name == "refused" and not (self._content.voices or self._content.figures)

    def _integer(self, name: str, schema: dict[str, Any], quote: str, place: int) -> int:
        return min(int(schema.get("maximum", 3)), 3)
