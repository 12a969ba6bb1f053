"""Every sentence with which the house refuses something has its Chinese, and no Chinese is left of one that is gone."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import assistant.errors as errors
from assistant.errors import VocError
from assistant.sentences import HOLE, NUMBER, catalogue, in_chinese

ROOT = Path(__file__).parents[1]
_KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, VocError)}
_SHORT, _SHOWN, _EDGES = 12, 40, " ();:,"
_NAMED = re.compile(r"\{\w*\}")
_BARE = {"{}", "{}: {}", "{} ({})", "{} {} ({})", "{}={}: {}", "{} {}: `voc list themes` shows which there are"}
"""Put together of other sentences."""


@cache
def _strings() -> tuple[frozenset[str], str]:
    """(sentences raised as errors, every text of the source), holes as `HOLE`."""
    raised, texts = set(), []
    for tree in _sources():
        for node in ast.walk(tree):
            texts.append(_text(node) or "")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINDS and node.args:
                raised.add(_text(node.args[0]) or HOLE)
    return frozenset(raised), "\n".join(texts)


def _sources() -> Iterator[ast.Module]:
    for folder in ("assistant", "api"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    return None


def test_every_refusal_has_its_chinese() -> None:
    raised, _ = _strings()
    assert sorted(raised - catalogue().keys() - _BARE) == []


def test_no_chinese_is_left_of_a_sentence_that_is_gone() -> None:
    _, texts = _strings()
    known = _NAMED.sub(HOLE, texts)
    parts = {one: [part.strip(_EDGES)[:_SHOWN] for part in one.split(HOLE)] for one in catalogue()}
    assert [one for one, told in parts.items() if any(len(part) > _SHORT and part not in known for part in told)] == []


def test_holes_are_filled_and_all_of_them_are_known() -> None:
    for english, chinese in catalogue().items():
        holes = english.count(HOLE) + english.count(NUMBER)
        told = in_chinese(english.replace(HOLE, "X9").replace(NUMBER, "9"))
        assert told is not None, english
        assert "{" not in chinese.replace("{ prompt", "") or holes, english
        for place in range(9):
            assert (f"{{{place}}}" not in chinese) or place < holes, english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("there is no batch 'b7': `voc batches list` shows which there are", "没有任务 「b7」：`voc batches list` 列出现有的"),
        ("a proposal that is draft can't become launched; it can become in_review, rejected",
         "处于“草稿”的提案不能变成“已上市”；可以变成 评审中、已否决"),
        ("the database failed: its file is damaged: restore it from a backup", "数据库出错：文件损坏了：请从备份恢复"),
        ("the model endpoint http://h/v1 is failing; try again later (HTTP 503)",
         "模型端点 http://h/v1 出错了（HTTP 503）：稍后再试"),
        ("there is no batch '/data/list of tickets.csv': `voc batches list` shows which there are",
         "没有任务 「/data/list of tickets.csv」：`voc batches list` 列出现有的"),
        ("3 of 100", "3，最多 100"),
        ("list of tickets", None),
        ("a of b, " * 2_000, None),
        ("so many is too many", None),
    ],
)  # fmt: skip
def test_sentences_within_sentences(english: str, chinese: str | None) -> None:
    assert in_chinese(english) == chinese
