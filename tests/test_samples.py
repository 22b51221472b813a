"""The shipped samples are what corpora/samples/make.py writes, and hold what corpora/README.md promises."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any

import opencc
import pytest
import yaml
from python_calamine import CalamineWorkbook

SAMPLES = Path(__file__).resolve().parent.parent / "corpora" / "samples"
TOUCHPOINTS = {
    "advertising", "product_information", "presale_consultation", "store_environment", "staff_service", "price_promotion",
    "ordering_payment", "digital_experience", "assortment_stock", "channel_consistency", "product_quality", "order_accuracy", "delivery",
    "packaging", "installation", "after_sales", "customer_support", "membership_loyalty", "privacy_trust", "overall",
}  # fmt: skip
BIG_PAINS = (
    "queue_long", "parking", "staff_rude", "pricey", "price_drop", "coupon_unusable", "app_lag", "out_of_stock", "price_differs",
    "machine_broken", "fruit_bad", "not_as_described", "missing_item", "slow_rider", "slow_parcel", "damaged", "install_fee",
    "refund_slow", "support_silent", "points_expired", "harassment",
)  # fmt: skip
FIRST, SECOND = 8, 9  # columns of the two open questions


def survey(folder: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(folder / "retail_survey.xlsx").get_sheet_by_index(0).to_python()


def complaints(folder: Path) -> list[dict[str, str]]:
    with (folder / "complaints.csv").open(encoding="gb18030", newline="") as file:
        return list(csv.DictReader(file))


def reviews(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "reviews.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def phrases() -> Any:
    return yaml.safe_load((SAMPLES / "phrases.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def scene() -> Any:
    return yaml.safe_load((SAMPLES / "scene.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> list[list[Any]]:
    """Rows of the survey below its header."""
    return survey(SAMPLES)[3:]


@pytest.fixture(scope="module")
def texts(rows: list[list[Any]]) -> list[str]:
    """Every comment of the three files."""
    answers = [str(row[column]) for row in rows for column in (FIRST, SECOND) if row[column] != ""]
    return answers + [row["投诉内容"] for row in complaints(SAMPLES)] + [row["text"] for row in reviews(SAMPLES)]


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the three files made anew, and what the script printed."""
    folder = tmp_path_factory.mktemp("samples")
    made = subprocess.run([sys.executable, SAMPLES / "make.py", folder], check=True, capture_output=True, text=True)
    return folder, made.stdout


@pytest.mark.parametrize("name", ["complaints.csv", "reviews.jsonl"])
def test_samples_are_made_again_byte_for_byte(remade: tuple[Path, str], name: str) -> None:
    assert (remade[0] / name).read_bytes() == (SAMPLES / name).read_bytes()


def test_samples_survey_is_made_again_cell_for_cell(remade: tuple[Path, str]) -> None:
    assert survey(remade[0]) == survey(SAMPLES)


def test_samples_every_pain_and_every_praised_touchpoint_was_drawn(remade: tuple[Path, str], phrases: dict[str, Any]) -> None:
    drawn = {key: int(times) for times, key in (line.split() for line in remade[1].splitlines())}
    keys = {f"{touchpoint}.{pain}" for touchpoint, topic in phrases.items() for pain in topic["pains"]} | TOUCHPOINTS
    assert {key for key in keys if drawn.get(key, 0) < 5} == set()


def test_samples_phrases_cover_the_touchpoints(phrases: dict[str, Any]) -> None:
    assert set(phrases) == TOUCHPOINTS
    assert all(topic["praise"]["say"] and topic["pains"] for topic in phrases.values())


def test_samples_phrases_are_many_and_distinct(phrases: dict[str, Any]) -> None:
    pains = {name: entry for topic in phrases.values() for name, entry in topic["pains"].items()}
    entries = [*pains.values(), *(topic["praise"] for topic in phrases.values())]
    lines = [line for entry in entries for key in ("short", "say", "irony", "more") for line in entry.get(key, "").splitlines()]
    assert len(set(lines)) >= 1000
    thin = {name for name in BIG_PAINS if sum(len(pains[name].get(key, "").splitlines()) for key in ("short", "say", "irony")) < 18}
    assert thin == set()


def test_samples_survey_has_title_note_and_header() -> None:
    title, note, header = survey(SAMPLES)[:3]
    assert title[0] == "2026年二、三季度门店及商城满意度调查"
    assert set(title[1:]) == {""}
    assert note[0].startswith("说明：")
    assert header[:3] == ["答卷编号", "提交时间", "渠道"]
    assert header[FIRST:10] == ["您最不满意的地方是什么？为什么？", "您还有什么想对我们说的？"]


def test_samples_survey_covers_months_channels_stores_and_products(rows: list[list[Any]]) -> None:
    months = Counter(f"{row[1]:%Y-%m}" for row in rows if isinstance(row[1], datetime))
    assert sorted(months) == ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]
    assert min(months.values()) >= 200
    for column, count in ((2, 4), (3, 5), (4, 8), (6, 15)):
        common = {value for value, times in Counter(row[column] for row in rows).items() if times >= 20 and value != ""}
        assert len(common) == count
    assert len(rows) >= 1500


def test_samples_survey_traditional_share(rows: list[list[Any]]) -> None:
    simplify = opencc.OpenCC("t2s").convert
    answers = [f"{row[FIRST]}{row[SECOND]}" for row in rows]
    assert 0.04 <= mean(simplify(answer) != answer for answer in answers) <= 0.08


@pytest.mark.parametrize(
    ("number", "column", "value"),
    [
        (10037, 7, "十一"), (10112, 7, 99.0), (10455, 7, -1.0), (10604, 7, "非常愿意"), (10290, 1, "昨天下午"),
        (10688, 1, "2026年13月45日"), (10371, 1, "#REF!"), (10731, FIRST, "#REF!"), (11266, 1, ""), (11104, 2, "门店 "),
    ],
)  # fmt: skip
def test_samples_survey_keeps_its_spoiled_cells(rows: list[list[Any]], number: int, column: int, value: object) -> None:
    assert [row[column] for row in rows if row[0] == number] == [value]


def test_samples_survey_has_blank_shifted_and_doubled_rows(rows: list[list[Any]]) -> None:
    assert sum(set(row) == {""} for row in rows) == 3
    assert [row[0] for row in rows if row[1] == 10640.0] == [""]
    assert sum(row[1] in ("门店", "小程序", "天猫旗舰店", "电话回访") for row in rows) == 1
    assert sum(row[0] == 10859 for row in rows) == 2


@pytest.mark.parametrize(
    "pattern",
    [
        "13[0-9]0000[0-9]{4}", "13[89][ -]00", "微信|vx|V信", "@example", "DD2026[0-9]{10}", "SF10000000",
        "[沪粤京川浙]·?[A-Z]·?[A-Z0-9]{5}", "栋[0-9]+室", "先生|女士|小姐|经理|老师", "11010519491231002X", "4111 1111",
        "<br/?>|<p>|&nbsp;", r"\((yàn|shuō|mǎi|huò|qián)\)",
        "[😡😤🙃👍🌹🎉]", r"\[捂脸\]", "块递|因该|以经|在也|克服|东东", "啊啊啊|太太太|真的真的", "嘢|咗|唔", "巴适|硬是|要得",
    ],
)  # fmt: skip
def test_samples_texts_hold_what_real_ones_do(texts: list[str], pattern: str) -> None:
    assert any(re.search(pattern, text) for text in texts)


def test_samples_texts_show_no_notation_of_the_phrase_files(texts: list[str]) -> None:
    assert [text for text in texts if re.search(r"[{}|]|^@|\[[^\]]*\|", text)] == []


def test_samples_texts_repeat_only_where_meant(texts: list[str], scene: dict[str, Any]) -> None:
    simplify = opencc.OpenCC("t2s").convert
    none = set(scene["none"].split("|")) | {text for listed in scene["default_reviews"].values() for text in listed.split("|")}
    copied = tuple(template[3:12] for template in scene["templates"].splitlines())
    own = [text for text in texts if simplify(text) not in none and not any(part in text for part in copied)]
    assert len(own) >= 2200
    assert 1 - len(set(own)) / len(own) <= 0.02
    clauses = Counter(clause for text in own for clause in re.split("[，。！？,!?\n；]", text) if len(clause) >= 8)
    assert clauses.most_common(1)[0][1] <= 0.01 * len(own)


def test_samples_copied_reviews_are_exact_and_near(texts: list[str], scene: dict[str, Any]) -> None:
    templates = scene["templates"].splitlines()
    exact = sum(texts.count(template) for template in templates)
    near = sum(any(template[14:24] in text for template in templates) for text in texts) - exact
    assert exact >= 20
    assert near >= 5


def test_samples_trends_are_there(rows: list[list[Any]]) -> None:
    def share(pattern: str, of: list[list[Any]]) -> float:
        return mean(bool(re.search(pattern, f"{row[FIRST]}{row[SECOND]}")) for row in of)

    dated = [row for row in rows if isinstance(row[1], datetime)]
    from_august, before = [row for row in dated if row[1].month >= 8], [row for row in dated if row[1].month < 8]
    assert share("退款|退.{0,4}钱", from_august) > 2 * share("退款|退.{0,4}钱", before)
    lag = "闪退|卡死|白屏|太卡|卡顿|加载|转圈"
    assert share(lag, [row for row in dated if row[1].month <= 6]) > 3 * share(lag, from_august)
    chengdu = [row for row in rows if row[4] == "成都高新店"]
    assert share("排队|结账|收银", chengdu) > 1.5 * share("排队|结账|收银", [row for row in rows if row[4] != "成都高新店"])
    tmall = [row for row in rows if row[2] == "天猫旗舰店"]
    silent = "客服.{0,4}(不|没|装死|消失)|人工|没人理|没人回"
    assert share(silent, tmall) > 1.3 * share(silent, [row for row in rows if row[2] != "天猫旗舰店"])


def test_samples_nps_goes_with_what_is_said(rows: list[list[Any]], scene: dict[str, Any]) -> None:
    none = set(scene["none"].split("|"))
    scored = [row for row in rows if isinstance(row[7], float) and 0 <= row[7] <= 10]
    contented = mean(row[7] for row in scored if row[FIRST] in none)
    complaining = mean(row[7] for row in scored if len(str(row[FIRST])) > 12)
    assert contented > complaining + 3


def test_samples_complaints_are_long_and_hard_to_parse() -> None:
    rows = complaints(SAMPLES)
    assert len(rows) == 300
    assert all(40 <= len(row["投诉内容"]) <= 300 for row in rows)
    assert sum("\n" in row["投诉内容"] for row in rows) >= 15
    assert sum("," in row["投诉内容"] for row in rows) >= 15
    with pytest.raises(UnicodeDecodeError):
        (SAMPLES / "complaints.csv").read_text(encoding="utf-8")


def test_samples_reviews_have_their_fields() -> None:
    rows = reviews(SAMPLES)
    assert len(rows) == 400
    assert len({row["id"] for row in rows}) == 400
    assert {tuple(row) for row in rows} == {("id", "text", "rating", "created_at", "product", "channel")}
    assert {row["rating"] for row in rows} == {1, 2, 3, 4, 5}
