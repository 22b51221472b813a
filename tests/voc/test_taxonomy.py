"""A taxonomy of the user's own: errors name the line, and the worked example holds what corpora/README.md says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from voc.corpora import sample_path, taxonomy_path
from voc.errors import TaxonomyError
from voc.taxonomy import OVERALL, Taxonomy, load_taxonomy

BANK = """\
# 银行网点
name: bank
stages:
  branch: 网点
touchpoints:
  - id: queue
    zh: 排队叫号
    stage: branch
    keywords:
      - 排队
      - 叫号
  - id: loan
    zh: 贷款
    stage: branch
"""


@pytest.fixture(scope="module")
def hospital() -> Taxonomy:
    return load_taxonomy(taxonomy_path("hospital"))


def refusal(folder: Path, content: str) -> str:
    path = folder / "bank.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(path)
    return caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "line", "place"),
    [
        ("      - 叫号", "      - [叫号]", 11, "touchpoints.0.keywords.1"),
        ("zh: 贷款", "zh: 贷款\n    pain_type: slow", 14, "touchpoints.1.pain_type"),
        ("zh: 贷款", "zh: 贷款\n    关键词: [贷款]", 14, "touchpoints.1.关键词"),
        ("    zh: 贷款\n", "", 12, "touchpoints.1.zh"),
        ("id: loan", "id: queue", 12, "touchpoints.1.id"),
        ("zh: 贷款\n    stage: branch", "zh: 贷款\n    stage: app", 14, "touchpoints.1.stage"),
        ("name: bank", "name: bank\nversion: 一", 3, "version"),
        ("branch: 网点", "branch: [网点]", 4, "stages.branch"),
        ("name: bank\n", "", 2, "name"),
    ],
)
def test_taxonomy_error_names_the_line(tmp_path, old, new, line, place):
    chinese, english = refusal(tmp_path, BANK.replace(old, new)).split(" / ")
    assert chinese.startswith(f"触点文件有误，第 {line} 行：")
    assert chinese.endswith(f"（{place}）")
    assert f"line {line}: {place}: " in english


@pytest.mark.parametrize(("content", "line"), [("", 1), ("# 空\n- 排队\n- 叫号\n", 2), ("touchpoints: []\nname: bank\n", 1)])
def test_taxonomy_of_another_shape_is_refused_with_a_line(tmp_path, content, line):
    message = refusal(tmp_path, content)
    assert f"第 {line} 行：" in message
    assert f"line {line}: " in message


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [("zh: 贷款", "zh: 贷款: 利率", 13), ("zh: 贷款", "\tzh: 贷款", 13), ("zh: 排队叫号", "zh: !!python/name:os.system ''", 7)],
)
def test_taxonomy_syntax_error_names_the_line(tmp_path, old, new, line):
    message = refusal(tmp_path, BANK.replace(old, new))
    assert f"读不了触点文件，第 {line} 行附近不是 YAML / cannot read the taxonomy, near line {line}: " in message


def test_taxonomy_that_is_no_text_or_not_there_is_refused(tmp_path):
    path = tmp_path / "bank.yaml"
    with pytest.raises(TaxonomyError, match="cannot read"):
        load_taxonomy(path)
    path.write_bytes("名称".encode("gb18030"))
    with pytest.raises(TaxonomyError, match="cannot read"):
        load_taxonomy(path)
    assert "cannot read" in refusal(tmp_path, "name: bank\x00\n")


def test_hospital_touchpoints_have_what_teaches_them(hospital):
    assert len(hospital.touchpoints) == len(hospital.by_id) == 14
    assert {touchpoint.stage for touchpoint in hospital.touchpoints} == {*hospital.stages, ""}
    for touchpoint in hospital.touchpoints:
        if touchpoint.id != OVERALL:
            assert touchpoint.definition
            assert 8 <= len(touchpoint.keywords) <= 20, touchpoint.id
            assert len(set(touchpoint.keywords)) == len(touchpoint.keywords), touchpoint.id
            assert len(set(touchpoint.examples)) == 8, touchpoint.id
            hits = [touchpoint.id in hospital.keyword_hits(example) for example in touchpoint.examples]
            assert sum(hits) >= 6, touchpoint.id


def test_hospital_shares_only_overall_with_the_shipped_touchpoints(hospital):
    """The others would be read by a model that learned them of shops."""
    assert set(hospital.by_id) & set(load_taxonomy().by_id) == {OVERALL}


def test_hospital_sample_repeats_no_example(hospital):
    with sample_path("hospital.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row["评价内容"] for row in csv.DictReader(file)]
    assert len(set(texts)) == len(texts) == 60
    examples = {example for touchpoint in hospital.touchpoints for example in touchpoint.examples}
    assert not [text for text in texts if any(example in text for example in examples)]
