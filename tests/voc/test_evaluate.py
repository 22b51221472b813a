from __future__ import annotations

import gzip
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.preprocessing import MultiLabelBinarizer

from voc.cli import main
from voc.errors import SettingsError, TableError
from voc.evaluate import Evaluation, Gold, evaluate, evaluation_markdown, measures, read_gold, read_scores, reliability_svg, score_gold
from voc.evaluate.measures import Measure, bootstrap, f1, macro_f1, rate
from voc.evaluate.reliability import Bin, calibration_error, reliability_bins
from voc.metrics import wilson
from voc.records import LABELS, Annotation
from voc.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
SURE = {label: {other: 0.8 if other == label else 0.1 for other in LABELS} for label in LABELS}


def gold(text: str = "送餐太慢了", **known: Any) -> Gold:
    mentions = [{"touchpoint": t, "polarity": p, "evidence": e} for t, p, e in known.pop("mentions", [("delivery", -1, text)])]
    asked = {"id": "1", "row": 1, "sentiment": "negative", "mixed": False, "informative": True, "intents": []}
    return Gold.model_validate({**asked, "text": text, "mentions": mentions, **known})


def labelled(label: str, **known: Any) -> Gold:
    return Gold.model_validate({"id": "1", "row": 2, "text": "太慢", "sentiment": label, "scheme": "binary", **known})


def said(
    label: str = "negative",
    found: Sequence[tuple[str, str, int, int]] = (("delivery", "negative", 0, 5),),
    text: str = "送餐太慢了",
    **more: Any,
) -> Annotation:
    probabilities = more.pop("probabilities", SURE[label])
    return Annotation.model_validate(
        {
            "id": "1",
            "text": text,
            "normalised": text,
            "language": "zh-Hans",
            "informative": True,
            "sentiment": {"label": label, "score": probabilities[label], "probabilities": probabilities, "mixed": more.pop("mixed", False)},
            "touchpoints": [{"id": t, "polarity": p, "score": 0.9, "spans": [{"start": a, "end": b}]} for t, p, a, b in found],
            "intents": [{"id": name, "score": 1, "spans": []} for name in more.pop("intents", ())],
            "clauses": [],
            "redactions": {},
            "models": {"sentiment": "linear@1"},
            **more,
        }
    )


def figures(golds: Sequence[Gold], annotations: Sequence[Annotation]) -> dict[str, float]:
    return {name: figure.value for name, figure in evaluate(golds, annotations, resamples=20).figures.items()}


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


ROW = {"id": "a", "text": "送餐太慢了", "source": "外卖", "sentiment": "negative", "mixed": False, "informative": True,
       "mentions": [{"touchpoint": "delivery", "polarity": -1, "evidence": "太慢", "pain": "配送慢"}], "intents": []}  # fmt: skip


def test_evaluate_sentiment_figures_are_those_counted_by_hand():
    golds = [gold(sentiment=label) for label in ("negative", "negative", "positive", "neutral")]
    report = evaluate(golds, [said(label) for label in ("negative", "neutral", "positive", "neutral")], resamples=20)
    value = {name: figure.value for name, figure in report.figures.items()}
    assert value["sentiment_accuracy"] == 0.75
    assert value["sentiment_macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, abs=1e-4)
    assert value["sentiment_ece"] == pytest.approx(0.8 - 0.75)
    assert value["sentiment_brier"] == pytest.approx((3 * (0.04 + 0.01 + 0.01) + (0.81 + 0.64 + 0.01)) / 4)
    assert report.confusion["negative"] == {"negative": 1, "neutral": 1, "positive": 0}
    assert report.sentiment["neutral"].model_dump() == {"n": 1, "precision": 0.5, "recall": 1.0, "f1": 0.6667}


@pytest.mark.parametrize(
    ("name", "pairs", "value"),
    [
        ("mixed_f1", [(gold(mixed=True), said(mixed=True)), (gold(mixed=True), said()), (gold(), said())], 0.6667),
        ("uninformative_f1", [(gold(informative=False), said(informative=False)), (gold(), said(informative=False))], 0.6667),
        ("uninformative_f1", [(gold(), said())], 0.0),
        ("intent_micro_f1", [(gold(intents=["churn", "complaint"]), said(intents=["churn", "question"]))], 0.5),
        ("touchpoint_micro_f1", [(gold(mentions=[("overall", -1, "差")]), said(found=[("overall", "negative", 0, 1)]))], 0.0),
        ("touchpoint_micro_f1", [(gold(), said(found=[("delivery", "positive", 0, 5), ("packaging", "negative", 0, 5)]))], 0.6667),
        ("mention_micro_f1", [(gold(), said(found=[("delivery", "positive", 0, 5), ("packaging", "negative", 0, 5)]))], 0.0),
        ("mention_micro_f1", [(gold(mentions=[("delivery", -1, "慢"), ("delivery", 1, "快")]), said())], 0.6667),
    ],
)
def test_evaluate_f1_of_other_aspects(name, pairs, value):
    assert figures(*zip(*pairs, strict=True))[name] == value


@pytest.mark.parametrize(
    ("evidence", "start", "end", "rate_"),
    [("太慢", 2, 5, 1.0), ("太，慢", 2, 5, 1.0), ("送餐", 2, 5, 0.0), ("慢", 3, 4, 1.0), ("慢了", 3, 4, 0.0), ("", 0, 5, 0.0)],
)
def test_evaluate_span_hits_share_two_characters_with_the_evidence(evidence, start, end, rate_):
    mentions, found = [("delivery", -1, evidence)], [("delivery", "negative", start, end), ("packaging", "negative", 0, 5)]
    assert figures([gold(mentions=mentions)], [said(found=found)])["span_hit_rate"] == rate_


def test_evaluate_span_hits_are_not_asked_of_mentions_with_the_wrong_polarity():
    mentions, found = (
        [("delivery", -1, "太慢"), ("packaging", -1, "破了")],
        [("delivery", "negative", 2, 5), ("packaging", "positive", 0, 2)],
    )
    assert figures([gold(mentions=mentions)], [said(found=found)])["span_hit_rate"] == 1


def test_evaluate_macro_f1_counts_only_labels_with_eight_gold_uses():
    golds = [gold(mentions=[("delivery", -1, "慢")])] * 8 + [gold(mentions=[("packaging", -1, "破")])] * 7
    annotations = [said()] * 15
    assert figures(golds, annotations)["touchpoint_macro_f1"] == pytest.approx(16 / (16 + 7), abs=1e-4)
    assert "touchpoint_macro_f1" not in figures(golds[1:], annotations[1:])


def test_evaluate_agrees_with_sklearn_on_random_labels():
    rng = np.random.default_rng(3)
    names = ["delivery", "packaging", "after_sales", "overall"]
    draw = lambda: [[name for name in names if rng.random() < 0.4] for _ in range(120)]  # noqa: E731
    should, does, true, told = draw(), draw(), rng.choice(LABELS, 120), rng.choice(LABELS, 120)
    golds = [gold(mentions=[(name, -1, "慢") for name in one], sentiment=label) for one, label in zip(should, true.tolist(), strict=True)]
    annotations = [said(label, [(name, "negative", 0, 1) for name in one]) for one, label in zip(does, told.tolist(), strict=True)]
    value = figures(golds, annotations)
    binarizer = MultiLabelBinarizer(classes=names).fit([names])
    marks = binarizer.transform(should)[:, :3], binarizer.transform(does)[:, :3]
    assert value["touchpoint_micro_f1"] == pytest.approx(f1_score(*marks, average="micro"), abs=1e-4)
    assert value["touchpoint_macro_f1"] == pytest.approx(f1_score(*marks, average="macro"), abs=1e-4)
    assert value["mention_macro_f1"] == value["touchpoint_macro_f1"]
    assert value["sentiment_macro_f1"] == pytest.approx(f1_score(true, told, average="macro"), abs=1e-4)


def test_evaluate_binary_source_is_asked_for_negative_or_positive_only():
    lukewarm = {"negative": 0.3, "neutral": 0.6, "positive": 0.1}
    report = evaluate([labelled("negative"), labelled("positive")], [said("neutral", probabilities=lukewarm)] * 2, resamples=20)
    assert {name: figure.value for name, figure in report.figures.items()} == {"binary_accuracy": 0.5, "binary_macro_f1": 0.3333}
    assert report.confusion == report.sentiment == {}
    assert report.reliability == ()


def test_evaluate_leaves_unasked_comments_out_of_a_figure_and_says_how_many_there_were():
    report = evaluate([gold(), labelled("negative"), gold(mixed=None)], [said()] * 3, resamples=20)
    assert {name: report.figures[name].n for name in ("sentiment_accuracy", "binary_accuracy", "mixed_f1", "span_hit_rate")} == {
        "sentiment_accuracy": 2, "binary_accuracy": 1, "mixed_f1": 1, "span_hit_rate": 2,
    }  # fmt: skip


def test_evaluate_slices_by_source_and_kind_mark_the_small_ones():
    golds = [gold(source="大", mixed=True)] * 20 + [gold("沒送到" + "慢" * 60, source="小")]
    annotations = [said()] * 20 + [said("positive", text="没送到", language="en")]
    slices = {(piece.group, piece.name): piece for piece in evaluate(golds, annotations, resamples=20).slices}
    assert list(slices) == [
        ("source", "大"), ("source", "小"), ("length", "≤15"), ("length", ">60"), ("script", "zh-Hans"), ("script", "others"),
        ("mixed", "yes"), ("mixed", "no"), ("negation", "yes"), ("negation", "no"),
    ]  # fmt: skip
    assert [piece.n for piece in slices.values()] == [20, 1] * 4 + [1, 20]
    assert all(piece.too_small == (piece.n == 1) for piece in slices.values())
    assert slices["source", "大"].figures["sentiment_accuracy"].value == 1
    assert slices["negation", "yes"].figures["sentiment_accuracy"].model_dump() == {"n": 1, "value": 0.0, "interval": (0.0, 0.0)}


@pytest.mark.parametrize(("length", "name"), [(15, "≤15"), (16, "16–60"), (60, "16–60"), (61, ">60")])
def test_evaluate_slices_by_length_have_these_ends(length, name):
    assert name in {piece.name for piece in evaluate([gold("慢" * length)], [said()], resamples=1).slices}


def test_bootstrap_interval_of_a_share_is_about_wilsons():
    right = np.arange(400) < 200
    share = Measure(np.column_stack([right, np.ones(400)]), rate, np.ones(400, dtype=bool))
    ((low, high),) = bootstrap([share], 400, resamples=5000)
    assert (low, high) == pytest.approx(wilson(200, 400), abs=0.004)


def test_bootstrap_depends_on_the_seed_and_not_on_how_much_is_drawn_at_once(monkeypatch):
    counts = np.random.default_rng(1).integers(0, 2, (50, 4, 3)).astype(float)
    known = np.ones(50, dtype=bool)
    both = [Measure(counts, macro_f1, known), Measure(counts[:, 1], f1, known)]
    once = bootstrap(both, 50)
    assert bootstrap(both, 50) == once
    assert bootstrap(both, 50, seed=7) != once
    assert bootstrap(both[1:], 50) == once[1:]
    monkeypatch.setattr(measures, "_WEIGHTS_AT_ONCE", 50 * 7)
    assert bootstrap(both, 50) == once


@pytest.mark.parametrize("confidence", [0.0, 0.95, 1.0])
def test_reliability_bins_hold_the_ends(confidence):
    (found,) = reliability_bins(np.array([confidence]), np.array([True]))
    assert found.start <= confidence <= found.end
    assert calibration_error(np.array([confidence]), np.array([True])) == pytest.approx(1 - confidence)


def test_reliability_svg_is_well_formed_and_draws_bars_as_wide_as_their_bin_is_full():
    bins = (Bin(start=0.6, end=0.7, n=10, confidence=0.65, accuracy=0.5), Bin(start=0.9, end=1.0, n=40, confidence=0.95, accuracy=0.9))
    root = ElementTree.fromstring(reliability_svg(bins))  # noqa: S314
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert root.find("svg:title", space).text.endswith("n = 50 · ECE = 0.070")
    widths = [float(bar.get("width")) for bar in root.findall("svg:g/svg:rect", space)]
    assert widths[1] == pytest.approx(4 * widths[0], abs=0.2)
    with pytest.raises(SettingsError, match="可靠性图"):
        reliability_svg(())


def test_evaluation_markdown_shows_every_figure_and_marks_small_slices():
    report = evaluate([gold(source="a|b")] * 3, [said()] * 3, name="gold.jsonl", resamples=20)
    text = evaluation_markdown(report)
    assert "gold.jsonl · 3 条评论" in text
    assert text.count("1.000 (1.000–1.000)") >= len([f for f in report.figures.values() if f.value == 1])
    assert "| a&#124;b（太少 / too small） | 3 |" in text
    lines = text.splitlines()
    assert {line.count("|") for line in lines if line.startswith("| delivery")} == {6}


def test_read_gold_reads_either_kind_gzipped_or_not(tmp_path):
    (item,) = read_gold(write(tmp_path / "gold.jsonl", [{**ROW, "id": 7, "note": "x"}]), TAXONOMY)
    assert (item.id, item.source, item.scheme, item.mentions[0].label) == ("7", "外卖", "three", "negative")
    with gzip.open(tmp_path / "few.csv.gz", "wt", encoding="utf-8-sig") as file:
        file.write(
            'source,text,label,scheme\n外卖,"太慢,\n凉了",negative,binary\n美妆,一半一半,mixed,three+mixed\n美妆,好,positive,three+mixed\n'
        )
    binary, mixed, plain = read_gold(tmp_path / "few.csv.gz", TAXONOMY)
    assert (binary.id, binary.sentiment, binary.mixed, binary.is_binary) == ("2", "negative", None, True)
    assert (mixed.id, mixed.sentiment, mixed.mixed) == ("3", None, True)
    assert (plain.sentiment, plain.mixed, plain.mentions) == ("positive", False, None)


@pytest.mark.parametrize(
    ("name", "content", "code", "row"),
    [
        ("a.jsonl", json.dumps({**ROW, "sentiment": "太慢了"}), "unknown_label", 1),
        ("a.jsonl", json.dumps({**ROW, "mentions": [{"touchpoint": "delivery", "polarity": 2, "evidence": "太慢了"}]}), "unknown_label", 1),
        ("a.jsonl", json.dumps({**ROW, "mentions": [{"touchpoint": "太慢了", "polarity": 1, "evidence": "太慢了"}]}), "unknown_label", 1),
        ("a.jsonl", json.dumps({**ROW, "text": ["太慢了"]}), "unknown_label", 1),
        ("a.jsonl", '{"id": "1", "text": "太慢了"}', "gold_columns", 1),
        ("a.jsonl", "\n太慢了", "bad_json_line", 2),
        ("a.jsonl", f"{json.dumps(ROW)}\n{json.dumps(ROW)}", "id_twice", None),
        ("a.jsonl", "\n", "no_rows", None),
        ("a.csv", "source,text,label\nx,太慢了,negative", "gold_columns", 1),
        ("a.csv", "source,text,label,scheme\nx,太慢了,太慢了,three", "unknown_label", 2),
        ("a.csv", "source,text,label,scheme\nx,太慢了,neutral,binary", "unknown_label", 2),
        ("a.csv", "source,text,label,scheme\nx,太慢了,mixed,three", "unknown_label", 2),
        ("a.csv", "source,text,label,scheme\nx,好,positive,three\nx,太慢了,positive,four", "unknown_label", 3),
        ("a.csv", "source,text,label,scheme\nx,太慢了", "unknown_label", 2),
        ("a.csv", 'source,text,label,scheme\nx,"太慢了"了,positive,three', "bad_csv", None),
        ("a.csv.gz", "太慢了", "unreadable", None),
        ("太慢了.txt", "", "gold_kind", None),
    ],
)
def test_read_gold_refusals_name_the_row_and_never_quote_a_text(name, content, code, row, tmp_path):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_gold(path, TAXONOMY)
    assert (caught.value.code, caught.value.where.get("row")) == (code, row)
    assert "太慢了" not in caught.value.message + caught.value.hint


def test_read_scores_takes_the_order_of_the_gold_and_names_the_row_without_a_score(tmp_path):
    golds = [gold(id="b", row=1), gold(id="a", row=2)]
    lines = [said().model_copy(update={"id": name}).model_dump(mode="json") for name in ("a", "b", "c")]
    assert [found.id for found in read_scores(write(tmp_path / "scores.jsonl", lines), golds)] == ["b", "a"]
    with pytest.raises(TableError, match="第 2 行") as caught:
        read_scores(write(tmp_path / "fewer.jsonl", lines[1:]), golds)
    assert caught.value.code == "missing_scores"
    with pytest.raises(TableError) as caught:
        read_scores(write(tmp_path / "wrong.jsonl", [lines[0], {**lines[1], "language": "zh"}]), golds)
    assert caught.value.where == {"file": "wrong.jsonl", "row": 2}
    with pytest.raises(TableError, match="读不了"):
        read_scores(tmp_path / "nowhere.jsonl", golds)


def test_score_gold_asks_the_pipeline_in_order(pipeline):
    golds = [gold(id="x"), gold("味道很好，推荐", id="y", sentiment="positive", mentions=[("product_quality", 1, "味道很好")])]
    annotations = score_gold(golds, pipeline)
    assert [annotation.id for annotation in annotations] == ["x", "y"]
    assert figures(golds, annotations)["mention_micro_f1"] == 1


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    rows = [{**ROW, "id": str(number)} for number in range(3)]
    lines = [said().model_copy(update={"id": row["id"]}).model_dump(mode="json") for row in rows]
    return str(write(tmp_path / "gold.jsonl", rows)), str(write(tmp_path / "scores.jsonl", lines))


def test_cli_evaluate_writes_report_diagram_and_markdown(files, tmp_path, capsys):
    targets = {"-o": "report.json", "--reliability": "plot.svg", "--markdown": "report.md"}
    options = [part for option, name in targets.items() for part in (option, str(tmp_path / "out" / name))]
    main(["evaluate", files[0], "--scored", files[1], *options], standalone=False)
    report = Evaluation.model_validate_json((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report.figures["touchpoint_micro_f1"].value == 1
    assert (tmp_path / "out" / "plot.svg").read_text(encoding="utf-8") == reliability_svg(report.reliability)
    assert (tmp_path / "out" / "report.md").read_text(encoding="utf-8") == evaluation_markdown(report)
    assert "touchpoint micro-F1" in capsys.readouterr().out


def test_cli_evaluate_json_to_standard_output_is_nothing_but_json(files, capsys):
    main(["evaluate", files[0], "--scored", files[1], "-o", "-"], standalone=False)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["schema"] == "voc.evaluation/1"
    assert "touchpoint micro-F1" in printed.err


def test_cli_evaluate_refuses_scores_of_other_comments_and_writes_nothing(files, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", files[0], "--scored", files[0], "-o", str(tmp_path / "report.json")])
    assert ended.value.code == 2
    assert "voc score" in capsys.readouterr().err
    assert not (tmp_path / "report.json").exists()


def test_cli_schema_evaluation(capsys):
    main(["schema", "evaluation"], standalone=False)
    assert json.loads(capsys.readouterr().out)["properties"]["schema"]["const"] == "voc.evaluation/1"
