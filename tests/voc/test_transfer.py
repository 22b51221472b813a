from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from voc.modelstore import read_meta
from voc.training import train
from voc.training.transfer import Transfer, measure_sources

LABELS = np.array([0, 2, 0, 2, 1, 0, 2, 1])
SOURCES = ["外卖", "外卖", "餐馆", "餐馆", "餐馆", "酒店", "酒店", "酒店"]
SCHEMES = ["binary", "binary", *["three"] * 6]


def test_measure_sources_by_source_and_scheme():
    assert measure_sources(np.tile([0.3, 0.6, 0.1], (8, 1)), LABELS, SOURCES, SCHEMES) == (
        Transfer("外卖", "binary", 2, 0.5, 0.3333),  # neutral is no answer there: negative is next
        Transfer("餐馆", "three", 3, 0.3333, 0.1667),
        Transfer("酒店", "three", 3, 0.3333, 0.1667),
    )
    right = np.eye(3)[LABELS]
    assert [result.accuracy for result in measure_sources(right, LABELS, SOURCES, SCHEMES)] == [1.0, 1.0, 1.0]


@pytest.fixture
def measured(tmp_path, tiny_bert, tiny_onnx, monkeypatch) -> Path:
    """A home whose encoder's card has figures of two groups of sources."""
    home = tmp_path / "home"
    folder = home / "models" / "encoder" / "e5-feedback"
    folder.mkdir(parents=True)
    (home / "corpora").symlink_to(ROOT / "corpora")
    meta = {
        "task": "encoder",
        "name": "e5-feedback",
        "version": "1",
        "classifier": "x",
        "labels": [],
        "data": {},
        "settings": {},
        "metrics": {},
    }
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    rows = [(source, f"{text}{number}", label, scheme) for number in range(20) for source, text, label, scheme in (
        ("waimai", "送餐太慢了", "negative", "binary"), ("waimai", "味道不错", "positive", "binary"),
        ("bank", "额度一般", "neutral", "three"), ("bank", "客服很好", "positive", "three"), ("bank", "客服不回复", "negative", "three"),
        ("shop", "包装破了", "negative", "three"), ("shop", "快递很好", "positive", "three"), ("shop", "一般", "neutral", "three"),
    )]  # fmt: skip
    data, gold = tmp_path / "labelled.csv", tmp_path / "gold.jsonl"
    data.write_text("source,text,label,scheme\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    row = {"source": "shop", "text": "房间很好", "sentiment": "positive", "mixed": False, "mentions": [], "intents": []}
    gold.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    monkeypatch.setenv("VOC_HOME", str(home))
    monkeypatch.setattr("voc.training.loso.GROUPS", (("waimai",), ("bank", "bank 1/5"), ("bank 1/5",)))
    monkeypatch.setattr("voc.training.annotations.written_comments", lambda: ())
    monkeypatch.setattr("voc.training.sources.read_examples", list)
    train("transfer", gold, [data], base=tiny_bert, work=tmp_path / "work")
    return tmp_path


def test_train_transfer_puts_its_figures_into_the_card(measured):
    (figures,) = read_meta("encoder", "e5-feedback").metrics.values()
    assert [title.split(" (")[0] for title in figures] == ["waimai", "bank", "bank 1/5", "mean of 1 binary sources"]
    assert all(set(figure) == {"linear", "encoder", "both"} for figure in figures.values())
    card = (measured / "home" / "models" / "encoder" / "e5-feedback" / "README.md").read_text(encoding="utf-8")
    assert f"waimai (binary, n = 40) · linear | {figures['waimai (binary, n = 40)']['linear']} |" in card


def test_train_transfer_keeps_what_is_finished(measured):
    names = {path.name for path in (measured / "work").iterdir()}
    assert names == {f"transfer-{group}-{engine}.npy" for group in range(3) for engine in ("linear", "encoder")}
    said = np.load(measured / "work" / "transfer-0-linear.npy")
    np.testing.assert_allclose(said.sum(axis=1), 1)
