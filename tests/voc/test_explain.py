from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.cli import main
from voc.errors import SettingsError
from voc.explain import explain
from voc.pipeline import Pipeline
from voc.records import ExplainedClause, Explanation, Sentiment, WordValue
from voc.tokenise import userdict_entries

PARTS = [
    "送餐太慢",
    "味道不错",
    "１３８００１３８０００",
    "😡",
    "體驗(yàn)",
    "！！！！",
    "<br>",
    "但是",
    "㎡",
    " ",
    "ok fine",
    "“”",
    "好好好好吃",
]


def words(explanation: Explanation) -> dict[str, WordValue]:
    return {word.text: word for clause in explanation.clauses for word in clause.words}


def balance(sentiment: Sentiment) -> float:
    return sentiment.probabilities["positive"] - sentiment.probabilities["negative"]


def feeling(clause: ExplainedClause) -> float:
    return {"negative": -1, "neutral": 0, "positive": 1}[clause.sentiment.label] * clause.sentiment.score


@pytest.mark.parametrize("text", ["不好吃", "一点都不好吃", "很不满意"])
def test_explain_negation_flips_the_verdict(pipeline, text):
    explanation = explain(text, pipeline)
    assert explanation.sentiment.label == "negative"
    found = words(explanation)
    assert min(found.values(), key=lambda word: word.clause).text == "不"
    assert found["不"].sentiment < -1  # without it the comment is praise
    assert found["不"].clause < 0


def test_explain_keeps_praise_and_complaint_around_a_turn_apart(pipeline):
    explanation = explain("包装完好，但是送餐太慢", pipeline)
    praise, complaint = explanation.clauses
    assert [word.text for word in praise.words] == ["包装", "完好"]
    assert [word.text for word in complaint.words] == ["但是", "送餐", "太慢"]
    assert max(praise.words, key=lambda word: word.clause).text == "完好"
    assert min(complaint.words, key=lambda word: word.clause).text == "太慢"
    assert words(explanation)["完好"].sentiment > 0 > words(explanation)["太慢"].sentiment


@pytest.mark.parametrize(
    ("text", "touchpoint", "decides"),
    [
        ("送餐太慢了", "delivery", "送餐"),
        ("客服半天不回消息", "customer_support", "客服"),
        ("包装完好，但是送餐太慢", "packaging", "包装"),
        ("包装完好，但是送餐太慢", "delivery", "太慢"),
    ],
)
def test_explain_finds_the_word_that_decides_the_touchpoint(pipeline, text, touchpoint, decides):
    (clause,) = (clause for clause in explain(text, pipeline).clauses if touchpoint in clause.touchpoints)
    strongest = max(clause.words, key=lambda word: word.touchpoints[touchpoint])
    assert strongest.text == decides
    assert strongest.touchpoints[touchpoint] > 0.4  # also where another word of the clause would do as well: 送餐, 太慢
    assert all(set(word.touchpoints) == set(clause.touchpoints) for word in clause.words)


@pytest.mark.parametrize(
    ("text", "touchpoint", "both"),
    [("送餐太慢", "delivery", ("送餐", "太慢")), ("快递很快", "delivery", ("快递", "很快"))],
)
def test_explain_counts_both_of_two_words_that_would_each_do_for_a_touchpoint(pipeline, text, touchpoint, both):
    found = words(explain(text, pipeline))
    assert all(found[word].touchpoints[touchpoint] > 0.3 for word in both)


def test_explain_counts_both_of_two_words_that_would_each_do_for_the_feeling(pipeline):
    found = words(explain("房间又脏又臭", pipeline))
    assert sorted(found, key=lambda word: found[word].clause)[:2] == ["臭", "脏"]
    assert found["臭"].clause < -0.3 > found["脏"].clause


def test_explain_negated_praise_still_counts_as_praise(pipeline):
    found = words(explain("东西不好吃", pipeline))
    assert found["不"].clause < 0 < found["好吃"].clause


@pytest.mark.parametrize("text", ["送餐太慢", "东西不好吃，快递很快"])
def test_explain_says_the_same_twice(pipeline, text):
    assert explain(text, pipeline) == explain(text, pipeline)


@pytest.mark.parametrize(
    ("text", "word", "without", "alone", "empty"),
    [
        ("不好吃", "不", "好吃", "不", ""),
        ("菜不新鲜，但是包装完好！", "新鲜", "菜不，但是包装完好！", "新鲜，但是包装完好！", "，但是包装完好！"),
        ("The box was late", "box", "The was late", "box", ""),
        ("送餐慢 味道好", "慢", "送餐 味道好", "慢 味道好", " 味道好"),  # the blank that parts two clauses stays
        ("味道不好，太贵了", "味道不好", "，太贵了", "味道不好，太贵了", "，太贵了"),
    ],
)
def test_explain_value_is_what_a_word_adds_last_and_first(pipeline, text, word, without, alone, empty):
    said = [balance(pipeline(comment).sentiment) for comment in (text, without, alone, empty)]
    change = (said[0] - said[1] + said[2] - said[3]) / 2
    # Not closer: a whole comment is cleaned of the blank in front of it.
    assert words(explain(text, pipeline))[word].sentiment == pytest.approx(change, abs=5e-3)


def test_explain_only_word_of_a_clause_is_all_of_it(pipeline):
    clause = explain("味道不好，包装完好", pipeline).clauses[0]
    (word,) = clause.words
    assert word.clause == feeling(clause) != 0
    score = next(mention.score for mention in pipeline("味道不好，包装完好").touchpoints if mention.id == "product_quality")
    assert word.touchpoints == {"product_quality": pytest.approx(score, abs=1e-4)}


@given(st.lists(st.sampled_from(PARTS), max_size=7))
@settings(max_examples=40, deadline=None)
def test_explain_values_and_offsets_hold_for_any_text(pipeline, parts):
    text = "，".join(parts)
    explanation, annotation = explain(text, pipeline, most=3), pipeline(text)
    assert explanation.text == annotation.text
    assert explanation.sentiment == annotation.sentiment
    assert explanation.left_out + len(explanation.clauses) == len(annotation.clauses)
    assert "13800138000" not in explanation.model_dump_json()
    for clause in explanation.clauses:
        assert clause.words or explanation.text[clause.start : clause.end] == "“”"
        assert [word.start for word in clause.words] == sorted(word.start for word in clause.words)
        for word in clause.words:
            assert clause.start <= word.start < word.end <= clause.end
            assert explanation.text[word.start : word.end] == word.text
            assert any(character.isalnum() or ord(character) > 0x2100 for character in word.text)
            assert -2 <= word.sentiment <= 2
            assert -2 <= word.clause <= 2
            assert all(-1 <= value <= 1 for value in word.touchpoints.values())


def test_explain_is_the_same_whether_variants_are_scored_together_or_alone(pipeline, monkeypatch):
    text = "菜不新鲜，但是包装完好，客服半天不回消息"
    together = explain(text, pipeline)
    judge = pipeline.judge
    monkeypatch.setattr(pipeline, "judge", lambda passages, shifts=None: [judge([passage])[0] for passage in passages])
    assert explain(text, pipeline) == together


def test_explain_reads_a_traditional_twin_alike_in_its_own_script(pipeline):
    simplified, traditional = explain("送餐太慢，味道不错", pipeline), explain("送餐太慢，味道不錯", pipeline)
    assert words(traditional)["不錯"].sentiment == words(simplified)["不错"].sentiment


def test_explain_clause_of_marks_alone_does_not_shift_the_others(pipeline):
    clause = explain("“”，东西不好吃", pipeline).clauses[-1]
    assert min(clause.words, key=lambda word: word.clause).text == "不"


def test_explain_shows_the_strongest_clauses_and_counts_the_others(pipeline):
    text = "昨天买的，送餐太慢了，味道不错，一共三个人"
    everything, two = explain(text, pipeline), explain(text, pipeline, most=2)
    assert (everything.left_out, two.left_out) == (0, 2)
    weakest_shown = min(abs(feeling(clause)) for clause in two.clauses)
    others = [clause for clause in everything.clauses if clause not in two.clauses]
    assert len(others) == 2
    assert max(abs(feeling(clause)) for clause in others) <= weakest_shown
    assert [clause.start for clause in two.clauses] == sorted(clause.start for clause in two.clauses)


@pytest.mark.parametrize("text", ["", "   ", "。。。", "！？"])
def test_explain_text_without_words_has_no_clause(pipeline, text):
    assert explain(text, pipeline).clauses == ()


def test_explain_placeholder_is_one_word(pipeline):
    (clause,) = explain("打13800138000没人接", pipeline).clauses
    assert "[手机]" in [word.text for word in clause.words]


def test_explain_uses_the_words_of_a_user_dictionary(tmp_path):
    userdict = tmp_path / "mine.txt"
    userdict.write_text("捞派滑牛肉\n", encoding="utf-8")
    pipeline = Pipeline(userdicts=[userdict])
    assert "捞派滑牛肉" in userdict_entries(pipeline.nlp)
    assert "捞派滑牛肉" in words(explain("捞派滑牛肉不新鲜", pipeline))
    assert pipeline.userdict_hits["捞派滑牛肉"] == 1  # the variants count for nothing


def test_explain_refuses_no_clause_at_all(pipeline):
    with pytest.raises(SettingsError, match="0"):
        explain("味道不错", pipeline, most=0)


def test_cli_explain_prints_words_with_signed_values_and_no_personal_data(capsys):
    main(["explain", "打１３８００１３８０００没人接，东西不好吃", "--clauses", "1"], standalone=False)
    printed = capsys.readouterr().out
    assert "13800138000" not in printed
    assert "１３８００" not in printed
    assert "东西不好吃 → 负面 negative" in printed
    assert "另有 1 个分句未列出 / 1 more clauses not shown" in printed
    rows = [line.split("│")[1:3] for line in printed.splitlines() if line.startswith("│")]
    sizes = [abs(float(value)) for _, value in rows]
    assert rows[0][0].strip() == "不"
    assert float(rows[0][1]) < -1
    assert sizes == sorted(sizes, reverse=True)


def test_cli_explain_does_not_take_a_placeholder_for_markup(capsys):
    main(["explain", "打13800138000没人接"], standalone=False)
    printed = capsys.readouterr().out
    assert "打[手机]没人接 →" in printed
    assert "│ [手机]" in printed


def test_cli_explain_says_that_there_is_nothing_to_explain(capsys):
    main(["explain", ""], standalone=False)
    assert "没有可解释的分句 / no clause to explain" in capsys.readouterr().out


def test_cli_explain_reads_standard_input_of_any_encoding_and_prints_the_record():
    code = "from voc.cli import main; main(['explain', '-', '--json'])"
    text = "菜不新鲜，电话13800138000没人接"
    done = subprocess.run([sys.executable, "-c", code], input=text.encode("gb18030"), capture_output=True, check=True)
    assert Explanation.model_validate_json(done.stdout).text == "菜不新鲜，电话[手机]没人接"
    assert json.loads(done.stdout)["schema"] == "voc.explanation/1"


def test_cli_explain_refuses_a_number_of_clauses_below_one(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["explain", "味道不错", "--clauses", "0"])
    assert ended.value.code == 2
    assert "--clauses" in capsys.readouterr().err


def test_cli_schema_of_an_explanation(capsys):
    main(["schema", "explanation"], standalone=False)
    assert set(json.loads(capsys.readouterr().out)["properties"]) == set(Explanation.model_json_schema()["properties"])
