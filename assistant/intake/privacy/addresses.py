"""Postal addresses from the street and house number down to the room; a bare city or district is none."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.lexicon import longest_first, table, words

_N = r"(?:[0-9]{1,5}|[零〇一二三四五六七八九十百]{1,5})"
_L = r"[甲乙丙丁戊东西南北中前后A-Za-z]"
_HOUSE = rf"[甲乙丙附]?{_N}(?:[-之][0-9]{{1,4}})?[ ]?(?:号院|號院|号楼|號樓|号|號|弄)"
_BLOCK = rf"(?:第?(?:{_N}|{_L}{{1,2}}[0-9]{{0,3}})[ ]?(?:号楼|號樓|号院|栋|棟|幢|座|单元|單元|组团)|[东西南北AB]塔|[前后主副]座)"
_UNIT = (
    rf"(?:{_BLOCK}|(?:{_N}|{_L})[ ]?(?:单元|單元|门|門|梯|楼|樓|层|層|号|號|弄)|(?:{_N}|{_L})(?=[0-9]{{3,4}}(?:室|房)))"
)
_ROOM = rf"(?:附[0-9]{{1,3}}号|[A-Z]?[0-9]{{2,5}}[A-Z]?(?:[ ]?(?:室|房|号房|號房|户|戶|号|號))?|{_N}(?:室|房|户|戶|号|號)|[零〇一二三四五六七八九幺]{{3,4}}(?![零〇一二三四五六七八九十百千万])|[A-Z][ ]?(?:室|房|座)|[东西南北中]{{1,2}}[户戶])(?![0-9])"
_PLACE_NAME = r"[\u4e00-\u9fff]{2,8}?(?:小区|花园|花園|公寓|大厦|大廈|广场|家园|中心|国贸|新城|新村|苑|城|园|府|阁|里|村|湾|庭|郡|轩|居|邸|院|厦|楼|墅|寓|都|座)"
_TAIL = re.compile(
    rf"(?:[ ,，]?(?:(?:{_PLACE_NAME}|[\u4e00-\u9fff]{{2,8}}(?=[0-9A-Z]{{1,3}}(?:栋|棟|幢|座|号楼)))?(?:{_BLOCK}|{_UNIT})|{_ROOM}))+"
)
_STREET = re.compile(
    rf"(?:大道|大街|胡同|公路|路|街|巷|弄|道|里|村|条|庄|屯|组|段|园区)(?:[东西南北中]段?|[一二三四五六七八九十]{{1,2}}段)?[ ]?{_HOUSE}"
)
_BUILDING = re.compile(rf"{_BLOCK}[ ]?(?:{_UNIT}[ ]?)*{_ROOM}|{_N}(?:号楼|號樓)[ ]?{_ROOM}")
_HINT = re.compile(r"[A-Z0-9零〇一二三四五六七八九十百座塔甲乙丙丁][ ]?[号號弄栋棟幢单單座室]|[栋棟幢座]")
_LEFT = re.compile(r"[\u4e00-\u9fff0-9A-Za-z()（） \-]*$")
_ADMIN = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:省|自治区|市|州|盟|地区|区|區|县|縣|旗|镇|鎮|乡|鄉|街道|开发区)")
_LONGEST_LEFT = 40


def find_addresses(folded: str) -> Iterator[Finding]:
    """Every address in a folded text that leads to a house or a room."""
    if not _HINT.search(folded):
        return
    covered = 0
    cores = sorted([*_STREET.finditer(folded), *_BUILDING.finditer(folded)], key=lambda m: m.start())
    for core in cores:
        if core.start() < covered:
            continue
        start, announced = _start(folded, core.start())
        tail = _TAIL.match(folded, core.end())
        end = tail.end() if tail else core.end()
        if _is_address(folded, start, core, end, announced=announced):
            yield Finding("address", start, end, 35)
            covered = end


def _is_address(folded: str, start: int, core: re.Match[str], end: int, *, announced: bool) -> bool:
    """Whether there is more than a lone "这条路3号": a region, an announcing word, or detail down to a room."""
    head = folded[start : core.start()]
    detail = end > core.end() or core.re is _BUILDING
    if core.re is _STREET and not head and not detail:
        return False
    firm = core.group()[0] in "路街巷弄大胡公"
    return (
        _has_region(head) or (detail and (bool(head) or core.re is _BUILDING)) or (firm and len(head) >= 2) or announced
    )


def _start(folded: str, core: int) -> tuple[int, bool]:
    """Where the address begins whose street or building stands at `core`, and whether a word announced it."""
    left = _LEFT.search(folded, max(0, core - _LONGEST_LEFT), core)
    low = left.start() if left else core
    announced = bool(
        re.search(r"(?:地址|住址|地點|地点|寄到|送到|上门)[^\u4e00-\u9fff]{0,3}$", folded[max(0, low - 6) : low])
    )
    place = _places().search(folded, low, core)
    if place:
        return place.start(), announced
    last = None
    for match in _starters().finditer(folded, low, core):
        last = match
    if last:
        low, announced = last.end(), announced or len(last.group()) > 1
    region = _ADMIN.search(folded, low, core)
    if not region and core - low > 12:
        low = core - 6
    while low < core and folded[low] in " ()（）-":
        low += 1
    return low, announced


def _has_region(head: str) -> bool:
    return bool(_places().search(head) or _ADMIN.search(head))


@cache
def _places() -> re.Pattern[str]:
    return re.compile("|".join(longest_first(words("places"))))


@cache
def _starters() -> re.Pattern[str]:
    return re.compile("|".join(longest_first(table("cues")["addresses"]["start"])))
