from __future__ import annotations

import json
from pathlib import Path

import pytest

from voc.corpora import example_clauses, lexicon_table
from voc.errors import SettingsError, TableError
from voc.modelstore import model_folder, read_meta
from voc.sentiment import Passage, SentimentModel
from voc.taxonomy import load_taxonomy
from voc.training import train
from voc.training.data import folds, read_gold, read_labelled

GOLD = [
    (
        "送餐太慢了，味道不错",
        "neutral",
        True,
        [("delivery", -1, "送餐太慢了", "配送慢", "delivery_slow"), ("product_quality", 1, "味道不错", None, None)],
    ),
    ("客服不回复", "negative", False, [("customer_support", -1, "客服不回复", "客服不回复", "cs_unreachable")]),
    ("味道很好", "positive", False, [("product_quality", 1, "味道很好", None, None)]),
    ("一般吧", "neutral", False, []),
    (
        "包装破了，快递很快",
        "neutral",
        True,
        [("packaging", -1, "包装破了", "包装破损", "packaging_damaged"), ("delivery", 1, "快递很快", None, None)],
    ),
] * 6
LABELLED = [("太差了", "negative"), ("很好", "positive"), ("太慢了", "negative"), ("不错", "positive"), ("一般", "neutral")] * 6


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, (text, sentiment, mixed, found) in enumerate(GOLD):
            mentions = [{"touchpoint": t, "polarity": p, "evidence": e, "pain": pain, "code": code} for t, p, e, pain, code in found]
            row = {
                "id": str(number),
                "source": "shop",
                "text": text,
                "sentiment": sentiment,
                "mixed": mixed,
                "mentions": mentions,
                "intents": [],
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    lines = ["source,text,label,scheme", *(f"shop,{text}{number},{label},three" for number, (text, label) in enumerate(LABELLED))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(("evidence", "clauses"), [("送餐太慢了", (0,)), ("味道不错", (1,)), ("慢了，味道", (0, 1)), ("送的太慢", (0,))])
def test_read_gold_finds_the_clauses_of_the_evidence(tmp_path, evidence, clauses):
    mention = {"touchpoint": "delivery", "polarity": -1, "evidence": evidence}
    path = tmp_path / "one.jsonl"
    path.write_text(
        json.dumps({"source": "x", "text": "送餐太慢了，味道不错", "sentiment": "negative", "mixed": False, "mentions": [mention]})
    )
    assert read_gold(path)[0].found[0][1] == clauses


def test_train_sentiment_writes_model_description_and_card(tmp_path, gold, labelled):
    folder = tmp_path / "model"
    meta = train("sentiment", gold, labelled, folder=folder)
    assert 0 <= meta.metrics["macro_f1"] <= 1
    assert {"heads.npz", "polarity/weights.npz", "tone/weights.npz"} <= set(meta.sha256)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"| macro_f1 | {meta.metrics['macro_f1']} |" in card
    assert "neutral" in card
    model = SentimentModel.load(folder)
    assert model.polarity.predict_proba([["太差了", "不错"]]).argmax(axis=1).tolist() == [0, 1]
    sentiment, verdicts = model.predict([Passage("太差了", ((0, 3),))])[0]
    assert sum(sentiment.probabilities.values()) == pytest.approx(1, abs=1e-3)
    assert len(verdicts) == 1


def test_train_pain_learns_known_problems(tmp_path, gold):
    meta = train("pain", gold, folder=tmp_path / "pain")
    assert set(meta.labels) == {code for code, *_ in lexicon_table("pains")}
    assert meta.metrics["accuracy"] > 0.5


def test_train_without_data_says_what_is_missing(gold, tmp_path):
    with pytest.raises(SettingsError, match="缺少训练数据"):
        train("sentiment", gold, folder=tmp_path / "model")


def test_read_labelled_leaves_out_what_is_scored_later_and_names_missing_columns(labelled, tmp_path):
    assert len(read_labelled(labelled).texts) == 30
    assert len(read_labelled(labelled, without=["太差了0!"]).texts) == 29
    (tmp_path / "other.csv").write_text("comment,label\n好,positive\n", encoding="utf-8")
    with pytest.raises(TableError, match="text"):
        read_labelled(tmp_path / "other.csv")


def test_folds_keep_groups_together():
    fold = folds([0, 0, 1, 1, 2, 2, 3, 3], 2, seed=1)
    assert all(fold[index] == fold[index + 1] for index in range(0, 8, 2))
    assert set(fold) == {0, 1}


@pytest.mark.parametrize("task", ["sentiment", "touchpoint", "pain"])
def test_shipped_models_are_what_their_description_says(task):
    import hashlib

    meta, folder = read_meta(task, "linear"), model_folder(task, "linear")
    assert meta.sha256
    for name, expected in meta.sha256.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {task}/linear {meta.version}")


def test_example_clauses_name_touchpoints_and_problems_that_exist():
    touchpoints, codes = {*load_taxonomy().by_id, "none"}, {"-", *(code for code, *_ in lexicon_table("pains"))}
    rows = example_clauses()
    assert len(rows) > 1000
    assert {row[0] for row in rows} == touchpoints
    assert {row[1] for row in rows} == {"-1", "0", "1"}
    assert {row[2] for row in rows} <= codes
    assert all(code == "-" or polarity == "-1" for _, polarity, code, _ in rows)
    assert len({text for *_, text in rows}) == len(rows)
