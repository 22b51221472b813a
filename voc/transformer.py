"""Encoders in PyTorch: our own and any BERT-like folder that a user brings (extra ``[transformers]``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voc.encoder import Encoded, Floats, encode_with, load_tokenizer
from voc.errors import ModelNotFound, SettingsError
from voc.sentiment import Passage

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_PARTS = ("embeddings.", "encoder.")
QKV_BIAS = "qkv.bias"  # in our ONNX files the biases of query, key and value are one


class TransformersEncoder:
    """A transformer run by `transformers` in full precision.

    Parameters
    ----------
    folder : pathlib.Path
        A Hugging Face folder (``config.json``, weights, ``tokenizer.json``), or one of `models/encoder/`.

    Raises
    ------
    ModelNotFound
        If the folder holds no such model.
    SettingsError
        If `transformers` is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self.tokenizer = load_tokenizer(folder)
        self.body = load_body(folder)

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        """Vectors of comments and their clauses (see `voc.encoder.Encoder.encode`).

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.

        Returns
        -------
        list of Encoded, length n_comments
            In order.
        """
        return encode_with(self._run, self.tokenizer, passages)

    def _run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Floats:
        import torch

        with torch.inference_mode():
            hidden: Floats = hidden_states(self.body, torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
        return hidden


def middle_layer(layers: int) -> int:
    """Layer whose vectors our encoders give beside those of the last: two thirds up.

    The last layer comes to know how a text feels and forgets what it is about; a middle one still knows.

    Parameters
    ----------
    layers : int
        Of the transformer.

    Returns
    -------
    int
        Counted from 1.

    Examples
    --------
    >>> middle_layer(12)
    8
    """
    return max(1, round(layers * 2 / 3))


def hidden_states(body: Any, ids: Any, mask: Any) -> Any:
    """Token vectors of a transformer: the last layer's, and behind them those of the middle layer that its ``config.json`` names.

    Parameters
    ----------
    body : transformers.PreTrainedModel
        The transformer.
    ids, mask : tensor of shape (n_texts, n_tokens)
        Token ids, and 1 where there is a token.

    Returns
    -------
    tensor of shape (n_texts, n_tokens, n_dimensions)
        Of any folder of a user's own, only the last layer's.
    """
    import torch

    middle = getattr(body.config, "voc_middle_layer", None)
    said = body(input_ids=ids, attention_mask=mask, output_hidden_states=middle is not None)
    return said.last_hidden_state if middle is None else torch.cat([said.last_hidden_state, said.hidden_states[middle]], dim=2)


def load_body(folder: Path) -> PreTrainedModel:
    """A transformer without its heads.

    Our own encoders keep their weights once, in ``model.onnx``; they are read back from there.

    Parameters
    ----------
    folder : pathlib.Path
        A Hugging Face folder, or one of `models/encoder/`.

    Returns
    -------
    transformers.PreTrainedModel
        In evaluation mode.

    Raises
    ------
    ModelNotFound
        If the folder holds no such model.
    SettingsError
        If `transformers` is not installed.
    """
    try:
        from transformers import AutoModel

        from voc.onnxbert import OnnxBert
    except ImportError as error:
        raise SettingsError(
            "needs_transformers", "这里需要 transformers / transformers is needed here", "pip install 'voc-toolkit[transformers]'"
        ) from error
    try:
        if (folder / "model.onnx").is_file():
            return OnnxBert.from_pretrained(folder, attn_implementation="sdpa")
        body: PreTrainedModel = AutoModel.from_pretrained(
            folder, local_files_only=True, add_pooling_layer=False, attn_implementation="sdpa"
        )
    except (OSError, ValueError, TypeError) as error:  # the last where the model, not being like BERT, has no such layer
        raise ModelNotFound(
            "not_a_transformer",
            f"不是可用的 Hugging Face 模型目录 / not a usable Hugging Face folder: {folder.name!r}",
            "要有 config.json、model.safetensors、tokenizer.json / it needs these three",
            folder=str(folder),
        ) from error
    return body


def read_onnx_weights(path: Path) -> dict[str, NDArray[Any]]:
    """Weights of an encoder that `voc.training.onnx_export` wrote, as numbers again.

    Parameters
    ----------
    path : pathlib.Path
        ``model.onnx``.

    Returns
    -------
    dict of str to ndarray
        Name of the parameter, as `transformers` calls it → values.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {name: values for name, values in arrays.items() if name.startswith(_PARTS) and not name.endswith((".codes", ".scales"))}
    for name in (name.removesuffix(".codes") for name in arrays if name.endswith(".codes")):
        weights[name] = arrays[f"{name}.codes"] * arrays[f"{name}.scales"]  # a scale a row
    for name in [name for name in weights if name.endswith(QKV_BIAS)]:
        layer = name.removesuffix(QKV_BIAS)
        for part, values in zip(("query", "key", "value"), np.split(weights.pop(name), 3), strict=True):
            weights[f"{layer}{part}.bias"] = values
    return weights
