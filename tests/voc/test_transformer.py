from __future__ import annotations

import builtins

import numpy as np
import pytest
import torch
from transformers import AutoModel

from conftest import cut
from voc.encoder import OnnxEncoder
from voc.errors import ModelNotFound, SettingsError
from voc.transformer import TransformersEncoder, load_body, read_onnx_weights

COMMENTS = [
    cut(text) for text in ("送餐太慢了,味道不错", "很好", "", "客服一直不回复,申请退货被拒绝!", "龘靐齉", "ok", "停车不方便;排队太久" * 40)
]


def cosine(left: np.ndarray, right: np.ndarray) -> float:
    return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))


def test_transformers_and_onnx_say_the_same_of_the_same_weights(tiny_bert, tiny_onnx):
    exact = TransformersEncoder(tiny_bert).encode(COMMENTS)
    ours = OnnxEncoder(tiny_onnx).encode(COMMENTS)
    read_back = TransformersEncoder(tiny_onnx).encode(COMMENTS)
    for whole, quantised, again in zip(exact, ours, read_back, strict=True):
        assert cosine(whole.comment, quantised.comment) > 0.99
        assert cosine(whole.comment, again.comment) > 0.99
        assert all(cosine(left, right) > 0.99 for left, right in zip(whole.clauses, quantised.clauses, strict=True))
        assert all(cosine(left, right) > 0.99 for left, right in zip(again.clauses, quantised.clauses, strict=True))
    # The measure can tell texts apart.
    assert cosine(exact[0].comment, exact[1].comment) < 0.95


def test_transformers_encoder_gives_the_same_vectors_alone_and_in_company(tiny_bert):
    encoder = TransformersEncoder(tiny_bert)
    for alone, together in zip([encoder.encode([comment])[0] for comment in COMMENTS], encoder.encode(COMMENTS), strict=True):
        np.testing.assert_allclose(alone.comment, together.comment, atol=1e-5)
        np.testing.assert_allclose(alone.clauses, together.clauses, atol=1e-5)


def test_load_body_reads_our_weights_back_within_a_step(tiny_bert, tiny_onnx):
    exact, again = AutoModel.from_pretrained(tiny_bert, add_pooling_layer=False).state_dict(), load_body(tiny_onnx).state_dict()
    assert exact.keys() == again.keys()
    for name, values in exact.items():
        assert values.shape == again[name].shape, name
        step = float(values.abs().max()) / 127
        assert float((values - again[name]).abs().max()) <= step, name
    assert not load_body(tiny_onnx).training


def test_read_onnx_weights_names_them_as_transformers_does(tiny_bert, tiny_onnx):
    named = set(AutoModel.from_pretrained(tiny_bert, add_pooling_layer=False).state_dict())
    assert set(read_onnx_weights(tiny_onnx / "model.onnx")) == named


@pytest.mark.parametrize("config", [None, "{}", "no json", '{"model_type": "bert"}'])
def test_load_body_refuses_a_folder_without_a_model(tmp_path, config):
    folder = tmp_path / "新编码器"
    folder.mkdir()
    if config:
        (folder / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(ModelNotFound, match="新编码器") as refused:
        load_body(folder)
    assert refused.value.code == "not_a_transformer"
    assert "config.json" in refused.value.hint


def test_load_body_refuses_a_model_unlike_bert(tmp_path):
    from transformers import DistilBertConfig, DistilBertModel

    DistilBertModel(DistilBertConfig(vocab_size=20, dim=8, n_layers=1, n_heads=2, hidden_dim=8)).save_pretrained(tmp_path)
    with pytest.raises(ModelNotFound):
        load_body(tmp_path)


def test_load_body_says_what_to_install(tmp_path, monkeypatch):
    plain = builtins.__import__

    def without(name, *rest, **named):
        if name == "transformers":
            raise ImportError(name)
        return plain(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError) as refused:
        load_body(tmp_path)
    assert "voc-toolkit[transformers]" in refused.value.hint


def test_transformers_encoder_leaves_no_gradients(tiny_bert):
    encoder = TransformersEncoder(tiny_bert)
    encoder.encode(COMMENTS[:1])
    assert all(weight.grad is None for weight in encoder.body.parameters())
    assert torch.is_grad_enabled()
