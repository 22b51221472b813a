from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import ROOT
from voc.corpora import example_clauses, lexicon_table
from voc.errors import ModelNotFound, SettingsError, TableError
from voc.modelstore import model_folder, read_meta
from voc.pipeline import Pipeline
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
] * 24
LABELLED = [("太差了", "negative"), ("很好", "positive"), ("太慢了", "negative"), ("不错", "positive"), ("一般", "neutral")] * 6


def _gold_file(path: Path, rows=GOLD) -> Path:
    lines = []
    for number, (words, sentiment, mixed, found) in enumerate(rows):
        text = f"{words}，第{number // 5}次"
        mentions = [{"touchpoint": t, "polarity": p, "evidence": e, "pain": pain, "code": code} for t, p, e, pain, code in found]
        intents = ["churn"] if number % 4 == 0 else []
        row = {"id": str(number), "source": "shop", "text": text, "sentiment": sentiment, "mixed": mixed, "mentions": mentions}
        lines.append(json.dumps({**row, "intents": intents, "informative": words != "一般吧"}, ensure_ascii=False))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _labelled_file(path: Path) -> Path:
    lines = ["source,text,label,scheme", *(f"shop,{text}{number},{label},three" for number, (text, label) in enumerate(LABELLED))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _aspects_file(path: Path) -> Path:
    mention = {"raw": "food quality", "touchpoint": None, "polarity": "positive", "aspect": None, "evidence": "好吃"}
    rows = [{"source": "food", "text": f"菜好吃{number}", "mentions": [mention]} for number in range(20)]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def _services_file(path: Path) -> Path:
    path.write_text("text,intent\n什么时候发货,催发货\n能退吗,退货\n", encoding="utf-8")
    return path


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return _labelled_file(tmp_path / "labelled.csv")


@pytest.mark.parametrize(("evidence", "clauses"), [("送餐太慢了", (0,)), ("味道不错", (1,)), ("慢了，味道", (0, 1)), ("送的太慢", (0,))])
def test_read_gold_finds_the_clauses_of_the_evidence(tmp_path, evidence, clauses):
    mention = {"touchpoint": "delivery", "polarity": -1, "evidence": evidence}
    path = tmp_path / "one.jsonl"
    path.write_text(
        json.dumps({"source": "x", "text": "送餐太慢了，味道不错", "sentiment": "negative", "mixed": False, "mentions": [mention]})
    )
    assert read_gold(path)[0].found[0][1] == clauses


@pytest.mark.parametrize("line", ["送餐太慢了", '["送餐太慢了"]'])
def test_read_gold_refuses_a_line_that_is_no_object(tmp_path, line):
    path = tmp_path / "bad.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(TableError) as refused:
        read_gold(path)
    assert (refused.value.code, refused.value.where["row"]) == ("bad_json_line", 2)
    assert "送餐" not in str(refused.value)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_bert) -> Path:
    """A home in which every task was trained, from a tiny transformer and a handful of comments."""
    home = tmp_path_factory.mktemp("home")
    (home / "corpora").symlink_to(ROOT / "corpora")
    (home / "models").mkdir()
    gold, data = _gold_file(home / "gold.jsonl"), [_labelled_file(home / "labelled.csv")]
    data += [_aspects_file(home / "aspects.jsonl"), _services_file(home / "services.csv")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOC_HOME", str(home))
        for task in ("encoder", "static", "sentiment", "touchpoint", "intent", "pain"):
            train(task, gold, data, base=tiny_bert, work=home / "work")
    return home


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("encoder", {"e5-feedback", "static"}),
        ("sentiment", {"linear", "fast", "best"}),
        ("touchpoint", {"linear", "fast", "best"}),
        ("intent", {"fast", "best"}),
        ("pain", {"linear"}),
    ],
)
def test_train_writes_models_with_description_and_card(trained, monkeypatch, task, names):
    monkeypatch.setenv("VOC_HOME", str(trained))
    assert {folder.name for folder in (trained / "models" / task).iterdir()} == names
    for name in names:
        meta = read_meta(task, name)
        assert meta.sha256
        assert (model_folder(task, name) / "README.md").read_text(encoding="utf-8").startswith(f"# {task}/{name} {meta.version}")


@pytest.mark.parametrize("quality", ["fast", "best"])
@pytest.mark.parametrize(
    ("task", "holds"),
    [
        (
            "sentiment",
            ["| 正确率 / accuracy |", "| negative |", "### 来源 / source", "| shop（太少 / too small） |", "### 难例 / Hard cases"],
        ),
        ("touchpoint", ["| micro-F1 |", "| delivery |", "### 来源 / source", "the card of the sentiment"]),
        ("intent", ["| micro-F1 |", "| 无内容 / uninformative F1 |", "| churn |", "### 简繁 / script", "| zh-Hans"]),
    ],
)
def test_train_writes_cards_that_tell_all(trained, task, quality, holds):
    card = (trained / "models" / task / quality / "README.md").read_text(encoding="utf-8")
    everywhere = ["### 可靠性 / Reliability", "### 字数 / characters", "### 否定词 / negation", "as this project", "## Limits"]
    assert [part for part in [*holds, *everywhere] if part not in card] == []
    assert f"$ voc train {task} --gold gold.jsonl --data labelled.csv" in card
    assert str(trained) not in card


def test_train_examines_a_quality_when_all_its_models_are_there(trained, monkeypatch):
    monkeypatch.setenv("VOC_HOME", str(trained))
    passed = read_meta("sentiment", "best").metrics["robustness"]
    assert passed["negation"][1] >= 10
    assert all(0 <= right <= total for right, total in passed.values())


@pytest.mark.parametrize("quality", ["fast", "best"])
def test_trained_models_make_a_pipeline(trained, monkeypatch, quality):
    monkeypatch.setenv("VOC_HOME", str(trained))
    annotation = Pipeline(quality=quality)("味道很好")
    assert sum(annotation.sentiment.probabilities.values()) == pytest.approx(1, abs=1e-3)
    assert len(annotation.clauses) == 1


def test_train_heads_wants_annotations_that_the_encoder_has_not_seen(trained, monkeypatch, tmp_path):
    monkeypatch.setenv("VOC_HOME", str(trained))
    with pytest.raises(ModelNotFound, match="标注"):
        train("intent", _gold_file(tmp_path / "few.jsonl", GOLD[:7]))


def test_train_heads_learns_from_annotations_of_ones_own(trained, monkeypatch, tmp_path):
    monkeypatch.setenv("VOC_HOME", str(trained))
    rows = [(f"{text}，编号甲{number}", *rest) for number, (text, *rest) in enumerate(GOLD)]
    (fast, _) = train("intent", _gold_file(tmp_path / "own.jsonl", rows))
    assert fast.metrics["n"] >= len(rows)


def test_train_own_makes_a_quality_of_any_encoder(trained, tiny_bert, monkeypatch, tmp_path):
    monkeypatch.setenv("VOC_HOME", str(trained))
    rows = [(f"{text}，编号甲{number}", *rest) for number, (text, *rest) in enumerate(GOLD)]
    metas = train("own", _gold_file(tmp_path / "own.jsonl", rows), base=tiny_bert, output=tmp_path / "mine")
    assert [(meta.task, meta.name) for meta in metas] == [(name, name) for name in ("encoder", "sentiment", "touchpoint", "intent")]
    annotation = Pipeline(quality=str(tmp_path / "mine"))("味道很好")
    assert annotation.models["sentiment"] == f"sentiment@1+{tiny_bert.name}"
    assert len(annotation.clauses) == 1


@pytest.mark.parametrize("missing", ["base", "output"])
def test_train_own_wants_both_folders(tmp_path, tiny_bert, missing):
    folders = {"base": tiny_bert, "output": tmp_path / "mine"}
    del folders[missing]
    with pytest.raises(SettingsError, match="输出目录") as refused:
        train("own", _gold_file(tmp_path / "gold.jsonl"), **folders)
    assert "--output" in refused.value.hint


def test_train_own_refuses_a_folder_that_is_no_encoder(tmp_path):
    with pytest.raises(ModelNotFound):
        train("own", _gold_file(tmp_path / "gold.jsonl"), base=tmp_path, output=tmp_path / "mine")


@pytest.mark.parametrize("quality", ["worst", "", "models"])
def test_a_quality_that_is_none_is_refused(quality):
    with pytest.raises(ModelNotFound) as refused:
        Pipeline(quality=quality)
    assert "fast" in refused.value.hint


def test_train_pain_learns_known_problems(trained, monkeypatch):
    monkeypatch.setenv("VOC_HOME", str(trained))
    meta = read_meta("pain", "linear")
    assert set(meta.labels) == {code for code, *_ in lexicon_table("pains")}
    assert meta.metrics["accuracy"] > 0.5


def test_train_without_data_says_what_is_missing(tmp_path):
    with pytest.raises(SettingsError, match="缺少训练数据"):
        train("sentiment", _gold_file(tmp_path / "gold.jsonl"))


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


SHIPPED = sorted(path.parent.relative_to(ROOT / "models").as_posix() for path in ROOT.glob("models/*/*/meta.json"))


@pytest.mark.parametrize("model", SHIPPED)
def test_shipped_models_are_what_their_description_says(model):
    import hashlib

    task, name = model.split("/")
    meta, folder = read_meta(task, name), model_folder(task, name)
    assert meta.sha256
    for file, expected in meta.sha256.items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == expected
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {task}/{name} {meta.version}")


def test_example_clauses_name_touchpoints_and_problems_that_exist():
    touchpoints, codes = {*load_taxonomy().by_id, "none"}, {"-", *(code for code, *_ in lexicon_table("pains"))}
    rows = example_clauses()
    assert len(rows) > 1000
    assert {row[0] for row in rows} == touchpoints
    assert {row[1] for row in rows} == {"-1", "0", "1"}
    assert {row[2] for row in rows} <= codes
    assert all(code == "-" or polarity == "-1" for _, polarity, code, _ in rows)
    assert len({text for *_, text in rows}) == len(rows)
