from __future__ import annotations

import random
import re
import subprocess
import sys
import warnings

import pytest

from voc.analysis import analyse
from voc.classify.linear import LinearClassifier
from voc.clustering import ProblemClusterer, ProblemSpace, smallest_group
from voc.modelstore import model_folder
from voc.naming import Namer
from voc.painpoints import Complaint, find_pain_points
from voc.pipeline import Pipeline
from voc.records import Quote
from voc.taxonomy import load_taxonomy
from voc.tokenise import word_tags

# Five ways to say the same: n-gram hashing alone sees five problems.
SLOW = ["送餐太慢了", "等了两个多小时才送到", "配送超时一个小时", "外卖送得太慢", "迟到了四十分钟"]
RUDE = ["服务员态度很差", "店员爱答不理", "服务态度恶劣", "服务员态度不好", "前台态度差"]
COLD = ["饭送来是凉的", "菜都凉了", "到手已经冷了", "汤是冷的", "饭都凉透了"]


@pytest.fixture(scope="module")
def namer(pipeline) -> Namer:
    return Namer(pipeline.words, word_tags(pipeline.nlp), pipeline.taxonomy)


@pytest.fixture(scope="module")
def space(namer) -> ProblemSpace:
    return ProblemSpace(LinearClassifier.load(model_folder("pain", "linear")), namer.content_words)


def complaints(texts, touchpoint):
    return [
        Complaint(Quote(comment_id=f"{touchpoint}-{number}", start=0, end=len(text), text=text), text, touchpoint, 0.9, grave=False)
        for number, text in enumerate(texts)
    ]


def test_find_pain_points_brings_different_wordings_of_one_problem_together(space, namer):
    points, outside = find_pain_points(
        [*complaints(SLOW, "delivery"), *complaints(RUDE, "staff_service"), *complaints(COLD, "product_quality")], 15, space, namer
    )
    members = {point.label: {quote.text for quote in point.members} for point in points}
    assert len(members["配送慢"] & set(SLOW)) >= 4
    assert any(len(texts & set(RUDE)) >= 4 for texts in members.values())
    assert any(len(texts & set(COLD)) >= 4 for texts in members.values())
    assert outside == 15 - sum(point.size for point in points)
    slow = next(point for point in points if point.label == "配送慢")
    assert slow.touchpoint == "delivery"
    assert slow.share == round(slow.comments / 15, 4)
    assert slow.interval[0] < slow.share < slow.interval[1]
    assert {quote.text for quote in slow.quotes} <= members["配送慢"]


def test_find_pain_points_does_not_depend_on_the_order(space, namer):
    everything = [*complaints(SLOW, "delivery"), *complaints(RUDE, "staff_service"), *complaints(COLD, "product_quality")]
    shuffled = random.Random(3).sample(everything, len(everything))
    assert find_pain_points(everything, 15, space, namer) == find_pain_points(shuffled, 15, space, namer)


def test_find_pain_points_of_nothing_is_nothing(space, namer):
    assert find_pain_points([], 10, space, namer) == ([], 0)


def test_find_pain_points_leaves_a_lone_complaint_unassigned(space, namer):
    assert find_pain_points(complaints(["电梯按钮失灵没人修"], "overall"), 1, space, namer) == ([], 1)


def test_mined_names_say_what_is_wrong_with_what(namer):
    names = namer.mined_names(["地铁口的共享单车乱停放"] * 3 + ["共享单车乱停放没人管", "共享单车到处乱停放"])
    assert "共享单车" in names[0]
    assert "停放" in names[0]
    assert all(2 <= len(name) <= 10 and " " not in name for name in names)
    assert len(set(names)) == len(names)


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
