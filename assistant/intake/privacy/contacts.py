"""Addresses of the net: e-mail, WeChat and QQ."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.lexicon import any_of, longest_first, table

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9](?:[A-Za-z0-9._%+\-]{0,62}[A-Za-z0-9_])?"
    r"[ ]?@[ ]?(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,18}(?![A-Za-z0-9])"
)
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_AT = re.compile(
    r"[艾爱圈#＃\[(aA](?:(?<=[艾爱])特|(?<=圈)a|(?<=[#＃])[ ]?[A-Za-z0-9]|(?<=[\[(])[aA][tT]|(?<=[aA])[tT] )"
)
_WECHAT = re.compile("[微威薇徽加+➕wWvV]")
"""Every word that announces a WeChat id begins with one of these."""
_QQ = re.compile(
    r"[qQ扣企秋球群](?:(?<=[qQ])[qQ:号群是0-9]|(?<=扣)[扣:号是 ]|(?<=企)鹅|(?<=秋)秋|(?<=球)球|(?<=群)[号:是 0-9])"
)
_WXID = re.compile(r"(?<![A-Za-z0-9_])wxid_[a-z0-9]{10,20}(?![A-Za-z0-9_])")
_HINT = re.compile(r"[A-Za-z0-9_\-]{5}")


def find_contacts(folded: str) -> Iterator[Finding]:
    """Every e-mail address, also next to Chinese, and every WeChat or QQ id that a word announces."""
    if not _HINT.search(folded):
        return
    if "@" in folded:
        for match in _EMAIL.finditer(folded):
            yield Finding("email", match.start(), match.end(), 90)
    for match in _disguised().finditer(folded) if _AT.search(folded) else ():
        yield Finding("email", match.start(), match.end(), 88)
    done = 0
    for hint in _WECHAT.finditer(folded):
        told = _wechat().match(folded, hint.start()) if hint.start() >= done else None
        if told is not None:
            done = told.end()
            if not _PHONE.fullmatch(told["id"]) and _is_id(told["id"], told["link"]):
                yield Finding("wechat", told.start("id"), told.end("id"), 77)
    for match in _WXID.finditer(folded) if "wxid_" in folded else ():
        yield Finding("wechat", match.start(), match.end(), 78)
    for match in _qq().finditer(folded) if _QQ.search(folded) else ():
        group = "id" if match["id"] else "id_before"
        if not _PHONE.fullmatch(match[group]):
            yield Finding("qq", match.start(group), match.end(group), 79)


def _is_id(word: str, link: str) -> bool:
    """An id rather than an English word: it holds a digit, `_` or `-`, or a colon announced it."""
    if word.lower() in table("cues")["contacts"]["not_ids"]:
        return False
    return not word.isalpha() or any(c in link for c in ":号是") or not word.islower()


@cache
def _wechat() -> re.Pattern[str]:
    words = table("cues")["contacts"]
    cues = any_of(words["wechat"])
    return re.compile(
        rf"(?:{cues})(?P<link>{words['wechat_link']}{{0,6}})"
        r"(?P<id>[A-Za-z][A-Za-z0-9_\-]{5,19}|[0-9]{5,12})(?![A-Za-z0-9_@.])"
    )


@cache
def _qq() -> re.Pattern[str]:
    words = table("cues")["contacts"]
    cues = any_of(words["qq"])
    return re.compile(
        rf"(?:{cues}){words['qq_link']}{{0,6}}(?P<id>[1-9][0-9]{{4,10}})(?![0-9A-Za-z@.])"
        r"|(?<![0-9A-Za-z])(?P<id_before>[1-9][0-9]{4,10})[ ,]?(?:这?是)?我?的?(?i:qq)(?!\.)"
    )


@cache
def _disguised() -> re.Pattern[str]:
    providers = "|".join(re.escape(p) for p in longest_first(table("shapes")["mail_providers"]))
    at = r"(?:[ ]?(?:艾特|爱特|圈a|\(at\)|\[at\]|#|＃)[ ]?|[ ]at[ ])"
    return re.compile(
        rf"(?<![A-Za-z0-9._\-])[A-Za-z0-9][A-Za-z0-9._\-]{{1,40}}{at}(?:(?i:{providers})[ ]?(?:\.|点|點|dot)|[A-Za-z0-9\-]{{2,30}}[ ]?(?:点|點|[ ]dot[ ]))[ ]?(?:com|cn|net|org)"
        r"|(?<![A-Za-z0-9._\-])[A-Za-z0-9][A-Za-z0-9._\-]{1,40}[ ]?[(\[][aA][tT][)\]][ ]?[A-Za-z0-9][A-Za-z0-9\-]{1,30}(?:\.[A-Za-z]{2,10}){1,2}"
    )
