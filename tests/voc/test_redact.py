"""Personal data in, placeholders out; what only looks personal stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.normalise import normalise
from voc.redact import PLACEHOLDERS, redact, redact_field

# Numbers are the documented examples of their standards, or made up.
PERSONAL = [
    # phone
    ("联系我13800138000", "联系我[手机]"),
    ("联系我１３８００１３８０００谢谢", "联系我[手机]谢谢"),
    ("电话138-0013-8000没人接", "电话[手机]没人接"),
    ("请打 138 0013 8000 找我", "请打 [手机] 找我"),
    ("手机：1380-013-8000", "手机：[手机]"),
    ("+86 13800138000", "[手机]"),
    ("(+86)138-0013-8000", "[手机]"),
    ("008613800138000", "[手机]"),
    ("1 3 8 0 0 1 3 8 0 0 0打给我", "[手机]打给我"),
    ("Tel13800138000", "Tel[手机]"),
    ("我的号码是①③⑧00138000", "我的号码是[手机]"),
    ("号码1\u200b3800138000", "号码[手机]"),
    ("两个号13800138000、13900139000都打不通", "两个号[手机]、[手机]都打不通"),
    ("打一三八零零一三八零零零", "打[手机]"),
    ("手机号幺三八 零零一三 八零零零", "手机号[手机]"),
    ("幺三幺幺幺幺零零零零幺", "[手机]"),
    ("壹叁捌零零壹叁捌零零零", "[手机]"),
    ("电话13八00一三八000", "电话[手机]"),
    # Taiwan, Hong Kong, Macau
    ("0912-345-678", "[手机]"),
    ("電話0912345678", "電話[手机]"),
    ("打0912345678没人接", "打[手机]没人接"),
    ("+886 912 345 678", "[手机]"),
    ("+886-2-2345-6789", "[手机]"),
    ("+852 9123 4567", "[手机]"),
    ("(852)91234567", "[手机]"),
    ("+853 6612 3456", "[手机]"),
    ("手機號碼91234567", "手機號碼[手机]"),
    ("WhatsApp 9123 4567", "WhatsApp [手机]"),
    # landline
    ("投诉热线010-62345678", "投诉热线[电话]"),
    ("(0571)87654321", "[电话]"),
    ("0571 87654321", "[电话]"),
    ("021-62345678-801转分机", "[电话]转分机"),
    ("打400-123-4567没人接", "打[电话]没人接"),
    ("打4001234567没人接", "打[电话]没人接"),
    ("4008-123-123一直占线", "[电话]一直占线"),
    ("家里电话：62345678", "家里电话：[电话]"),
    # id card
    ("身份证11010519491231002X", "身份证[身份证]"),
    ("我是11010519491231002X", "我是[身份证]"),
    ("110105 19491231 002x", "[身份证]"),
    ("身份证号：110105491231002", "身份证号：[身份证]"),
    ("身份证号码是110105194912310021（写错一位也遮）", "身份证号码是[身份证]（写错一位也遮）"),
    # bank card
    ("银行卡号4111 1111 1111 1111", "银行卡号[银行卡]"),
    ("退到我的建行 6222600260001072444", "退到我的建行 [银行卡]"),
    ("6222-6002-6000-1072-444", "[银行卡]"),
    ("银行卡号6222 0000 1111 2222 333", "银行卡号[银行卡]"),
    ("卡号:6222000011112222", "卡号:[银行卡]"),
    ("退款账户是1234567890123456", "退款账户是[银行卡]"),
    # email
    ("发到li.si+voc@example.com.cn吧", "发到[邮箱]吧"),
    ("邮箱123456789@qq.com", "邮箱[邮箱]"),
    ("ＬＩＳＩ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[邮箱]"),
    # WeChat, QQ
    ("微信号：lisi_2026", "微信号：[微信]"),
    ("加我微信lisi2026聊", "加我微信[微信]聊"),
    ("加V：abc123456", "加V：[微信]"),
    ("vx abc_12345", "vx [微信]"),
    ("wx:lisilisi", "wx:[微信]"),
    ("微信同号13800138000", "微信同号[微信]"),
    ("薇信 lisi-2026", "薇信 [微信]"),
    ("加QQ12345678", "加QQ[QQ]"),
    ("qq群：87654321", "qq群：[QQ]"),
    # plate
    ("车牌京A12345堵在门口", "车牌[车牌]堵在门口"),
    ("粤B·D12345充不了电", "[车牌]充不了电"),
    ("沪AD12345", "[车牌]"),
    ("浙a12345乱停", "[车牌]乱停"),
    # address: province, city, district stay
    ("送到杭州市西湖区文三路259号3幢502室", "送到杭州市西湖区[地址]"),
    ("我住上海市浦东新区张杨路500号", "我住上海市浦东新区[地址]"),
    ("广东省深圳市南山区科技南路18号A座1203室，放门口", "广东省深圳市南山区[地址]，放门口"),
    ("地址：人民路5号", "地址：[地址]"),
    ("翠苑小区12栋3单元501没收到", "[地址]没收到"),
    ("12栋2单元301室的快递", "[地址]的快递"),
    # name
    ("张女士来电", "[姓名]女士来电"),
    ("客服李经理推诿", "客服[姓名]经理推诿"),
    ("王师傅很热心", "[姓名]师傅很热心"),
    ("感谢陈老师", "感谢[姓名]老师"),
    ("欧阳先生等了两小时", "[姓名]先生等了两小时"),
    ("王小明先生投诉", "[姓名]先生投诉"),
    ("我叫张伟，订了两件", "我叫[姓名]，订了两件"),
    ("我叫张伟在杭州住", "我叫[姓名]在杭州住"),
    ("联系人：李四", "联系人：[姓名]"),
    ("收货人 司马相如 电话13800138000", "收货人 [姓名] 电话[手机]"),
    ("本人王小明，会员", "本人[姓名]，会员"),
    ("張小姐說沒貨", "[姓名]小姐說沒貨"),
    # name without a title
    ("我是陈建国", "我是[姓名]"),
    ("你好，我是陈建国，昨天下的单", "你好，我是[姓名]，昨天下的单"),
    ("我就是王丽，怎么了", "我就是[姓名]，怎么了"),
    ("本人叫孙小芸，住户", "本人叫[姓名]，住户"),
    ("店长刘芳态度差", "店长[姓名]态度差"),
    ("快递员张强把件丢了", "快递员[姓名]把件丢了"),
    ("导购李娜很热情", "导购[姓名]很热情"),
    ("師傅王建軍來得快", "師傅[姓名]來得快"),
    ("客服小王态度好", "客服[姓名]态度好"),
    ("骑手叫赵小满，人不错", "骑手叫[姓名]，人不错"),
    ("老师李娜很负责", "老师[姓名]很负责"),
    ("客户李明反映没送到", "客户[姓名]反映没送到"),
    ("员工张强推诿", "员工[姓名]推诿"),
    ("工号0077张强", "工号0077[姓名]"),
    ("工号：A1024，李娜", "工号：A1024，[姓名]"),
    ("张强（工号1024）", "[姓名]（工号1024）"),
    ("投诉人：王小明联系电话13800138000", "投诉人：[姓名]联系电话[手机]"),
    ("张伟 13800138000", "[姓名] [手机]"),
    ("联系王丽娜，电话138 0013 8000", "联系[姓名]，电话[手机]"),
]  # fmt: skip

HARMLESS = [
    # numbers that are none of the kinds
    "iPhone15 128G 1399元",
    "时间戳20260305143000",
    "2026-03-05 14:30:00下的单",
    "20260305买的",
    "总价¥13800.00",
    "花了13800138000元",
    "一共13800138000.5",
    "型号A13800138000B",
    "型号RTX4090-24G",
    "会员卡号8600001234567",
    "条形码6901234567892",
    "等了120分钟，排了300多号",
    "续航500-600公里",
    "尺寸120x80x45cm",
    "比例16:9，2560x1440",
    "4000毫安电池",
    "价格从2999降到1999",
    "评分4.8，3000+条评价",
    "版本v2.10.1305",
    "IMEI 861234567890123",
    "一百二十块",
    "一三五楼，一三八号",
    "一二三四五六七八九十一",
    "一九九八年至二零零八年",
    "一三八零零一三八零零零块",
    "编号0912345678",
    "时间0912134559",
    "总价0912-345-678元",
    "9123 4567",
    "手机6000-8000价位",
    "手机20260305买的",
    "电话20260305打的",
    "iPhone 13800",
    "iPhone 91234567",
    "会员卡号8600001234567890",
    "储值卡卡号8600001234567890",
    "银行卡20260305143000123被扣",
    "银行卡尾号6222",
    # orders and waybills are kinds of their own, kept
    "订单号13800138000什么时候发货",
    "订单编号：202603051430001234",
    "单号6222600260001072444",
    "快递单号SF1234567890123三天没动",
    "运单 YT1380013800012",
    "圆通YT13800138000123丢了",
    "工单编号20260305001没人处理",
    # public, not personal
    "微信支付失败",
    "微信WeChat支付打不开",
    "微信小程序卡顿",
    "微信公众号回复慢",
    "微信Android版闪退",
    "打12345投诉",
    "拨打110和12315",
    "用QQ登录不了",
    "@官方客服 出来回答",
    # roads and places without a door
    "人民路店排队久",
    "地铁2号线出口旁边",
    "南京路步行街很热闹",
    "中关村大街3号门进去",
    "物流一路5号才到",
    "2楼205包间太吵",
    "3号楼电梯坏了",
    "京东618活动",
    "新A5开了三年",
    "黑K70Pro手机不错",
    # no names
    "高级经理不理人",
    "大堂经理态度差",
    "项目经理不回电话",
    "黄金会员没用",
    "王者荣耀卡顿",
    "老师傅手艺好",
    "和小姐姐聊得来",
    "我先生很喜欢",
    "周末我先生去买",
    "对方经理说不行",
    "基金经理推荐的",
    "语文老师讲得好",
    "课程老师不负责",
    "面包师傅换人了",
    "快递师傅很辛苦",
    "尊敬的先生女士",
    "向经理投诉没用",
    "任何先生都能用",
    "本人高度怀疑是假货",
    "本人于2026年购买",
    "本人常年在外",
    "我叫外卖送错了",
    "名字叫法不对",
    "客户经理换了三个",
    "何时经理能来",
    "明白老师的意思",
    "康师傅方便面",
    "顾客服务差",
    "官方客服不理人",
    "苏宁客服推诿",
    "楼盘名字：金谷豪庭",
    "我是老顾客",
    "我是会员",
    "我是第一次来",
    "我是真的服了",
    "我是常客",
    "我是武汉人",
    "我是白羊座",
    "我是高中生",
    "店长很好",
    "店长高大帅气",
    "客服没人",
    "客服安排不了",
    "客服白问了",
    "客服小程序打不开",
    "店员周到得很",
    "师傅安装快",
    "师傅马上就来",
    "骑手小单不送",
    "导购颜值在线",
    "保险顾问的话",
    "会员费太贵了",
    "用户申金条太难",
    "会员万元以上",
    "员工关系好",
    "买家付定金之后",
    "联系人张口就来",
    "方便联系13分钟",
    "全小区26栋都停水",
]


@pytest.mark.parametrize(("raw", "masked"), PERSONAL)
def test_redact_masks_personal_data(raw: str, masked: str) -> None:
    aligned, counts = redact(normalise(raw))
    assert aligned.text == masked
    assert sum(counts.values()) == sum(aligned.text.count(placeholder) for placeholder in PLACEHOLDERS.values())


@pytest.mark.parametrize("raw", HARMLESS)
def test_redact_leaves_what_is_not_personal(raw: str) -> None:
    aligned, counts = redact(normalise(raw))
    assert (aligned.text, counts) == (raw, {})


@pytest.mark.parametrize("raw", [raw for raw, _ in PERSONAL])
def test_redact_twice_changes_nothing_more(raw: str) -> None:
    once, _ = redact(normalise(raw))
    twice, counts = redact(once)
    assert (twice.text, twice.normalised, counts) == (once.text, once.normalised, {})
    assert redact(normalise(once.text))[0].text == once.text


def test_redact_masks_orders_when_asked() -> None:
    aligned, counts = redact(normalise("订单号20260305143000，运单SF1234567890123，电话13800138000"), keep=frozenset({"phone"}))
    assert aligned.text == "订单号[订单号]，运单[运单号]，电话13800138000"
    assert counts == {"order": 1, "waybill": 1}


def test_redact_counts_by_kind_and_masks_both_writings() -> None:
    aligned, counts = redact(normalise("張先生！！！電話１３８００１３８０００，李女士😡"))
    assert aligned.text == "[姓名]先生！！！電話[手机]，[姓名]女士😡"
    assert aligned.normalised == "[姓名]先生!电话[手机],[姓名]女士[愤怒]"
    assert counts == {"name": 2, "phone": 1}


@pytest.mark.parametrize(
    ("header", "value", "masked"),
    [
        ("姓名", "李四", "[姓名]"),
        ("联系人", "Tom", "[姓名]"),
        ("Customer Name", "Tom", "[姓名]"),
        ("name", "Tom", "[姓名]"),
        ("手机号", "138****8000", "[手机]"),
        ("联系电话", "62345678", "[电话]"),
        ("Phone", "62345678", "[电话]"),
        ("收货地址", "幸福里", "[地址]"),
        ("E-mail", "李四@公司", "[邮箱]"),
        ("微信号", "lisi", "[微信]"),
        ("身份证号", "1", "[身份证]"),
        ("车牌号", "?", "[车牌]"),
        ("商品名称", "王小明牌电饭煲", "王小明牌电饭煲"),
        ("门店名称", "人民路店", "人民路店"),
        ("门店地址", "西湖区", "西湖区"),
        ("product_name", "Tom's tea", "Tom's tea"),
        ("是否留电话", "否", "否"),
        ("备注", "找李女士13800138000", "找[姓名]女士[手机]"),
        ("姓名", "", ""),
        ("open_id", "o6_bmjrPTlm6", "[微信]"),
        ("微信ID", "lisi", "[微信]"),
        ("身份证编号", "1", "[身份证]"),
        ("收件人", "Tom", "[姓名]"),
        ("收货人手机号", "转告", "[手机]"),
        ("客户名称", "Tom", "[姓名]"),
        ("买家昵称", "小鱼", "[姓名]"),
        ("门店联系人", "Tom", "[姓名]"),
        ("经办人", "刘芳", "[姓名]"),
        ("家庭住址", "幸福里", "[地址]"),
        ("导购", "李娜", "[姓名]"),
        ("导购", "早班", "早班"),
        ("customer_id", "李四", "[姓名]"),
        ("customer_id", "C10086", "C10086"),
        ("customer_id", "13800138000", "[手机]"),
        ("会员等级", "黄钻", "黄钻"),
        ("store", "高新店", "高新店"),
        ("channel", "电话", "电话"),
        ("门店电话", "前台", "前台"),
        ("手机型号", "iPhone 13800", "iPhone 13800"),
        ("手机号归属地", "杭州", "杭州"),
        ("电话服务满意度", "5", "5"),
        ("联系人类型", "业主", "业主"),
        ("邮件主题", "发票", "发票"),
        ("订单号", "13800138000", "13800138000"),
        ("订单备注", "找李女士13800138000", "找[姓名]女士[手机]"),
    ],
)
def test_redact_field_goes_by_header_then_by_content(header: str, value: str, masked: str) -> None:
    assert redact_field(header, value) == masked


FRAGMENTS = st.sampled_from(
    [
        *(raw for raw, _ in PERSONAL),
        *HARMLESS,
        "！！！",
        "好好好",
        "😡",
        "🍎",
        "㎡",
        "…",
        "体验(yàn)",
        "<br>",
        " ",
        "，",
        "張",
        "1",
        "号",
        "-",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS, max_size=6).map("".join))
def test_redact_keeps_the_texts_aligned(raw: str) -> None:
    aligned, counts = redact(normalise(raw))
    placeholder = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
    in_text = [match.span() for match in placeholder.finditer(aligned.text)]
    in_normalised = [match.span() for match in placeholder.finditer(aligned.normalised)]
    assert len(in_text) == len(in_normalised) >= sum(counts.values())
    assert [aligned.to_text(*span) for span in in_normalised] == in_text
    assert [aligned.to_normalised(*span) for span in in_text] == in_normalised
    assert list(aligned.origins) == sorted(aligned.origins)
    assert len(aligned.origins) == len(aligned.normalised) + 1
    assert aligned.origins[-1] == len(aligned.text)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=4).map("".join)))
def test_redact_is_idempotent(raw: str) -> None:
    once, _ = redact(normalise(raw))
    assert redact(once) == (once, {})


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "13800138000 ",
        "a",
        "a@",
        "王",
        "张先生",
        "路1号",
        "微信",
        "a.",
        "12栋",
        "客服王",
        "小王",
        "工号1",
        "一三八",
        "一 ",
        "+852 ",
        "我是王",
    ],
)
def test_redact_takes_linear_time(unit: str) -> None:
    """A pattern that backtracks would take minutes here."""
    aligned = normalise(unit * (100_000 // len(unit)))
    redact(aligned)


@pytest.mark.parametrize("address", ["漕溪北路1200弄5号602", "漕溪北路1200弄5号602室", "建国路88号院3号楼1单元1502"])
def test_redact_address_in_a_lane_or_yard_is_masked_to_the_room(address):
    assert redact(normalise(f"寄到徐汇区{address}"))[0].text == "寄到徐汇区[地址]"
