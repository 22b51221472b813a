"""What scraping leaves behind goes; what a customer wrote stays."""

from __future__ import annotations

import pytest

from voc.debris import clean

CLEANED = [
    # HTML
    ("等了<br/>两小时", "等了\n两小时"),
    ("<p style='color:red'>很差</p>", "很差"),
    ("<SPAN>好</SPAN>&nbsp;吃", "好 吃"),
    ("好&nbsp吃", "好 吃"),
    ("R&amp;D&amp;amp;D", "R&D&D"),
    ("&lt;br&gt;差", "差"),
    ("&#20013;&#x6587;", "中文"),
    ("&hellip;", "…"),
    ("<!-- 广告 -->好", "好"),
    # invisible characters
    ("差\u200b评\ufeff", "差评"),
    ("\u202e好\u202c\x00\x07吃", "好吃"),
    ("一行\r\n二行\r三行\u2028四行", "一行\n二行\n三行\n四行"),
    ("好\t吃\u00a0吗", "好 吃 吗"),
    ("\ud83d\ude0a半个\ud83d", "😊半个\ufffd"),
    ("e" + "\u0301" * 500, "e" + "\u0301" * 8),
    # pinyin in brackets
    ("客戶體驗(yàn)", "客戶體驗"),
    ("客户体验（yàn）", "客户体验"),
    ("請(qǐng)問價(jià)格", "請問價格"),
    ("音樂(yuè)和快樂(lè)", "音樂和快樂"),
    ("女(nǚ)裝(zhuāng)", "女裝"),
    ("驗(ya\u0300n)收", "驗收"),
    # damaged text around the bracket
    ("單一的產a(chǎn)品", "單一的產a品"),
    ("能夠?qū)α", "能夠α"),
    ("體驗(yàn)?zāi)P", "體驗P"),
    ("意愿?;?dòng)體", "意愿?;體"),
]

KEPT = [
    "a<b，3>2",
    "<3 喜欢",
    "若价格<b and c>d",
    "AT&T",
    "P&G;联合",
    "苹果(apple)",
    "他(ta)说",
    "服务(good)",
    "這個字(nà)念錯",
    "咖啡(café)",
    "好(hao)吃",
    "為什麼?(真的)",
    "👨‍👩‍👧 一家",
    "🤦🏻‍♀️无语",
    "1️⃣ 第一",
    "，。！？…",
    "",
]


@pytest.mark.parametrize(("raw", "text"), CLEANED)
def test_debris_is_removed(raw: str, text: str) -> None:
    assert clean(raw) == text


@pytest.mark.parametrize("raw", KEPT)
def test_debris_leaves_what_the_customer_wrote(raw: str) -> None:
    assert clean(raw) == raw


@pytest.mark.parametrize("raw", [raw for raw, _ in CLEANED])
def test_debris_cleaning_twice_changes_nothing_more(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)
