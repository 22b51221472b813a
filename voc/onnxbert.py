"""Our encoders as `transformers` sees them: a BERT whose weights are read from ``model.onnx`` (extra ``[transformers]``)."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel

from voc.transformer import read_onnx_weights


class OnnxBert(BertModel):  # type: ignore[no-untyped-call]
    """What ``AutoModel.from_pretrained(folder, trust_remote_code=True)`` loads; see ``modeling_voc.py`` in the folder.

    Parameters
    ----------
    config : transformers.BertConfig
        Of the transformer.
    """

    @classmethod
    def from_pretrained(  # type: ignore[override]
        cls, folder: str | Path, *rest: Any, config: BertConfig | None = None, **options: Any
    ) -> BertModel:
        """A plain BERT with the weights of ``model.onnx``, without heads.

        Parameters
        ----------
        folder : str or pathlib.Path
            One of `models/encoder/`, or another that `voc train encoder` wrote.
        *rest : object
            As for any model of `transformers`.
        config : transformers.BertConfig, optional
            The folder's own by default.
        **options : object
            As for any model of `transformers`: ``dtype``, ``device_map``, ``attn_implementation``, …

        Returns
        -------
        transformers.BertModel
            In evaluation mode; what it saves is an ordinary folder.

        Raises
        ------
        OSError
            If the folder holds no such model.
        """
        config = deepcopy(config) or BertConfig.from_pretrained(folder, local_files_only=True)
        config.__dict__.pop("auto_map", None)  # once read, the weights need no code of ours
        weights = {name: torch.tensor(values) for name, values in read_onnx_weights(Path(folder) / "model.onnx").items()}
        return BertModel.from_pretrained(None, *rest, config=config, state_dict=weights, add_pooling_layer=False, **options)
