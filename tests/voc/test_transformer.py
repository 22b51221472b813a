from __future__ import annotations

import builtins
import re
import sys

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from conftest import ROOT, cut
from voc.encoder import OnnxEncoder
from voc.errors import ModelNotFound, SettingsError
from voc.modelstore import model_folder
from voc.transformer import TransformersEncoder, hidden_states, load_body, read_onnx_weights

COMMENTS = [
    cut(text) for text in ("送餐太慢了,味道不错", "很好", "", "客服一直不回复,申请退货被拒绝!", "龘靐齉", "ok", "停车不方便;排队太久" * 40)
]


def cosine(left: np.ndarray, right: np.ndarray) -> float:
    return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))


@pytest.fixture
def auto_folder(tmp_path, monkeypatch):
    """Our encoder; what `transformers` copies of it goes to a scratch folder."""
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    return model_folder("encoder", "e5-feedback")


def auto_vector(model: torch.nn.Module, tokenizer, text: str) -> np.ndarray:
    tokens = tokenizer([text, "好" * 100], padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = hidden_states(model, tokens["input_ids"], tokens["attention_mask"])
    count = int(tokens["attention_mask"][0].sum())
    return hidden[0, 1 : count - 1].mean(0).numpy()


def test_auto_classes_give_the_vectors_of_our_encoder(auto_folder):
    model = AutoModel.from_pretrained(auto_folder, trust_remote_code=True)
    tokenizer = AutoTokenizer.from_pretrained(auto_folder)
    assert not model.training
    comments = [cut(text) for text in ("送餐太慢了,味道不错", "客服一直不回复!申请退货被拒绝", "iPhone 15 的屏幕有划痕", "龘靐齉")]
    for comment, ours in zip(comments, OnnxEncoder(auto_folder).encode(comments), strict=True):
        for body in (model, load_body(auto_folder)):
            assert cosine(auto_vector(body, tokenizer, comment.normalised), ours.comment) >= 0.9998


def test_auto_model_takes_options_and_saves_an_ordinary_folder(auto_folder, tmp_path):
    model = AutoModel.from_pretrained(auto_folder, trust_remote_code=True, dtype=torch.bfloat16, output_hidden_states=True)
    assert model.dtype == torch.bfloat16
    assert model.config.output_hidden_states
    model.save_pretrained(tmp_path / "saved")
    assert "auto_map" not in (tmp_path / "saved" / "config.json").read_text(encoding="utf-8")
    again = AutoModel.from_pretrained(tmp_path / "saved", add_pooling_layer=False)
    assert all(torch.equal(values, again.state_dict()[name]) for name, values in model.state_dict().items())


@pytest.mark.parametrize("page", ["README.md", "models/encoder/e5-feedback/README.md"])
def test_auto_classes_load_as_the_pages_say(auto_folder, page, monkeypatch):
    monkeypatch.chdir(ROOT)
    (code,) = [
        block for block in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL) if "AutoModel" in block
    ]
    scope: dict[str, object] = {}
    exec(compile(code, page, "exec"), scope)  # noqa: S102
    assert isinstance(scope["model"], torch.nn.Module)


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
