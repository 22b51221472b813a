from __future__ import annotations

import shutil

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, numpy_helper

from conftest import cut
from voc.encoder import OnnxEncoder, load_tokenizer
from voc.modelstore import model_folder
from voc.training.onnx_export import quantise_rows, write_auto_classes

WORDS = "embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def graph(tiny_onnx):
    return onnx.load(str(tiny_onnx / "model.onnx"), load_external_data=False).graph


def test_export_is_one_file_that_runs_anywhere(tiny_onnx, graph, tmp_path):
    assert not any(tensor.data_location == TensorProto.EXTERNAL for tensor in graph.initializer)
    assert sorted(path.name for path in tiny_onnx.iterdir()) == ["config.json", "model.onnx", "tokenizer.json"]
    for name in ("model.onnx", "tokenizer.json"):
        shutil.copy(tiny_onnx / name, tmp_path)
    here, there = (OnnxEncoder(folder).encode([cut("送餐太慢了")])[0].comment for folder in (tiny_onnx, tmp_path))
    np.testing.assert_array_equal(here, there)


def test_write_auto_classes_is_what_our_own_encoder_has(tmp_path):
    ours = model_folder("encoder", "e5-feedback")
    shutil.copy(ours / "config.json", tmp_path)
    write_auto_classes(tmp_path)
    for name in ("config.json", "modeling_voc.py", "tokenizer_config.json"):
        assert (tmp_path / name).read_bytes() == (ours / name).read_bytes(), name


def test_export_takes_ids_and_mask_of_any_shape(graph):
    axes = {value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim] for value in graph.input}
    assert axes == {"input_ids": ["texts", "tokens"], "attention_mask": ["texts", "tokens"]}
    assert [value.name for value in graph.output] == ["hidden"]


def test_export_keeps_word_vectors_as_bytes_only(graph, tiny_onnx):
    words = load_tokenizer(tiny_onnx).get_vocab_size()
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    assert list(tensors[f"{WORDS}.codes"].dims) == [words, 48]
    assert tensors[f"{WORDS}.codes"].data_type == TensorProto.INT8
    assert list(tensors[f"{WORDS}.scales"].dims) == [words, 1]
    constants = [attribute.t for node in graph.node for attribute in node.attribute if attribute.HasField("t")]
    floats = [tuple(tensor.dims) for tensor in [*tensors.values(), *constants] if tensor.data_type == TensorProto.FLOAT]
    assert (words, 48) not in floats
    assert (48, words) not in floats


def test_export_keeps_the_weights_of_every_product_as_bytes(graph):
    codes = [tensor for tensor in graph.initializer if tensor.name.endswith(".codes") and tensor.name != f"{WORDS}.codes"]
    assert len(codes) == 2 * 6  # query, key, value, output, and two of the feed-forward part
    assert all(tensor.data_type == TensorProto.INT8 for tensor in codes)
    kinds = {node.op_type for node in graph.node}
    assert not {"DynamicQuantizeLinear", "MatMulInteger"} & kinds, "an answer would depend on its neighbours"


def test_export_names_weights_as_transformers_does(graph):
    names = {tensor.name for tensor in graph.initializer}
    assert {
        "encoder.layer.1.attention.self.query.weight.codes",
        "encoder.layer.1.attention.self.qkv.bias",
        "encoder.layer.0.output.dense.weight.scales",
        "encoder.layer.0.output.LayerNorm.bias",
        "embeddings.position_embeddings.weight",
    } <= names
    used = {name for node in graph.node for name in node.input}
    assert names <= used, "nothing is carried along unused"


def test_export_keeps_the_vectors_of_the_words(graph, tiny_bert):
    from transformers import AutoModel

    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    exact = AutoModel.from_pretrained(tiny_bert, add_pooling_layer=False).embeddings.word_embeddings.weight.detach().numpy()
    codes, scales = quantise_rows(exact)
    np.testing.assert_array_equal(tensors[f"{WORDS}.codes"], codes)
    np.testing.assert_array_equal(tensors[f"{WORDS}.scales"], scales)


tables = st.tuples(st.integers(1, 6), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.int32, shape, elements=st.integers(-(10**6), 10**6)).map(lambda table: (table / 1000).astype(np.float32))
)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_quantise_rows_is_right_within_half_a_step_of_its_row(table):
    codes, scales = quantise_rows(table)
    assert codes.dtype == np.int8
    assert scales.shape == (len(table), 1)
    assert np.abs(codes.astype(int)).max() <= 127
    assert (np.abs(codes * scales - table) <= scales * 0.501).all()
    np.testing.assert_array_equal(np.sign(codes) * np.sign(table) >= 0, True)
    rows = np.abs(table).max(axis=1) > 0
    assert (np.abs(codes[rows].astype(int)).max(axis=1) == 127).all(), "a row uses its whole range"


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ([[0.5, -1.0], [0.0, 0.0]], [[64, -127], [0, 0]]),
        ([[1e-3, 1e-3], [1000, 1]], [[127, 127], [127, 0]]),  # a small row is not lost beside a large one
    ],
)
def test_quantise_rows_takes_each_row_for_itself(table, codes):
    assert quantise_rows(np.array(table, dtype=np.float32))[0].tolist() == codes
