"""What the rules read out of small records of many trades."""

import pytest

from assistant.domain.drafts import ReadingDraft
from assistant.domain.records import Record
from assistant.rules.lexicon import lexicon
from assistant.rules.reading import read_record
from tests.rules.builders import record


def read(made: Record) -> ReadingDraft:
    return read_record(made, lexicon())


@pytest.mark.parametrize(
    ("text", "aspect", "sentiment"),
    [
        ("电动车说能跑八十公里,实际四十公里就没电了,虚标得离谱", "performance", "negative"),
        ("咖啡机用了两个月就漏水,质量太差", "quality", "negative"),
        ("说好免费安装,师傅来了又收我两百块材料费,乱收费", "price", "negative"),
        ("空调修了三次还是不制冷,每次来的人都说好了", "after_sales", "negative"),
        ("打了五遍转人工,机器人一直绕圈,答非所问", "after_sales", "negative"),
        ("滤芯断货两个月,官方旗舰店也买不到,杂牌我不敢用", "consumables", "negative"),
        ("升级完固件以后投影仪天天连不上WiFi,老是掉线", "software", "negative"),
        ("约好上午来,等了一天没人来,也没有电话通知", "staff", "negative"),
        ("摄像头半夜自己启动,录像传到哪里去了?谁能看?吓人", "privacy", "negative"),
        ("快递三天了还没到,物流太慢,箱子也压坏了", "delivery", "negative"),
        ("师傅非常有耐心,教了我妈三遍,还自带鞋套,点赞", "staff", "positive"),
        ("外观漂亮大气,颜色很喜欢", "design", "positive"),
        ("很安静,加热快,用了半年一次没坏过,省心", "performance", "positive"),
        ("上個月修了三次還是壞,同樣的毛病", "after_sales", "negative"),
        ("刚过保修期一个月就坏,说是人为损坏不保修", "warranty", "negative"),
        ("拆箱全是泡沫塑料袋,太浪费,旧滤芯也没地方回收", "recycling", "negative"),
    ],
)
def test_aspect_and_sentiment(text: str, aspect: str, sentiment: str) -> None:
    first = read(record(text)).insights[0]
    assert (first.aspect, first.sentiment) == (aspect, sentiment)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "。", "测试", "test 111", "你好,在吗", "👍👍👍", "凑够十五个字凑够十五个字领京豆", "喂,打错了,不好意思",
     "加微信领红包,日结兼职,名额不多", "此用户未填写评价内容", "谢谢,再见", "收到"],
)  # fmt: skip
def test_noise_has_no_insight(text: str) -> None:
    draft = read(record(text))
    assert draft.noise
    assert draft.insights == []


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("机器不错,但是噪音太大,吵得睡不着", "negative"),
        ("这就是你们的智能?呵呵,真是太贴心了,锁得我进不了门", "negative"),
        ("不错,没有噪音,不费电", "positive"),
        ("声音不大,非常满意", "positive"),
        ("以前那台洗澡忽冷忽热,现在这台稳得很,一家人都说好", "positive"),
        ("请问这个型号什么时候有货?", "neutral"),
    ],
)
def test_mood(text: str, mood: str) -> None:
    assert read(record(text)).insights[0].sentiment == mood


@pytest.mark.parametrize(
    ("text", "locked_out"),
    [("它快没电为什么不跟我讲，客人半夜站在走廊", True), ("六楼没电梯，钥匙一户一户送，电池也是我背上去的", False)],
)
def test_no_power_locks_out_and_no_lift_does_not(text: str, locked_out: bool) -> None:
    assert any("断电失灵" in insight.surface for insight in read(record(text)).insights) == locked_out


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("刹车异响修了三趟，三个师傅三个说法，头一个说片，第二个说盘，第三个说油，到底谁懂啊", "设备里的数据留存"),
        ("折叠车进地铁被安检拦了，那我买折叠干什么，当初你们广告拍的就是地铁站", "被拍被听"),
        ("一到冬天三十都悬，昨天送孙子上学半道没电，孩子都迟到了", "配送迟误"),
        ("一到冬天三十都悬，昨天送孙子上学半道没电，孩子都迟到了", "约好不来"),
        ("发票开错抬头，公司报销不了，我垫了3899，财务催我三次", "证照手续"),
        ("发票开错抬头，公司报销不了，我垫了3899，财务催我三次", "耗材贵"),
    ],
)
def test_a_word_of_many_meanings_does_not_decide(text: str, never: str) -> None:
    assert not [one for one in read(record(text)).insights if never in one.surface]


@pytest.mark.parametrize("text", ["呵呵", "收件人电话不对，麻烦改成下面这个，地址改一下，银行卡退款"])
def test_a_scoff_or_a_request_to_change_data_is_no_need(text: str) -> None:
    assert read(record(text)).insights == []


def test_somebody_late_is_still_an_appointment_missed() -> None:
    assert "约好" in read(record("师傅约好九点，迟到了三个小时，白等一上午")).insights[0].surface


def test_stars_do_not_whitewash() -> None:
    first = read(record("给五星是给师傅的,机器用三天就坏,售后没人理", channel="review", rating=5)).insights[0]
    assert first.sentiment == "negative"


def test_praise_and_complaint_are_two_needs() -> None:
    text = "来装的老师傅没得挑,耐心细致,收拾得干干净净。可页面写着包安装,现场又加收一百五材料费,坐地起价!"
    moods = {insight.sentiment for insight in read(record(text)).insights}
    assert moods == {"positive", "negative"}


def test_agents_words_are_never_quoted() -> None:
    made = record(
        turns=(
            ("agent", "您是嫌价格太贵、质量太差想退货吗?"),
            ("customer", "不是,打印机一升级就掉线,客户坐我对面等合同,丢死人了"),
            ("agent", "建议您购买延保套餐"),
        ),
        channel="chat",
    )
    for insight in read(made).insights:
        assert insight.quote in made.turns[1].text
        assert insight.aspect == "software"


def test_neighbours_of_a_group_are_not_the_speaker() -> None:
    made = record(turns=(("customer", "[三号楼 老王] 我家也漏水,垃圾产品"), ("customer", "收到")), channel="group")
    assert read(made).noise


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("再修不好我就退货,以后再也不买你们的了", "churn_risk"),
        ("明天再不来人我打12315投诉,太气人了", "escalation"),
        ("第三次报修了,上门三次都没修好", "repeat_contact"),
        ("机器坏了别给我推销新的,先把这台的问题解决", "resale_aversion"),
        ("用得很满意,已经推荐给邻居了,强烈推荐", "advocate"),
    ],
)
def test_signals(text: str, signal: str) -> None:
    assert getattr(read(record(text)).signals, signal)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("一年就用两个月,其余时间吃灰,能不能按次付费,机器算你们的", "new_business"),
        ("旧机器能抵多少?可以以旧换新我就买", "upgrade"),
        ("太好用了,打算给丈母娘再买一台", "repurchase"),
        ("滤网缺货,有货了喊我,来两套", "consumable"),
    ],
)
def test_opportunities(text: str, kind: str) -> None:
    draft = read(record(text))
    found = {chance.type: chance.quote for insight in draft.insights for chance in insight.opportunities}
    assert kind in found
    assert found[kind] in text


def test_a_wish_is_a_suggestion_and_a_repair_is_none() -> None:
    wished = read(record("洗一半突然变凉。希望出个能锁死最高温度的儿童档")).insights[0].suggestion
    assert wished == "希望出个能锁死最高温度的儿童档"
    assert read(record("水龙头一直漏水,派人来修一下,尽快处理")).insights[0].suggestion is None


def test_danger_is_graver_than_a_trifle() -> None:
    danger = read(record("充电时电池突然冒烟起火,孩子差点被烫伤")).insights[0]
    trifle = read(record("颜色有点深,稍微不好看")).insights[0]
    assert danger.severity == 5
    assert danger.deep_category == "security"
    assert trifle.severity < 4


def test_the_ladder_is_readable_and_honest() -> None:
    first = read(record("当着客户的面打印机又掉线,老板问我买的什么东西", segment="sme")).insights[0]
    assert first.deep_category == "achievement"
    assert first.secondary_standing == "implied"
    assert "“" in first.secondary
    bare = read(record("打印机升级后掉线", segment="sme")).insights[0]
    assert bare.secondary_standing == "hypothesis"
    assert "小企业" in bare.secondary
