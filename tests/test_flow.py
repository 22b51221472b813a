"""One batch, end to end: the spreadsheet that an analyst uploads, and what comes of it."""

from __future__ import annotations

import json
import re

import pytest

from conftest import ROOT
from voc.cli import main
from voc.records import Analysis, Annotation, Comment

SURVEY = ROOT / "corpora" / "samples" / "retail_survey.xlsx"


@pytest.fixture(scope="module")
def analysed(tmp_path_factory) -> tuple[Analysis, str]:
    path = tmp_path_factory.mktemp("flow") / "analysis.json"
    main(["analyse", str(SURVEY), "-o", str(path)], standalone=False)
    text = path.read_text(encoding="utf-8")
    return Analysis.model_validate_json(text), text


def test_flow_reads_the_survey_as_a_person_would(analysed):
    analysis, _ = analysed
    (table,) = analysis.input.files
    assert table.header_row == 3  # under a title and a note
    assert table.columns["nps"] == "您向朋友推荐我们的可能性（0-10）"
    assert table.text_columns == ("您最不满意的地方是什么？为什么？", "您还有什么想对我们说的？")
    assert analysis.input.rows == analysis.input.comments + len(analysis.input.problems)
    assert analysis.input.duplicates > 0
    assert analysis.metrics.nps is not None
    assert analysis.metrics.nps.n > 1600  # also those who gave a score and wrote nothing


def test_flow_finds_pain_points_that_people_can_read(analysed):
    analysis, _ = analysed
    labels = [point.label for point in analysis.pain_points]
    assert len(set(labels)) == len(labels)
    assert all(2 <= len(label) <= 12 and " " not in label for label in labels)
    assert {"配送慢", "退换货难", "价格贵"} <= set(labels[:25])
    assert [point.comments for point in analysis.pain_points] == sorted((point.comments for point in analysis.pain_points), reverse=True)


def test_flow_every_number_has_its_evidence(analysed):
    analysis, _ = analysed
    comments = analysis.input.comments
    for point in analysis.pain_points:
        assert point.size == len(point.members)
        assert point.comments == len({member.comment_id for member in point.members})
        assert point.share == pytest.approx(point.comments / comments, abs=1e-4)
        assert point.interval[0] <= point.share <= point.interval[1]
        assert set(point.quotes) <= set(point.members)
        assert all(len(member.text) == member.end - member.start for member in point.members)
    assert sum(share.n for share in analysis.metrics.sentiment.values()) == comments


def test_flow_lets_no_personal_data_through(analysed):
    _, text = analysed
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)
    assert not re.search(r"[\w.]+@[\w.]+\.(?:com|cn)", text)


def test_flow_again_gives_the_same_but_for_the_run(analysed, tmp_path):
    _, text = analysed
    main(["analyse", str(SURVEY), "-o", str(tmp_path / "again.json")], standalone=False)
    one, two = json.loads(text), json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))
    assert list(one) == ["schema", "run", "input", "metrics", "journey", "pain_points", "unassigned", "quality", "changes"]
    one.pop("run"), two.pop("run")
    assert json.dumps(one) == json.dumps(two)


@pytest.mark.parametrize("name", ["complaints.csv", "reviews.jsonl"])
def test_flow_ingest_and_score_agree_on_every_sample(name, tmp_path):
    sample = str(ROOT / "corpora" / "samples" / name)
    main(["ingest", sample, "-o", str(tmp_path / "comments.jsonl")], standalone=False)
    main(["score", sample, "-o", str(tmp_path / "scores.jsonl")], standalone=False)
    comments = [Comment.model_validate_json(line) for line in (tmp_path / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    scores = [Annotation.model_validate_json(line) for line in (tmp_path / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [comment.id for comment in comments] == [score.id for score in scores]
    assert [comment.text for comment in comments] == [score.text for score in scores]
    assert len(scores) >= 300


def test_flow_own_dictionary_reports_what_was_applied(write_table, tmp_path, capsys):
    userdict = tmp_path / "mine.txt"
    userdict.write_text("捞派滑牛肉\n", encoding="utf-8")
    main(
        ["score", str(write_table(["捞派滑牛肉不新鲜", "好吃"])), "-o", str(tmp_path / "o.jsonl"), "--userdict", str(userdict)],
        standalone=False,
    )
    assert "捞派滑牛肉 1 条" in capsys.readouterr().err
