"""Knows when a question asks for a rule or a manual of the house, and says what their clauses answer."""

import re
from collections.abc import Sequence
from functools import cache
from typing import cast

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import SentenceDraft
from assistant.rules.clauses import clauses, codes_in
from assistant.rules.lexicon import normalise, table, words
from assistant.rules.provisions import Provision, about_trouble, answering
from assistant.rules.subjects import matters_in, rules_in
from assistant.rules.trouble import told as trouble_told

__all__ = ["asks_how", "asks_rule", "explains_code", "house_sentences", "matters_in", "rules_in", "rules_to_read_out"]

_MOST_SAID, _MOST_READ_OUT = 2, 2
_PART = re.compile(r"[,，;；。!！\s]+")


def asks_rule(question: str) -> bool:
    """Whether a question asks what the house has laid down (保修几年, 退货政策, 谁垫付), and not what customers say."""
    text = _own_words(question)
    if _pattern("voices").search(text):
        return False
    if _pattern("named").search(text):
        return True
    return bool(rules_in(text)) and bool(_pattern("asked").search(text))


def asks_of_a_case(question: str) -> bool:
    """Whether a question asks what the house's rules say to the case of a customer it tells of (客户没拆封，能退吗)."""
    text = _own_words(question)
    told = _pattern("somebody").search(text) is not None and not _pattern("heard").search(text)
    last = [part for part in _PART.split(text) if part][-1:]
    return told and bool(rules_in(text)) and any(_pattern("asked").search(part) for part in last)


def asks_how(question: str) -> bool:
    """Whether a question asks how something is done, which a manual may tell, and not what customers say."""
    text = _own_words(question)
    return bool(_pattern("how").search(text)) and not _pattern("voices").search(text)


def explains_code(documents: Sequence[str], question: str) -> bool:
    """Whether some texts of the house explain a code that a question names (E4)."""
    codes = codes_in(question)
    return bool(codes) and any(clause.codes & codes for text in documents for clause in clauses(text))


def carried_over(before: str, subject: str) -> str | None:
    """The question for a rule or a manual that a further subject asks after one was asked (保修几年, then 遥控器); None where
    the earlier one asked for none."""
    codes = codes_in(subject)
    if codes and (earlier := codes_in(before)):
        return re.sub("|".join(earlier), next(iter(codes)), before, flags=re.IGNORECASE)
    text = _own_words(before)
    if not (asks_rule(before) or asks_of_a_case(before)):
        return None
    asked = _pattern("asked").search(text)
    rule = _pattern("bare").search(text)
    told = dict.fromkeys(match.group() for match in (rule, asked) if match and match.group() not in subject)
    return f"{subject}{''.join(told)}" if told else None


def house_sentences(material: AnswerMaterial) -> list[SentenceDraft]:
    """What documents answer to a question for a rule or a manual, quoted, the best first; nothing to other questions."""
    question = _own_words(material.question)
    reply = "reply" in material.plan.intents
    if reply:
        told = about_trouble(material.documents, _own_words(trouble_told(material.question)))[:_MOST_SAID]
    else:
        coded = explains_code([document.quote for document in material.documents], question)
        rule = asks_rule(question) or asks_of_a_case(question)
        if not rule and not coded and not asks_how(question):
            return []
        told = answering(material.documents, question, rule=rule)[: _MOST_SAID if rule else 1]
    return [SentenceDraft(text=_said(one), citations=[], figures=[], sources=[f"D{one.place}"]) for one in told]


def rules_to_read_out(material: AnswerMaterial, trouble: str) -> tuple[list[str], list[str]]:
    """What of the house's documents may be read out to a customer who tells of a trouble: sentences for a reply, and the
    names (``D1``) of what backs them. Nothing that is meant for the house's own people."""
    outward = about_trouble(material.documents, _own_words(trouble))[:_MOST_READ_OUT]
    said = [
        words("house", "said", "in_reply").format(title=one.document.title, quote=_read_out(one)) for one in outward
    ]
    return said, [f"D{one.place}" for one in outward]


def _read_out(one: Provision) -> str:
    """The clauses in a sentence: those that stand side by side in the document as they stand there."""
    return _ended("".join(f"“{quote}”" for quote in one.quotes))


def _said(one: Provision) -> str:
    document = one.document
    heading = words("house", "said", "heading").format(heading=document.heading) if document.heading else ""
    quote = "".join(f"“{quote}”" for quote in one.quotes)
    return words("house", "said", "asked").format(title=document.title, heading=heading, quote=quote)


def _ended(quote: str) -> str:
    return quote if quote.endswith(("。”", "！”", "？”")) else f"{quote}。"


def _own_words(question: str) -> str:
    return _pattern("told_by").sub("", normalise(question))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in cast("list[str]", table("house")["questions"][name])))
