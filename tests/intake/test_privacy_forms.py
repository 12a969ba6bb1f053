"""The forms in which personal values are written, far beyond those of the sample corpus, as tables."""

import pytest

from assistant.domain.records import RawCustomer
from assistant.intake.privacy import KnownValue, Masker, known_values

MASKER = Masker(b"k" * 32)

# text with the value between 【 and 】, and its type; several values may be marked, all of the one type
FOUND = [
    ("phone", "电话【13812345678】。"),
    ("phone", "打我【138 1234 5678】好了"),
    ("phone", "打我【138-1234-5678】好了"),
    ("phone", "打我【138.1234.5678】"),
    ("phone", "【+86 13812345678】"),
    ("phone", "【(+86)138-1234-5678】"),
    ("phone", "【0086 13812345678】"),
    ("phone", "【8613812345678】"),
    ("phone", "【１３８１２３４５６７８】全角"),
    ("phone", "我手机【幺三八一二三四五六七八】"),
    ("phone", "我手机【一三八 一二三四 五六七八】"),
    ("phone", "手机是【138一二三四5678】"),
    ("phone", "【①③⑧①②③④⑤⑥⑦⑧】"),
    ("phone", "【1 3 8 1 2 3 4 5 6 7 8】"),
    ("phone", "【1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8】️⃣"),
    ("phone", "【138\u200b1234\u200b5678】"),
    ("phone", "微信同号【13812345678】"),
    ("phone", "vx同手机【13812345678】"),
    ("phone", "vx【13812345678】"),
    ("phone", "电话/微信：【19912345678】/【17012345678】"),
    ("phone", "李四13812345678，这号【13987654321】也行".replace("李四13812345678，", "")),
    ("phone", "打【1381234 5678】"),
    ("phone", "香港【+852 9123 4567】"),
    ("phone", "台灣手機【0912-345-678】"),
    ("phone", "call me 【+1 (415) 555-2671】 thanks"),
    ("phone", "電話【9123 4567】"),
    ("landline", "座机【010-62551234】"),
    ("landline", "【01062551234】"),
    ("landline", "【(0755)8326 4179】"),
    ("landline", "【0755-83264179转612】"),
    ("landline", "【0312-5947026-801】"),
    ("landline", "【０２１－６２５５１２３４】"),
    ("landline", "打座机【62551234】就行"),
    ("landline", "办公室电话是【8607 2249】"),
    ("id_card", "身份证【11010519491231002X】"),
    ("id_card", "身份证号：【110105 19491231 002X】"),
    ("id_card", "【11010519491231002x】谢谢"),
    ("id_card", "身份证【１１０１０５１９４９１２３１００２Ｘ】"),
    ("id_card", "老身份证号【110105491231002】"),
    ("id_card", "身份证號碼【A123456(7)】"),
    ("id_card", "身分證【A123456789】"),
    ("bank_card", "卡号【6222020200112233445】"),
    ("bank_card", "卡号【6222 0202 0011 2233 445】"),
    ("bank_card", "退到我建行【6217001450007382161】"),
    ("bank_card", "对公账号【110060149018170022210】"),
    ("email", "发到【zhang.san@qq.com】谢谢"),
    ("email", "邮箱：【ZhangSan_01@corp-mail.com.cn】，"),
    ("email", "企业邮箱【li@公司】".replace("【li@公司】", "【li@firma.cn】")),
    ("email", "【zhangsan＠163．com】"),
    ("email", "【12345678@qq.com】"),
    ("email", "邮箱【zhangsan艾特qq点com】"),
    ("email", "邮箱【zhangsan#163.com】"),
    ("wechat", "微信号：【zhang_san88】"),
    ("wechat", "加v信【zs1988】"),
    ("wechat", "加我vx：【abc_123x】"),
    ("wechat", "WeChat: 【li-wei2020】"),
    ("wechat", "加薇【zhangsan99】领红包"),
    ("wechat", "➕v【abc12345】"),
    ("wechat", "微信是【wxid_abcdef123】"),
    ("qq", "QQ【123456789】"),
    ("qq", "qq号是【10001】"),
    ("qq", "扣扣：【2846177305】"),
    ("qq", "加企鹅号【2846177305】"),
    ("qq", "QQ群【582164937】"),
    ("qq", "【2846177305】是我的QQ"),
    ("plate", "车牌【粤B12345】"),
    ("plate", "车牌号【粤B·12345】"),
    ("plate", "【粤BD12345】是绿牌"),
    ("plate", "我的车【沪A8K3L9】"),
    ("plate", "车牌【新A12345】"),
    ("passport", "护照号【E12345678】"),
    ("passport", "护照【EA1234567】"),
    ("passport", "港澳通行证【C12345678】"),
    ("passport", "回乡证【H12345678】"),
    ("company_code", "税号【91130600MA08T5RL73】"),
    ("company_code", "【91350100M000100Y43】"),
    ("order_no", "订单号【202511180947361285】"),
    ("order_no", "单号：【SF1234567890123】"),
    ("order_no", "快递【YT8812345678901】还没到"),
    ("order_no", "工单【20260819044】一直没人管"),
    ("order_no", "京东订单【298765432101】"),
    ("serial_no", "SN：【XL5B2511D0382】"),
    ("serial_no", "序列号【P2A2411Q0385】"),
    ("serial_no", "机身条码【24110385AB】"),
    ("serial_no", "IMEI：【860123456789012】"),
    ("address", "地址【北京市朝阳区建国路88号SOHO现代城3号楼1203室】"),
    ("address", "【广东省深圳市南山区科技园南路12号3栋402】"),
    ("address", "家住【锦绣花园3栋2单元501】"),
    ("address", "寄到【西湖区文三路478号华星时代广场A座1203室】，"),
    ("address", "送到【杭州文三路478号】就行"),
    ("address", "地址：【石家庄长安区谈固东街18号院2号楼3单元602】"),
    ("address", "我家在【三栋二单元五零二】"),
    ("address", "住【幸福小区12号楼3单元601室】"),
    ("address", "地址【台北市信義區松仁路58號5樓】"),
    ("address", "地址是【香港九龍彌敦道100號8樓B室】"),
    ("address", "【天津市和平区成都道128号4门502】"),
    ("address", "地址：【河北省保定市望都县固店镇东白岳村56号】"),
    ("name", "联系人【张伟】，"),
    ("name", "收件人：【欧阳娜娜】 "),
    ("name", "收货人 【李小龙】电话"),
    ("name", "我叫【王建国】，"),
    ("name", "户名【缑建勋】。"),
    ("name", "【李女士】您好"),
    ("name", "您好【陈先生】"),
    ("name", "麻烦转告【欧阳女士】"),
    ("name", "【王建国先生】来电"),
    ("name", "楼下【张阿姨】家"),
    ("name", "收件人【阿依古丽·买买提】，"),
    ("name", "联系人 【Kevin Liang】 ok"),
    ("name", "姓名：【赵一】。"),
    ("name", "投诉师傅叫【刘志强】，"),
    ("name", "【許小姐】妳好"),
    ("name", "聯絡人【林佩蓉】。"),
    ("name", "客户【王丽娟】来电反映漏水"),
    ("name", "我是合肥的代理商【孙浩】"),
    ("name", "名字叫做【司马相如】"),
    ("address", "地址【成都市武侯区科华北路65号附1号】"),
    ("phone", "打我爸电话，【幺三九，一二三四，五六七八】"),
    ("landline", "TEL:【86-21-5888-8888】"),
    ("passport", "台胞证【12345678】"),
    ("order_no", "订单编号：【E20260810123456789】"),
    ("order_no", "天然气户号【3000123456】"),
    ("serial_no", "MAC地址 【00:1A:2B:3C:4D:5E】"),
    ("wechat", "我 v 信 【abc_5566】，备注冰箱"),
]

# not one of these may be masked
LEFT = [
    "去12号桌，第5道工序，这条路2号岔口",
    "SSID: ChinaNet-5G-A1B2 密码12345678，网关 255.255.255.0",
    "墨盒型号 CF258A、TN-2425、PG-845XL、DR-B020",
    "HP LaserJet Pro MFP M1136，KFR-72LW/(72568)NhAa-3",
    "金额 12,345,678.90元，8:00-18:00，600×400×850mm",
    "微信支付、微信公众号、QQ群都有人骂，加V没通过",
    "我是新用户，我是农村的，我是高龄老人，客服叫我等",
    "会议号 123 456 789，验证码 123456",
    "https://item.jd.com/100012043978.html?id=12345",
    "JSQ30-X5 16升 固件3.2",
    "型号JSQ27-14HWA(T)，F6030-X7(S)",
    "MG100V11D洗衣机 BCD-545WFPZM冰箱",
    "打400-889-9315没人接",
    "打4008899315没人接",
    "95598、12315、10086都打了",
    "2026年08月10日至2026-09-05",
    "2026-08-10 12:30:45 报错E-17",
    "花了3600，水压0.15，温度41度",
    "110V 60Hz 20L 1080x1920",
    "我姓刘，X5热水器",
    "张师傅进门套鞋套",
    "楼上老李家，工程师小郭",
    "我和先生都很满意",
    "让阿姨打扫，和阿姨说过",
    "机器小姐说请稍后",
    "第3号楼的师傅，6号来的",
    "知道12号来，哪里3号去",
    "住在福州市仓山区",
    "四川成都的用户",
    "6栋的邻居也买了",
    "二楼三楼水压小",
    "微信小程序打不开，微信支付失败",
    "微信Windows版",
    "QQ音乐放不了",
    "联系人电话填错了",
    "收件人写错了",
    "我叫师傅来，师傅没来",
    "我叫他们马上来",
    "找客服安装，找高手",
    "最新款F6021V换新",
    "谢谢，方便，安装，周五，白天",
    "20260810123045 系统日志",
    "条码6901234567892",
    "一二三四，三三两两",
    "1、2、3、4、5、6、7、8、9、10、11",
    "15 20 30 40 50 60",
    "P2打印机R8扫地机L3门锁N7路由器",
    "www.midea.com http://203.0.113.9/p.gif",
    "尾号7726",
    "138****5678",
    "iphone15promax 256G",
    "GB/T 18801-2015",
    "RTX4090 i7-13700K",
    "3.2.0版本 192.168.1.100",
    "有没有人工，人工，转人工",
    "关总阀，楼道，方便面",
    "第二个师傅说的",
    "前台小姐很好",
    "您好女士，好的女士",
    "先生您好，先生请稍等",
]


def split(marked: str) -> tuple[str, list[str]]:
    """The text without its marks, and the marked values in order."""
    values = [part.split("】")[0] for part in marked.split("【")[1:]]
    return marked.replace("【", "").replace("】", ""), values


@pytest.mark.parametrize(("kind", "marked"), FOUND)
def test_a_value_is_masked_whole_and_nothing_else(kind: str, marked: str) -> None:
    text, values = split(marked)
    masked, spans = MASKER.mask_text(text)
    assert [span.type for span in spans] == [kind] * len(values)
    rest = str(masked)
    for span in reversed(spans):
        rest = rest[: span.start] + "\0" + rest[span.end :]
    for value in values:
        text = text.replace(value, "\0", 1)
    assert rest == text


@pytest.mark.parametrize("text", LEFT)
def test_what_is_nobodys_stays(text: str) -> None:
    assert MASKER.mask_text(text) == (text, ())


KNOWN = [
    ("屈晓燕", "屈晓燕来过，屈女士说，晓燕也说", "⟦⟧来过，⟦⟧说，⟦⟧也说"),
    ("方启航", "方哥帮忙看下，方总，方便", "⟦⟧帮忙看下，⟦⟧，方便"),
    ("关海涛", "教我咋个关总阀，关总", "教我咋个关总阀，⟦⟧"),
    ("戎国庆", "国庆前装的", "国庆前装的"),
    ("屈建军", "建军节前屈哥说", "建军节前⟦⟧说"),
    ("张敏", "张师傅来过了", "张师傅来过了"),
    ("艾力·买买提", "我叫艾力，艾力先生", "我叫⟦⟧，⟦⟧"),
    ("Kevin 黄", "Kevin here, 黄先生", "⟦⟧ here, ⟦⟧"),
    ("匿名用户", "匿名用户说", "匿名用户说"),
    ("", "没有名字", "没有名字"),
]


@pytest.mark.parametrize(("name", "text", "expected"), KNOWN)
def test_the_customers_own_name_is_known_in_its_usual_forms(name: str, text: str, expected: str) -> None:
    masked, spans = MASKER.mask_text(text, known_values(RawCustomer(name=name)))
    rest = str(masked)
    for span in reversed(spans):
        rest = rest[: span.start] + "⟦⟧" + rest[span.end :]
    assert rest == expected


def test_a_technicians_own_form_of_address_is_his_name() -> None:
    customer = RawCustomer(name="韩立军", segment="service_provider")
    assert "韩师傅" not in MASKER.mask_text("韩师傅您好", known_values(customer))[0]


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("85292746183", "92746183"),
        ("85292746183", "9274 6183"),
        ("+853 6631 8027", "6631-8027"),
        ("6255 1234", "62551234"),
    ],
)
def test_a_known_number_is_found_without_any_word(phone: str, text: str) -> None:
    masked, spans = MASKER.mask_text(f"聽晚 {text} 得", [KnownValue("phone", phone)])
    assert text not in masked
    assert [span.type for span in spans] == ["phone"]
