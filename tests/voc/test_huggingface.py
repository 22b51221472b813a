from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from conftest import cut
from voc.classify.huggingface import HuggingFaceSentiment, label_meaning
from voc.errors import ModelNotFound
from voc.pipeline import Pipeline
from voc.records import Comment


@pytest.fixture(scope="module")
def classifier(tmp_path_factory, tiny_bert) -> Path:
    """A folder with a three-class BERT that has learned nothing."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("classifier")
    config = BertConfig.from_pretrained(tiny_bert)
    config.id2label = dict(enumerate(("NEGATIVE", "POSITIVE", "NEUTRAL")))
    config.label2id = {name: index for index, name in config.id2label.items()}
    torch.manual_seed(7)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.mul_(40)  # so that it has opinions
    model.save_pretrained(folder)
    marks = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(tiny_bert / "tokenizer.json"), **marks)
    tokenizer.save_pretrained(folder)
    return folder


def test_huggingface_sentiment_answers_for_comment_and_clauses(classifier):
    model = HuggingFaceSentiment(classifier)
    ((sentiment, verdicts),) = model.predict([cut("送餐太慢了,味道不错,客服一直不回复")], [{}])
    assert sum(sentiment.probabilities.values()) == pytest.approx(1, abs=1e-3)
    assert len(verdicts) == 3
    raw = model.probabilities("味道不错")
    assert verdicts[1].score == pytest.approx(raw.max(), abs=1e-4)


def test_huggingface_sentiment_puts_the_classes_of_the_folder_in_our_order(classifier):
    import torch

    model = HuggingFaceSentiment(classifier)
    ids = model.tokenizer("味道不错")["input_ids"]
    with torch.inference_mode():
        negative, positive, neutral = model.model(input_ids=torch.tensor([ids])).logits[0].softmax(0).tolist()
    np.testing.assert_allclose(model.probabilities("味道不错"), [negative, neutral, positive], atol=1e-5)


def test_huggingface_sentiment_reads_long_and_empty_texts(classifier):
    model = HuggingFaceSentiment(classifier)
    for text in ("", "送餐太慢了," * 400):
        assert model.probabilities(text).sum() == pytest.approx(1)


def test_pipeline_with_a_sentiment_model_of_ones_own(classifier):
    pipeline = Pipeline(sentiment_model=classifier)
    texts = ["送餐太慢了，味道不错！", "", "客服一直不回复"]
    together = list(pipeline.pipe([Comment(id=str(number), text=text) for number, text in enumerate(texts)]))
    assert together[0].models["sentiment"] == classifier.name
    assert [annotation.sentiment for annotation in together] == [pipeline(text).sentiment for text in texts]
    assert [mention.id for mention in together[0].touchpoints] == ["delivery", "product_quality"], "touchpoints are still ours"


@pytest.mark.parametrize(
    ("names", "meaning"),
    [
        (("negative", "neutral", "positive"), (0, 1, 2)),
        (("Positive", "Negative"), (2, 0)),
        (("差评", "中评", "好评"), (0, 1, 2)),
        (("负面", "正面"), (0, 2)),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), (0, 0, 1, 2, 2)),
    ],
)
def test_label_meaning(names, meaning):
    said = label_meaning(dict(enumerate(names)), Path("x"))
    assert [("negative", "neutral", "positive").index(said[index]) for index in range(len(names))] == list(meaning)


@pytest.mark.parametrize("names", [("LABEL_0", "LABEL_1"), ("sports", "politics"), ("negative", "neutral")])
def test_label_meaning_refuses_what_it_cannot_tell(names):
    with pytest.raises(ModelNotFound, match="类别"):
        label_meaning(dict(enumerate(names)), Path("x"))


def test_a_folder_that_is_no_classifier_is_refused(tmp_path, classifier):
    with pytest.raises(ModelNotFound, match="Hugging Face"):
        HuggingFaceSentiment(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(classifier, broken)
    (broken / "config.json").write_text(json.dumps({"model_type": "no such model"}), encoding="utf-8")
    with pytest.raises(ModelNotFound, match="broken"):
        HuggingFaceSentiment(broken)
