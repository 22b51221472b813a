from __future__ import annotations

import numpy as np
import pytest

from conftest import annotated
from voc.corpora import data_sets, public_annotations
from voc.modelstore import ModelMeta
from voc.records import LABELS
from voc.training.card import licence_of, write_card
from voc.training.measure import measure_classes

GOLD = [annotated("送餐太慢了", "negative", source="waimai"), annotated("味道很好", "positive", source="waimai")] * 12
COMMAND = "voc train sentiment --gold gold.jsonl --data 情感.csv --seed 42"


def describe(**known: object) -> ModelMeta:
    basis = {"task": "sentiment", "name": "fast", "version": "3", "classifier": "voc.sentiment:SentimentModel", "labels": LABELS}
    return ModelMeta.model_validate({**basis, "data": {"annotated: waimai": 24}, "settings": {}, "metrics": {}, **known})


def measured() -> dict[str, object]:
    said = np.array([[0.9, 0.1, 0.0], [0.3, 0.1, 0.6]] * 12)
    metrics = measure_classes(GOLD, said, np.array([0, 2] * 12), np.zeros(24, dtype=bool))
    clauses = {name: metrics[name] for name in ("accuracy", "macro_f1", "ece", "n", "labels")}
    return {**metrics, "mentioned_clause": clauses, "robustness": {"negation": [20, 28], "cantonese": [8, 16]}}


@pytest.mark.parametrize(
    "line",
    [
        "| annotated: waimai | 24 | waimai_10k (SophonPlus/ChineseNlpCorpus): takeaway | none stated |",
        "| 正确率 / accuracy | 24 | 1.000 (1.000–1.000) |",
        "| negative | 12 | 1.000 | 1.000 | 1.000 |",
        "| 0.6–0.7 | 12 | 0.600 | 1.000 |",
        "| waimai | 24 | 1.000 (1.000–1.000) | 1.000 (1.000–1.000) |",
        "| cantonese | 16 | 0.500 |",
        "| 全部 / all | 44 | 0.636 |",
        f"$ {COMMAND}",
    ],
)
def test_write_card_holds(line):
    assert line in write_card(describe(metrics=measured(), settings={"seed": 42, "command": COMMAND})).splitlines()


def test_write_card_says_the_command_once():
    assert write_card(describe(settings={"seed": 42, "command": COMMAND})).count(COMMAND) == 1


def test_write_card_is_rendered_from_the_description_alone():
    meta = describe(metrics=measured())
    assert write_card(ModelMeta.model_validate_json(meta.model_dump_json())) == write_card(meta)


def test_write_card_of_a_model_without_figures_has_no_empty_tables():
    card = write_card(describe())
    assert card.startswith("# sentiment/fast 3\n")
    assert "## Figures" not in card
    assert "## Train it again" not in card


def test_write_card_shows_other_figures_as_they_are():
    card = write_card(describe(task="encoder", metrics={"megabytes": 30.1, "minutes": {"teach": 3.5}}))
    assert "| megabytes | 30.1 |" in card
    assert "| minutes · teach | 3.5 |" in card


def test_write_card_of_an_encoder_with_a_transformer_says_how_to_load_it():
    card = write_card(describe(task="encoder", name="mine", classifier="voc.encoder:OnnxEncoder"))
    assert 'folder = "models/encoder/mine"' in card
    assert "AutoModel" not in write_card(describe(task="encoder", classifier="voc.static:StaticEncoder"))


@pytest.mark.parametrize(
    ("source", "licence"),
    [
        ("shopping_书籍", "none stated"),
        ("annotated: openrice", "CC BY 4.0"),
        ("aspects: mt_hotel", "Apache-2.0 (card)"),
        ("annotated: example", "as this project"),
        ("酒店", "–"),
    ],
)
def test_licence_of_a_source(source, licence):
    assert licence_of(source)[1] == licence


def test_every_source_of_public_annotations_has_a_licence():
    assert {row[1] for row in public_annotations() if licence_of(row[1])[1] == "–"} == set()
    assert len({head for head, _, _ in data_sets()}) == len(data_sets())
