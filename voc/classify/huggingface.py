"""Sentiment by a Hugging Face classifier that a user brings (extra ``[transformers]``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from voc.classify.head import Doubles
from voc.cues import without_turn
from voc.errors import ModelNotFound, SettingsError
from voc.records import LABELS, Sentiment, Verdict
from voc.sentiment import Opinion, Passage, make_sentiment, make_verdict

_WINDOW = 512  # tokens read at once; a longer text is the mean of its windows
_FELT = 0.6  # probability from which a clause counts as praise or complaint, for `mixed`
_SAYS = (  # in this order: "not positive" is no case that folders know
    ("negative", re.compile(r"neg|负|消极|差评|bad|^[12]\s*star|star\D*[12]$", re.IGNORECASE)),
    ("neutral", re.compile(r"neu|中性|中评|mixed|^3\s*star|star\D*3$", re.IGNORECASE)),
    ("positive", re.compile(r"pos|正|积极|好评|good|^[45]\s*star|star\D*[45]$", re.IGNORECASE)),
)


class HuggingFaceSentiment:
    """A sequence classifier in the place of `voc.sentiment.SentimentModel`: it reads the comment, and each clause by itself.

    Parameters
    ----------
    folder : pathlib.Path
        With ``config.json`` whose ``id2label`` names negative, positive and perhaps neutral (or stars), weights and tokenizer.

    Raises
    ------
    ModelNotFound
        If the folder holds no such model, or its labels are not those of sentiment.
    SettingsError
        If `transformers` is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise SettingsError(
                "needs_transformers", "这里需要 transformers / transformers is needed here", "pip install 'voc-toolkit[transformers]'"
            ) from error
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()
        except (OSError, ValueError, KeyError) as error:
            raise ModelNotFound(
                "not_a_classifier",
                f"不是可用的 Hugging Face 分类模型目录 / not a usable Hugging Face classifier: {folder.name!r}",
                "要有 config.json、权重和 tokenizer / it needs config.json, weights and a tokenizer",
                folder=str(folder),
            ) from error
        self.meaning = label_meaning(self.model.config.id2label, folder)

    def predict(
        self, passages: Sequence[Passage], opinions: Sequence[Opinion], shifts: Doubles | None = None
    ) -> list[tuple[Sentiment, list[Verdict]]]:
        """Sentiment of comments and of their clauses (see `voc.sentiment.SentimentModel.predict`).

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.
        opinions : sequence of (mapping of str to ndarray), length n_comments
            Not asked.
        shifts : ndarray of shape (n_comments, 3), optional
            Added to the log-probabilities of a comment and of its clauses.

        Returns
        -------
        list of (Sentiment, list of Verdict), length n_comments
            One verdict per clause; one for the whole where there is no clause.
        """
        moved = np.zeros((len(passages), len(LABELS))) if shifts is None else shifts
        return [self._comment(passage, shift) for passage, shift in zip(passages, moved, strict=True)]

    def _comment(self, passage: Passage, shift: Doubles) -> tuple[Sentiment, list[Verdict]]:
        clauses = np.array([_shifted(self.probabilities(without_turn(clause)), shift) for clause in passage.clauses])
        both = bool(clauses[:, 0].max() >= _FELT and clauses[:, 2].max() >= _FELT)
        whole = _shifted(self.probabilities(passage.normalised), shift)
        return make_sentiment(whole.tolist(), both), [make_verdict(row) for row in clauses.tolist()]

    def probabilities(self, text: str) -> Doubles:
        """Probability of each label for one text; texts are read one by one, so that none depends on its neighbours.

        Parameters
        ----------
        text : str
            Any length.

        Returns
        -------
        ndarray of shape (3,)
            As LABELS; sums to 1.
        """
        import torch

        windows = self.tokenizer(text or " ", truncation=True, max_length=_WINDOW, return_overflowing_tokens=True)["input_ids"]
        with torch.inference_mode():
            rows = [self.model(input_ids=torch.tensor([window])).logits[0].softmax(dim=0).double().numpy() for window in windows]
        said = np.mean(rows, axis=0)
        return np.array([said[[index for index, name in self.meaning.items() if name == label]].sum() for label in LABELS])


def label_meaning(id2label: Mapping[int, str], folder: Path) -> dict[int, str]:
    """What the classes of a classifier mean.

    Parameters
    ----------
    id2label : mapping of int to str
        Of its ``config.json``.
    folder : pathlib.Path
        Named where it cannot be told.

    Returns
    -------
    dict of int to str
        Class → one of LABELS.

    Raises
    ------
    ModelNotFound
        If a class has another name, or praise or complaint is missing.

    Examples
    --------
    >>> label_meaning({0: "1 star", 1: "3 stars", 2: "5 stars"}, Path("stars"))
    {0: 'negative', 1: 'neutral', 2: 'positive'}
    """
    found = {index: next((label for label, pattern in _SAYS if pattern.search(name)), "") for index, name in id2label.items()}
    if "" in found.values() or not {"negative", "positive"} <= set(found.values()):
        raise ModelNotFound(
            "labels_unclear",
            f"看不出各类别的含义 / cannot tell what the classes mean: {sorted(id2label.values())}",
            "在 config.json 的 id2label 里写 negative、neutral、positive / name them so in id2label",
            folder=str(folder),
        )
    return found


def _shifted(probabilities: Doubles, shift: Doubles) -> Doubles:
    moved = probabilities * np.exp(shift)
    return np.asarray(moved / moved.sum())
