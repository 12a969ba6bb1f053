"""Postal addresses from the street and house number down to the room; a bare city or district is none."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.lexicon import any_of, table, words

_N = r"(?:[0-9]{1,5}|[零〇一二三四五六七八九十百]{1,5})"
_L = r"[甲乙丙丁戊东西南北中前后A-Za-z]"
_HOUSE = rf"[甲乙丙附]?{_N}(?:[-之][0-9]{{1,4}})?[ ]?(?:号院|號院|号楼|號樓|号|號|弄)(?:厂房|厂区|仓库|门面|商铺|铺面|地舖|地鋪|地下(?![室车車停]))?"
_BLOCK = rf"(?:第?(?:{_N}|{_L}{{1,2}}[0-9]{{0,3}})[ ]?(?:号楼|號樓|号院|栋|棟|幢|座|单元|單元|组团)|[东西南北AB]塔|[前后主副]座)"
_UNIT = (
    rf"(?:{_BLOCK}|(?:{_N}|{_L})[ ]?(?:单元|單元|门|門|梯|楼|樓|层|層|号|號|弄)|(?:{_N}|{_L})(?=[0-9]{{3,4}}(?:室|房)))"
)
_DASHED = r"[0-9]{1,3}-(?:[0-9]{1,3}-){0,2}[0-9]{1,5}(?:室|号|房)?"
_ROOM = rf"(?:附[0-9]{{1,3}}号|{_DASHED}|[A-Z]?[0-9]{{2,5}}[A-Z]?(?:[ ]?(?:室|房|号房|號房|户|戶|号|號))?|{_N}(?:室|房|户|戶|号|號)|[零〇一二三四五六七八九幺]{{3,4}}(?![零〇一二三四五六七八九十百千万])|[A-Z][ ]?(?:室|房|座)|(?<=[楼樓])[A-Z](?![A-Za-z])|[东西南北中]{{1,2}}[户戶]|(?:地下)?车位[A-Z]?-?[0-9]{{1,4}})(?![0-9])"
_ESTATE = r"(?:小区|花园|花園|公寓|大厦|大廈|广场|廣場|家园|中心|国贸|国际|公馆|世纪|天地|大楼|大樓|宿舍|校区|豪庭|华府|新城|新村|苑|城|园|府|阁|閣|里|村|邨|湾|灣|庭|郡|轩|軒|居|邸|院|厦|楼|樓|墅|寓|都|座)"
_PLACE_NAME = rf"[\u4e00-\u9fffA-Z]{{2,10}}?{_ESTATE}(?:[一二三四五六七八九十0-9]{{1,2}}期)?"
_TAIL = re.compile(
    rf"(?:[ ,，]?(?:{_PLACE_NAME}|[\u4e00-\u9fffA-Z]{{2,8}}(?=[0-9A-Z]{{1,3}}(?:栋|棟|幢|座|号楼)))?(?:{_BLOCK}|{_UNIT}))*"
    rf"(?:(?:[ ,，]?{_PLACE_NAME})?[ ]?{_ROOM}(?![元块个月日年台分点天号份%.]|[A-Z]?[0-9]))?"
)
_STREET = re.compile(
    rf"(?:大道|大街|胡同|公路|路|街|巷|弄|道|里|村|条|庄|屯|组|段|园区|工业园|产业园|科技园|物流园|创业园|工业区|嘎查|社区)(?:[东西南北中]段?|[一二三四五六七八九十]{{1,2}}段)?[ ]?{_HOUSE}"
)
_BUILDING = re.compile(
    rf"{_BLOCK}[ ]?(?:{_UNIT}[ ]?)*{_ROOM}|{_N}(?:号楼|號樓)[ ]?{_ROOM}|[0-9]{{1,3}}[楼樓][ ]?(?:[0-9]{{3,4}}|[A-H])[ ]?室"
    rf"|(?<=[园苑城府阁里湾庭郡轩居邸院])[0-9]{{1,2}}-[0-9]{{1,2}}-[0-9]{{3,4}}(?![0-9])"
)
_DASHED_HOME = re.compile(r"(?<=[\u4e00-\u9fff])(?<![号號码碼单單版])[0-9]{1,2}-[0-9]{1,2}-[0-9]{3,4}(?![0-9\-])")
"""Block, entrance and room (``5-2-1701``) after the words of a home or of an estate."""
_HOME = re.compile(r"(?:我们?家|他家|她家|邻居|楼上|楼下|隔壁|住在?|房号|门牌号?|业主|住户|户室)[是为]?$")
_VILLAGE = re.compile(
    rf"(?<=[镇鎮乡鄉])[\u4e00-\u9fff]{{1,7}}?(?:村民小组|[村屯寨]|嘎查)(?:民小组)?(?:{_N}(?:组|队|社|号))?"
)
"""A village of a township; farther out no address says more."""
_BLOCK_WORD = re.compile(
    r"[栋棟幢座楼樓院塔]|[东西南北A-Z前后主副甲乙丙丁0-9一二三四五六七八九十][单單组号號]|[园苑城府阁里湾庭郡轩居邸院][0-9]{1,2}-"
)
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?:(?:Room|Rm\.?|Flat|Unit|Suite|Apt\.?|Shop|House|Block|No\.?) ?[0-9A-Z][0-9A-Za-z/\-]{0,7}|[0-9]{1,5}(?= [A-Z][a-z]+ (?:Road|Street|Rd|St|Avenue|Ave|Lane)))"
    r"(?:,? ?(?:[A-Z0-9][0-9A-Za-z./'\-]*|of|and)){1,16}"
)
_ENGLISH_PLACE = re.compile(
    r"/F|Floor|Block|Tower|Road|Street|Avenue|Lane|District|Kowloon|Hong Kong|Estate|Building|Garden| Rd| St,"
)
_HINT = re.compile(
    r"[0-9镇鎮乡鄉A-Z零〇一二三四五六七八九十百塔甲乙丙丁园苑城府阁里湾庭郡轩居邸院座栋棟幢](?:(?<=[栋棟幢座])"
    r"|(?<=[0-9])-[0-9]{1,2}-[0-9]{3}|(?<=[镇鎮乡鄉])[\u4e00-\u9fff]{1,7}[村屯寨查]"
    r"|(?<=[园苑城府阁里湾庭郡轩居邸院])[0-9]{1,2}-[0-9]"
    r"|(?<=[A-Z0-9零〇一二三四五六七八九十百座塔甲乙丙丁])[ ]?[号號弄栋棟幢单單座室])"
)
"""Begins with one class of characters, which a search jumps to."""
_WORD = re.compile(r"[号號弄栋棟幢单單座室村屯寨查]")
"""No Chinese address is without one of these, but for ``5-2-1701``."""
_LEFT = re.compile(r"[\u4e00-\u9fff0-9A-Za-z()（） \-]*$")
_ADMIN = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:省|自治区|市|州|盟|地区|区|區|县|縣|旗|镇|鎮|乡|鄉|街道|开发区)")
_LONGEST_LEFT = 40
_REGIONS_OF_A_VILLAGE = 2
"""Regions that must stand before a village (a county and a township) for it to be an address."""


def find_addresses(folded: str, *, written: bool = True) -> Iterator[Finding]:
    """Every address in a folded text that leads to a house or a room; `written`: there are Latin letters in it."""
    for match in _ENGLISH.finditer(folded) if written and _ENGLISH_PLACE.search(folded) else ():
        if len(_ENGLISH_PLACE.findall(match.group())) >= 2 and "," in match.group():
            yield Finding("address", match.start(), match.end(), 36)
    if not (_WORD.search(folded) or "-" in folded) or not _HINT.search(folded):
        return
    covered = 0
    patterns = (_STREET, _DASHED_HOME, _VILLAGE)
    cores = sorted(
        [*(m for pattern in patterns for m in pattern.finditer(folded)), *_buildings(folded)], key=lambda m: m.start()
    )
    for core in cores:
        if core.start() < covered:
            continue
        start, announced = _start(folded, core.start())
        if core.re is _DASHED_HOME and _HOME.search(folded, max(0, core.start() - 6), core.start()):
            start = core.start()
        tail = _TAIL.match(folded, core.end()) if core.re is _STREET else None
        end = tail.end() if tail else core.end()
        if _is_address(folded, start, core, end, announced=announced):
            yield Finding("address", start, end, 35)
            covered = end


def _buildings(folded: str) -> Iterator[re.Match[str]]:
    """Where a block with a room stands; looked for only about a word of a block, which a search finds at once."""
    done = 0
    for word in _BLOCK_WORD.finditer(folded):
        building = _BUILDING.search(folded, max(done, word.start() - 8), min(len(folded), word.end() + 40))
        if building:
            done = building.end()
            yield building


def _is_address(folded: str, start: int, core: re.Match[str], end: int, *, announced: bool) -> bool:
    """Whether there is more than a lone "这条路3号": a region, an announcing word, or detail down to a room."""
    head = folded[start : core.start()]
    if core.re is _DASHED_HOME:
        return _has_region(head) or bool(_HOME.search(folded, max(0, core.start() - 6), core.start()))
    if core.re is _VILLAGE:
        return announced or len(_ADMIN.findall(head)) + bool(_places().search(head)) >= _REGIONS_OF_A_VILLAGE
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
    return re.compile(any_of(words("places")))


@cache
def _starters() -> re.Pattern[str]:
    return re.compile(any_of(table("cues")["addresses"]["start"]))
