"""A trained encoder → ``model.onnx`` with 8-bit weights, which gives a text the same vectors whatever is beside it."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import ModelProto, helper, numpy_helper
from torch import Tensor, nn

from voc.transformer import QKV_BIAS, hidden_states

_OPSET = 17
_WORDS = "embeddings.word_embeddings.weight"
_MARKS = {"bos_token": "<s>", "cls_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "sep_token": "</s>", "unk_token": "<unk>"}
_MODULE = '''"""What AutoModel.from_pretrained(folder, trust_remote_code=True) loads: weights are in model.onnx. Needs voc-toolkit."""

from voc.onnxbert import OnnxBert as OnnxBert
'''


class _Hidden(nn.Module):
    """The body alone, with plain tensors in and out."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        hidden: Tensor = hidden_states(self.body, input_ids, attention_mask)
        return hidden


def export_onnx(folder: Path, target: Path) -> None:
    """Write a transformer as an ONNX graph whose weights take a byte each.

    The products themselves are of floats, at least as fast on the processors of laptops as those of `MatMulNBits`; ONNX
    Runtime's dynamic quantisation takes one scale for a whole batch, so that an answer would depend on its neighbours.

    Parameters
    ----------
    folder : pathlib.Path
        A BERT as `transformers` saves it.
    target : pathlib.Path
        ``model.onnx`` to write: token ids and mask in, vectors of shape (n_texts, n_tokens, n_dimensions) out.
    """
    from transformers import AutoModel

    body = AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        _trace(body, plain)
        model = _fuse(plain, body.config.num_attention_heads, body.config.hidden_size)
    _pack_products(model)
    _pack_embeddings(model)
    _name_weights(model)
    onnx.save(model, str(target))


def write_auto_classes(folder: Path) -> None:
    """Let `AutoModel` and `AutoTokenizer` of `transformers` read an encoder without a second copy of its weights.

    Parameters
    ----------
    folder : pathlib.Path
        With ``config.json``, which is told of ``modeling_voc.py``; that and ``tokenizer_config.json`` are written beside it.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config.pop("_name_or_path", None)
    config["auto_map"] = {"AutoModel": "modeling_voc.OnnxBert"}
    # Without this class `transformers` takes the words for those of a BERT, and cuts them otherwise.
    tokenizer = {"tokenizer_class": "TokenizersBackend", "model_max_length": config["max_position_embeddings"], **_MARKS}
    for name, content in (("config.json", config), ("tokenizer_config.json", tokenizer)):
        (folder / name).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (folder / "modeling_voc.py").write_text(_MODULE, encoding="utf-8")


def _trace(body: nn.Module, path: Path) -> None:
    ids = torch.randint(4, 100, (2, 16))
    mask = torch.ones_like(ids)
    mask[0, 10:] = 0
    free = {name: {0: "texts", 1: "tokens"} for name in ("input_ids", "attention_mask", "hidden")}
    with warnings.catch_warnings():
        # The tracer warns of every shape that it sees as a constant; the two axes that vary are declared free.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Hidden(body), (ids, mask), str(path), dynamo=False, opset_version=_OPSET,
            input_names=["input_ids", "attention_mask"], output_names=["hidden"], dynamic_axes=free,
        )  # fmt: skip


def _fuse(path: Path, heads: int, size: int) -> ModelProto:
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    options = FusionOptions("bert")
    options.use_multi_head_attention = True  # which leaves the products with Q, K and V apart, for the quantiser
    options.enable_embed_layer_norm = False  # which would want the word vectors as floats
    fused: ModelProto = optimize_model(str(path), "bert", heads, size, optimization_options=options, opt_level=0).model
    return fused


def _pack_products(model: ModelProto) -> None:
    """Weights of products as bytes with a scale an output, spelled out in steps that ONNX Runtime does once, when it loads."""
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in tensors]:
        # Named after its place: /body/encoder/layer.0/output/dense/MatMul
        name = node.name.removeprefix("/body/").rpartition("/")[0].replace("/", ".") + ".weight"
        tensor = tensors[node.input[1]]
        codes, scales = quantise_rows(numpy_helper.to_array(tensor).T)
        steps = [
            helper.make_node("Cast", [f"{name}.codes"], [f"{name}.whole"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.whole", f"{name}.scales"], [f"{name}.rows"]),
            helper.make_node("Transpose", [f"{name}.rows"], [f"{name}.columns"], perm=[1, 0]),
        ]
        place = list(graph.node).index(node)
        for offset, step in enumerate(steps):
            graph.node.insert(place + offset, step)
        node.input[1] = f"{name}.columns"
        graph.initializer.remove(tensor)
        graph.initializer.extend([numpy_helper.from_array(codes, f"{name}.codes"), numpy_helper.from_array(scales, f"{name}.scales")])


def _pack_embeddings(model: ModelProto) -> None:
    """Word vectors as bytes with a scale each, looked up first and multiplied then."""
    graph = model.graph
    table = next(tensor for tensor in graph.initializer if tensor.name == f"body.{_WORDS}")
    lookup = next(node for node in graph.node if node.op_type == "Gather" and node.input[0] == table.name)
    codes, scales = quantise_rows(numpy_helper.to_array(table))
    where, result = lookup.input[1], lookup.output[0]
    parts: list[Any] = [
        helper.make_node("Gather", [f"{_WORDS}.codes", where], ["words.bytes"]),
        helper.make_node("Gather", [f"{_WORDS}.scales", where], ["words.scale"]),
        helper.make_node("Cast", ["words.bytes"], ["words.whole"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", ["words.whole", "words.scale"], [result]),
    ]
    place = list(graph.node).index(lookup)
    graph.node.remove(lookup)
    for offset, node in enumerate(parts):
        graph.node.insert(place + offset, node)
    graph.initializer.remove(table)
    graph.initializer.extend([numpy_helper.from_array(codes, f"{_WORDS}.codes"), numpy_helper.from_array(scales, f"{_WORDS}.scales")])


def _name_weights(model: ModelProto) -> None:
    """Give weights the names that `transformers` knows them by, so that `voc.transformer` can read them back."""
    names = {tensor.name: tensor.name.removeprefix("body.") for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "MultiHeadAttention":
            layer = node.input[0].removeprefix("/body/").partition("/query/")[0].replace("/", ".")
            names[node.input[3]] = f"{layer}.{QKV_BIAS}"
    for tensor in model.graph.initializer:
        tensor.name = names[tensor.name]
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = names.get(name, name)


def quantise_rows(table: np.ndarray[Any, np.dtype[np.float32]]) -> tuple[Any, Any]:
    """Round each row to 255 steps of its own size.

    Parameters
    ----------
    table : ndarray of shape (n_rows, n_columns)
        Any numbers.

    Returns
    -------
    codes : ndarray of shape (n_rows, n_columns), int8
        −127 … 127.
    scales : ndarray of shape (n_rows, 1), float32
        ``codes * scales`` is the table again, within half a step.

    Examples
    --------
    >>> codes, scales = quantise_rows(np.array([[0.5, -1.0], [0.0, 0.0]], dtype=np.float32))
    >>> codes.tolist()
    [[64, -127], [0, 0]]
    """
    scales = np.abs(table).max(axis=1, keepdims=True).astype(np.float32) / 127
    codes = np.rint(table / np.where(scales == 0, 1, scales)).astype(np.int8)
    return codes, scales
