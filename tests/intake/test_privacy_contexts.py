"""Names, addresses and codes in the sentences they come in: with no word before them, in lists, reports and signatures."""

import pytest

from assistant.intake.privacy import Masker
from assistant.intake.privacy.person import tells_who
from evals.metrics.marked_texts import parse

MASKER = Masker(b"k" * 32)

TEXTS = [
    "帮{name|郝爱国}报修电饭煲，{phone|16912345678}",
    "客户{name|佟丽华}反映地暖不热",
    "患者{name|贺文娟}投诉{-|刘医生}",
    "安装师傅{name|赵海涛}迟到，{-|张师傅}没来",
    "{-|高温高压}，{-|方便}，{name|骆一鸣}，{phone|16912345678}，{-|关键时候}",
    "入住人{name|阎立新}、{name|戚晓芸}、{name|骆一鸣}",
    "{phone|16912345678}，{name|鍾承翰}，退票",
    "{name|符史明}经理{phone|16912345678}",
    "{name|储桂芬}，{landline|82213347}",
    "售后部{name|嵇小兵}收",
    "【姓名】{name|占晓燕}【电话】{phone|16912345678}",
    "投诉人：{name|么红霞}",
    "{name|蔡依珊 小姐}",
    "會員{name|Chan Siu Ming}，電話{phone|9762 1105}",
    "{name|Sharma先生}您好",
    "Regards,\n{name|Daniel Wong}",
    "护照{passport|EJ6172084}，{name|SITU JIAMIN}，护照{passport|EJ6172085}",
    "{name|麦麦提·吐尔地}来电",
    "客户{name|阿依古丽·买买提}来电，在古{name|阿依古丽买买提}家",
    "{name|玉香}(傣族)",
    "收餐人{name|么子涵}",
    "我家{address|5-1-802}漏水，楼上{address|5-1-902}",
    "{address|陕西省榆林市榆阳区航宇路恒大名都5-2-2201}",
    "{address|黑龙江省佳木斯市富锦市二龙山镇东凤阳村}",
    "{address|昭觉县洒拉地坡乡姐把娜打村2组}",
    "{address|江苏省苏州市吴中区同益工业园6号厂房}",
    "{address|屯門屯順街1號屯門市廣場5座31樓F}",
    "统编 {company_code|53928714}",
    "居留證{id_card|A800000014}",
    "护照{passport|20FV11873}",
    "订单{order_no|260814-558912036671}",
    "order {order_no|114-7738201-5560214}",
    "Booking ref {order_no|HX7Q2L9}",
    "案号{order_no|(2026)粤0106民初18827号}",
    "单号{order_no|YD4310998827745}在驿站",
    "车架{serial_no|0325F81907}",
    "邮箱 {email|king.k(at)mail.example}",
    "{wechat|wxid_k3p9s0a71mzt22}",
    "可以加{wechat|lovely_cat99}返图",
    "客服: 您的电话？\n客户: {landline|51120934}",
    "{plate|苏E·D8086F}充不进电",
    "device {-|WH-1000XM5}，许可证{-|XK16-204-00133}，{-|3}",
    "批次{-|LOT20260911}，{-|石头}{-|黄色}，{-|王者}，{-|白天}",
    "联系人{-|不详}，收件人{-|空缺}，姓名和{-|证件}，户主{-|出国}，联系{-|方式}无",
    "客户{-|高度}认可，用户{-|平时}不用，住户{-|常年}在外，主任{-|何时}来，{phone|16912345678}",
    "于{-|2026-08-20}到货，{-|8-20-2026}，比分{-|3-1-120}",
]


@pytest.mark.parametrize("marked", TEXTS)
def test_what_is_personal_goes_and_what_is_not_stays(marked: str) -> None:
    case = parse("context", "any", marked)
    masked, spans = MASKER.mask_text(case.text)
    rest, text = str(masked), case.text
    for span in reversed(spans):
        rest = rest[: span.start] + f"⟦{span.type}⟧" + rest[span.end :]
    for planted in reversed(case.planted):
        text = text[: planted.start] + f"⟦{planted.type}⟧" + text[planted.end :]
    assert rest == text


@pytest.mark.parametrize("name", ["王建国", "王建国先生", "李明", "欧阳娜", "Emily", "阿依古丽", "星河经销部"])
def test_a_full_name_tells_who_somebody_is(name: str) -> None:
    assert tells_who(name)


@pytest.mark.parametrize(
    "name", ["刘先生", "李某", "欧阳女士", "小李", "张师傅", "刘总", "李**", "匿名用户", "王", "客户", ""]
)
def test_a_surname_does_not(name: str) -> None:
    assert not tells_who(name)
