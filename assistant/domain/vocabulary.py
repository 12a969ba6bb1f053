"""The closed lists: the English word is stored, the Chinese one is shown."""

import re
from typing import Literal, get_args

Channel = Literal["ticket", "chat", "call", "review", "survey", "group"]
Segment = Literal["consumer", "sme", "enterprise", "government", "dealer", "service_provider"]
Speaker = Literal["customer", "agent", "system"]
DeepCategory = Literal[
    "trust", "respect", "security", "care", "control", "fairness", "belonging", "achievement", "ease"
]
Aspect = Literal[
    "quality", "performance", "usability", "design", "price", "installation", "delivery", "after_sales",
    "staff", "consumables", "warranty", "privacy", "software", "settlement", "parts", "recycling",
]  # fmt: skip
Sentiment = Literal["negative", "positive", "neutral", "mixed"]
JourneyStage = Literal["pre_sale", "in_sale", "after_sale"]
Standing = Literal["stated", "implied", "hypothesis"]
OpportunityType = Literal[
    "accessory", "consumable", "value_added_service", "cross_sell", "upgrade", "repurchase", "new_business"
]
SignalName = Literal["churn_risk", "advocate", "resale_aversion", "escalation", "repeat_contact"]
NbnType = Literal["new_product", "better_product", "new_customs"]
RouteKind = Literal["own_rnd", "partner", "incubate"]
ProposalStatus = Literal["draft", "in_review", "approved", "in_development", "launched", "measured", "rejected"]
LeadStatus = Literal["new", "assigned", "contacted", "won", "lost"]
TrendStatus = Literal["new", "growing", "steady", "fading", "gone", "too_few"]
PiiType = Literal[
    "phone", "landline", "id_card", "bank_card", "email", "address", "name", "plate", "wechat", "qq",
    "order_no", "serial_no", "passport", "company_code",
]  # fmt: skip
EngineName = str
"""Who made something: ``rules``, ``llm``, or ``llm (recorded MODEL, DAY)``: a model that was asked on another day."""
Dimension = Literal[
    "theme", "product", "segment", "channel", "month", "deep_category", "aspect", "nbn",
    "model", "region", "week", "journey_stage", "sentiment",
]  # fmt: skip

CHANNELS: tuple[Channel, ...] = get_args(Channel)
SEGMENTS: tuple[Segment, ...] = get_args(Segment)
DEEP_CATEGORIES: tuple[DeepCategory, ...] = get_args(DeepCategory)
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
OPPORTUNITY_TYPES: tuple[OpportunityType, ...] = get_args(OpportunityType)
SIGNAL_NAMES: tuple[SignalName, ...] = get_args(SignalName)
NBN_TYPES: tuple[NbnType, ...] = get_args(NbnType)
PII_TYPES: tuple[PiiType, ...] = get_args(PiiType)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

ZH: dict[str, str] = {
    "ticket": "工单", "chat": "在线会话", "call": "通话", "review": "评价", "survey": "回访问卷", "group": "群聊",
    "consumer": "消费者", "sme": "中小企业", "enterprise": "大企业", "government": "政府",
    "dealer": "经销商", "service_provider": "服务商",
    "customer": "客户", "agent": "客服", "system": "系统",
    "trust": "信任", "respect": "尊重", "security": "安全感", "care": "情感关怀", "control": "掌控感",
    "fairness": "公平", "belonging": "归属", "achievement": "成就", "ease": "省心",
    "quality": "质量", "performance": "性能", "usability": "易用", "design": "设计", "price": "价格",
    "installation": "安装", "delivery": "配送", "after_sales": "售后", "staff": "人员", "consumables": "耗材",
    "warranty": "保修", "privacy": "隐私", "software": "软件", "settlement": "结算", "parts": "配件",
    "recycling": "回收",
    "negative": "负面", "positive": "正面", "neutral": "中性", "mixed": "褒贬皆有",
    "pre_sale": "售前", "in_sale": "售中", "after_sale": "售后",
    "stated": "明说", "implied": "可推", "hypothesis": "假设",
    "accessory": "配件", "consumable": "耗材", "value_added_service": "增值服务", "cross_sell": "交叉销售",
    "upgrade": "升级换新", "repurchase": "复购", "new_business": "新业务",
    "churn_risk": "流失风险", "advocate": "口碑推荐", "resale_aversion": "反感再销售",
    "escalation": "升级投诉", "repeat_contact": "重复来访",
    "new_product": "新产品", "better_product": "更好的产品", "new_customs": "新客户/新市场",
    "own_rnd": "自研", "partner": "引入合作厂商", "incubate": "内部孵化",
    "draft": "草稿", "in_review": "评审中", "approved": "已批准", "in_development": "开发中",
    "launched": "已上市", "measured": "已复盘", "rejected": "已否决",
    "new": "新出现", "growing": "增长", "steady": "平稳", "fading": "减弱", "gone": "消失", "too_few": "样本太少",
}  # fmt: skip
"""The Chinese word for each stored word (``after_sales`` the aspect and ``after_sale`` the stage share one)."""


_RECORDED = re.compile(r"llm \(recorded (.+), (\d{4}-\d\d-\d\d)\)")


def by_model(engine: EngineName) -> bool:
    """Whether a model made something, now or when it was recorded."""
    return engine != "rules"


def recorded_by(model: str, day: str) -> EngineName:
    """The engine's name for what a model answered on a day (``YYYY-MM-DD``) and is played back now."""
    return f"llm (recorded {model}, {day})"


def recording_named(engine: EngineName) -> tuple[str, str] | None:
    """The model and the day (``YYYY-MM-DD``) of an engine that is played back, see `recorded_by`; None of any other."""
    hit = _RECORDED.fullmatch(engine)
    return (hit[1], hit[2]) if hit else None


def zh(word: str | None) -> str:
    """The Chinese label of a stored word; the word itself where there is none; ``""`` for None."""
    return "" if word is None else ZH.get(word, word)
