from __future__ import annotations

import random
import re
import subprocess
import sys
import warnings

import pytest

from toy_codebook import complaint
from voc.analysis import analyse
from voc.clustering import ProblemClusterer, smallest_group
from voc.grouping import Grouping
from voc.painpoints import find_pain_points
from voc.pipeline import Pipeline
from voc.space import place
from voc.taxonomy import load_taxonomy

# Five ways to say the same: n-gram hashing alone sees five problems.
SLOW = ["送餐太慢了", "等了两个多小时才送到", "配送超时一个小时", "外卖送得太慢", "迟到了四十分钟"]
RUDE = ["服务员态度很差", "店员爱答不理", "服务态度恶劣", "服务员态度不好", "前台态度差"]
COLD = ["饭送来是凉的", "菜都凉了", "到手已经冷了", "汤是冷的", "饭都凉透了"]


# One complaint in twenty wordings and both scripts.
PARAPHRASES = [
    "送餐太慢了",
    "等了两个小时才送到",
    "配送超时一个多小时",
    "外卖送得太慢",
    "迟到了四十分钟",
    "骑手送得特别慢",
    "下单两小时还没送来",
    "快递太慢了，等了五天",
    "物流慢得离谱",
    "送货速度太慢",
    "送餐太慢，等了一個半小時",
    "配送速度太慢了",
    "送得太慢，餓死了",
    "外賣遲到一個小時",
    "等了好久才送到",
    "物流太慢，一個星期才到",
    "送餐超時",
    "配送慢，催了三次",
    "送达时间比预计晚一小时",
    "快遞慢到懷疑人生",
]


def complaints(texts, touchpoint):
    return [complaint(f"{touchpoint}-{number}", text, touchpoint=touchpoint) for number, text in enumerate(texts)]


def test_find_pain_points_brings_different_wordings_of_one_problem_together(space, namer):
    everything = [*complaints(SLOW, "delivery"), *complaints(RUDE, "staff_service"), *complaints(COLD, "product_quality")]
    points, outside = find_pain_points(place(everything, space), 15, namer)
    members = {point.label: {quote.text for quote in point.members} for point in points}
    assert len(members["配送慢"] & set(SLOW)) >= 4
    assert any(len(texts & set(RUDE)) >= 4 for texts in members.values())
    assert any(len(texts & set(COLD)) >= 4 for texts in members.values())
    assert len(outside) == 15 - sum(point.size for point in points)
    slow = next(point for point in points if point.label == "配送慢")
    assert slow.touchpoint == "delivery"
    assert slow.share == round(slow.comments / 15, 4)
    assert slow.interval[0] < slow.share < slow.interval[1]
    assert {quote.text for quote in slow.quotes} <= members["配送慢"]


def test_find_pain_points_does_not_depend_on_the_order(space, namer):
    everything = [*complaints(SLOW, "delivery"), *complaints(RUDE, "staff_service"), *complaints(COLD, "product_quality")]
    shuffled = random.Random(3).sample(everything, len(everything))
    assert find_pain_points(place(everything, space), 15, namer) == find_pain_points(place(shuffled, space), 15, namer)


def test_find_pain_points_of_nothing_is_nothing(space, namer):
    assert find_pain_points(place([], space), 10, namer) == ([], [])


def test_find_pain_points_leaves_a_lone_complaint_unassigned(space, namer):
    (lone,) = complaints(["电梯按钮失灵没人修"], "overall")
    assert find_pain_points(place([lone], space), 1, namer) == ([], [lone])


def test_detail_says_how_small_a_problem_may_be(space, namer):
    placed = place(complaints([*SLOW * 40, *["骑手电话打不通"] * 3], "delivery"), space)
    sizes = {
        detail: [point.size for point in find_pain_points(placed, 203, namer, Grouping(detail))[0]]
        for detail in ("coarse", "normal", "fine")
    }
    assert sizes == {"coarse": [200], "normal": [200, 3], "fine": [200, 3]}


def test_max_unassigned_lets_complaints_join_what_they_are_like_but_not_what_they_are_not(space, namer):
    """One of the two has a word in common with slow delivery, the other nothing: it stays outside though none should."""
    placed = place(complaints([*SLOW * 3, "外卖放错楼层", "快递柜取件码不对"], "delivery"), space)
    _, before = find_pain_points(placed, 17, namer)
    points, after = find_pain_points(placed, 17, namer, Grouping(max_unassigned=0.0))
    assert (len(before), [one.quote.text for one in after]) == (2, ["快递柜取件码不对"])
    assert "外卖放错楼层" in {quote.text for quote in points[0].members}


def test_twenty_paraphrases_of_slow_delivery_are_one_pain_point(pipeline, write_table):
    """In both scripts; the others are there to be kept apart from them."""
    analysis = analyse([write_table([*PARAPHRASES, *RUDE, *COLD])], pipeline=pipeline)
    slow = next(point for point in analysis.pain_points if point.label == "配送慢")
    assert slow.touchpoint == "delivery"
    assert slow.gloss == "slow delivery"
    assert len({quote.comment_id for quote in slow.members}) == 20
    assert not {quote.text for quote in slow.members} & {*RUDE, *COLD}


def test_mined_names_say_what_is_wrong_with_what(namer):
    names = namer.mined_names(["地铁口的共享单车乱停放"] * 3 + ["共享单车乱停放没人管", "共享单车到处乱停放"])
    assert "共享单车" in names[0]
    assert "停放" in names[0]
    assert all(2 <= len(name) <= 10 and " " not in name for name in names)
    assert len(set(names)) == len(names)


def test_mined_names_deny_only_what_stands_next_to_the_negation(namer):
    assert "没有停车位" in namer.mined_names(["小区里没有停车位", "这里没有停车位"])
    names = namer.mined_names(["没有考虑过周边居民的休息", "没有顾及到附近居民"])
    assert not [name for name in names if "没有居民" in name]


def test_mined_names_of_clauses_with_nothing_in_common_are_none(namer):
    assert (
        namer.mined_names([f"{thing}不{how}" for thing, how in zip("门窗墙灯锁梯表箱管线井路", "亮响开关净平直稳通畅全齐", strict=True)])
        == []
    )


def test_space_likeness_is_that_of_the_problem_not_of_the_letters(space):
    vectors = space.transform(["送餐太慢了", "等了两个多小时才送到", "味道太咸了"])
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > 0.3 > 0.1 > likeness[0, 2]


def test_clusterer_groups_large_data_sample_by_sample(space, monkeypatch):
    monkeypatch.setattr("voc.clustering.MOST_AT_ONCE", 30)
    texts = [f"{text}{number}" for number in range(20) for text in ("送餐太慢", "态度很差", "饭菜凉了")]
    labels = ProblemClusterer().fit(space.transform(texts)).labels_
    for kind in range(3):
        assert len(set(labels[kind::3])) <= 3
    assert len(set(labels)) >= 3


@pytest.mark.parametrize(("complaints_", "fewest"), [(10, 2), (500, 2), (2000, 8)])
def test_smallest_group_grows_with_the_batch(complaints_, fewest):
    assert smallest_group(complaints_) == fewest


def test_bertopic_with_the_default_language_would_delete_all_chinese():
    """Why `language="multilingual"` is given; if this fails, BERTopic has mended it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
    import pandas as pd

    documents = pd.DataFrame({"Document": ["送餐太慢了"], "ID": [0]})
    assert BERTopic(language="english", embedding_model=None)._preprocess_text(documents.Document.to_numpy()) == ["emptydoc"]
    assert BERTopic(language="multilingual", embedding_model=None)._preprocess_text(documents.Document.to_numpy()) == ["送餐太慢了"]


def test_analysis_leaves_the_warning_filters_of_the_process_alone(write_table):
    code = (
        "import sys, warnings; from pathlib import Path; before = list(warnings.filters)\n"
        "from voc.analysis import analyse\n"
        "analyse([Path(sys.argv[1])])\n"
        "new = [one for one in warnings.filters if one not in before and one[0] == 'ignore' and not one[1] and not one[3]]\n"
        "silenced = [one for one in new if one[2] in (UserWarning, FutureWarning)]\n"
        "assert not silenced, silenced"
    )
    table = write_table([*SLOW, *RUDE])
    subprocess.run([sys.executable, "-c", code, str(table)], check=True)


def test_analyse_two_runs_are_identical_save_for_the_run(write_table):
    table = write_table([*SLOW, *RUDE, *COLD, "很好吃", "。。。", ""])
    one, two = (analyse([table]).model_dump_json(exclude={"run"}) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("texts", [["送货太慢了", "味道不好"], ["送货太慢了,味道不好,客服不理人"], ["东西太差"] * 9, ["slow"], ["好"]])
def test_analyse_copes_with_a_handful_of_words(write_table, texts):
    analysis = analyse([write_table(texts)])
    assert analysis.input.comments == len(texts)
    assert all(point.comments <= len(texts) for point in analysis.pain_points)


def test_analyse_files_pain_points_under_the_users_own_touchpoints(write_table, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\ntouchpoints:\n  - {id: queue, zh: 排队, keywords: [排队]}\n  - {id: refund, zh: 退款, keywords: [退款]}\n")
    table = write_table(
        [*[f"{place}排队太久没人管" for place in ("收银台", "门口", "试衣间", "窗口")], "退款太慢", "退款一直没到账", "退款拖了半个月"]
    )
    points = analyse([table], pipeline=Pipeline(taxonomy=load_taxonomy(path))).pain_points
    assert points
    assert {point.touchpoint for point in points} <= {"queue", "refund", "overall"}
    assert any(point.touchpoint == "queue" and point.comments >= 3 for point in points)


def test_analyse_counts_the_score_of_who_wrote_nothing(tmp_path):
    table = tmp_path / "nps.csv"
    table.write_text("您的意见,推荐分\n送货太慢了,0\n,10\n,10\n,10\n,10\n很差很差,1\n", encoding="utf-8")
    analysis = analyse([table])
    assert analysis.metrics.nps is not None
    assert (analysis.metrics.nps.n, analysis.metrics.nps.value) == (6, 33.3)


def test_analyse_takes_no_personal_data_as_an_id_or_file_name(tmp_path):
    table = tmp_path / "13812345678投诉.csv"
    table.write_text(
        "编号,评价内容\n13812345678,送货太慢了等了五天\n13912345678,送货太慢了等了三天\n13712345678,送货慢等了两天\n", encoding="utf-8"
    )
    text = analyse([table]).model_dump_json()
    assert not re.search(r"1[389]\d{9}", text)
    assert "编号是个人信息" in text
