"""The encoder while it learns: a BERT with one linear head a task, and the loop that teaches it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from voc.classify.heads import COMMENT_HEADS, Heads
from voc.encoder import Tokens, load_tokenizer, tokenise
from voc.records import LABELS
from voc.training.lessons import UNKNOWN, Lesson
from voc.transformer import hidden_states, load_body, middle_layer

_WARM_UP = 0.06  # share of the steps in which the learning rate rises
_SMOOTHING = 0.05
_CLIP = 1.0
_HEAD_RATE = 3e-3
_LOSS_WEIGHTS = {"mixed": 0.3, "informative": 0.3, "service": 0.3, "problem": 0.3, "touchpoint": 20.0, "intent": 3.0}


class Network(nn.Module):
    """Encoder and heads.

    Parameters
    ----------
    folder : pathlib.Path
        Of the encoder to start from, as `transformers` saves it, with ``tokenizer.json``.
    labels : dict of str to (tuple of str)
        Labels of each head (see `voc.classify.heads.Heads`).
    frozen_layers : int
        Lowest layers that stay as they are: they know the language already, and not teaching them saves a quarter of the time.
    """

    def __init__(self, folder: Path, labels: dict[str, tuple[str, ...]], frozen_layers: int = 4) -> None:
        super().__init__()
        self.labels = labels
        self.tokenizer = load_tokenizer(folder)
        self.body = load_body(folder)
        self.body.embeddings.requires_grad_(False)  # the rare words would fall behind
        for layer in cast(nn.ModuleList, self.body.get_submodule("encoder.layer"))[:frozen_layers]:
            layer.requires_grad_(False)
        self.body.config.voc_middle_layer = middle_layer(self.body.config.num_hidden_layers)
        size = 2 * self.body.config.hidden_size
        self.heads = nn.ModuleDict(
            {name: nn.Linear(size if name in COMMENT_HEADS else 2 * size, len(names)) for name, names in labels.items()}
        )

    def forward(self, ids: Tensor, mask: Tensor, clauses: Tensor) -> dict[str, Tensor]:
        """Scores of all heads.

        Parameters
        ----------
        ids, mask : tensor of shape (n_comments, n_tokens)
            Token ids, and 1 where there is a token.
        clauses : tensor of shape (n_comments, n_clauses, n_tokens)
            Rows sum to 1 over the tokens of a clause; all 0 for the filling.

        Returns
        -------
        dict of str to tensor
            (n_comments, n_labels) for heads of comments, (n_comments, n_clauses, n_labels) for those of clauses.
        """
        hidden = hidden_states(self.body, ids, mask)
        inner = mask.clone()
        inner[:, 0] = 0  # the means leave out the marks of start and end
        inner[torch.arange(len(ids)), mask.sum(1) - 1] = 0
        weights = inner.to(hidden.dtype)
        whole = (hidden * weights[:, :, None]).sum(1) / weights.sum(1, keepdim=True).clamp(min=1)
        parts = clauses.to(hidden.dtype) @ hidden
        both = torch.cat([parts, whole[:, None].expand_as(parts)], dim=2)
        return {name: head(whole if name in COMMENT_HEADS else both) for name, head in self.heads.items()}

    def export_heads(self) -> Heads:
        """Heads as they are used after training.

        Returns
        -------
        Heads
            Copies.
        """
        state = {name: values.float().cpu().numpy() for name, values in self.heads.state_dict().items()}
        arrays = {name: np.hstack([state[f"{name}.weight"], state[f"{name}.bias"][:, None]]) for name in self.heads}
        return Heads(self.labels, arrays)


def teach(
    network: Network,
    lessons: Sequence[Lesson],
    *,
    epochs: int = 1,
    rate: float = 1.5e-4,
    batch_size: int = 32,
    longest: int = 160,
    device: str = "cpu",
    seed: int = 42,
    title: str = "训练编码器 / training",
) -> float:
    """Fine-tune a network.

    Parameters
    ----------
    network : Network
        Changed in place.
    lessons : sequence of Lesson
        In any order.
    epochs : int
        Times that every lesson is read.
    rate : float
        Highest learning rate of AdamW.
    batch_size, longest : int
        Comments in a step, and tokens of a comment beyond which a part is drawn.
    device : str
        ``"cpu"`` or ``"cuda"``.
    seed : int
        Of order and dropout.
    title : str
        Beside the progress bar.

    Returns
    -------
    float
        Minutes that it took.
    """
    began = time.monotonic()
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    read = [tokens for at in range(0, len(lessons), 1000) for tokens in _read(network, lessons[at : at + 1000])]
    network.to(device).train()
    body = [weight for weight in network.body.parameters() if weight.requires_grad]
    heads = list(network.heads.parameters())
    steps = epochs * -(-len(lessons) // batch_size)
    groups = [{"params": body, "lr": rate}, {"params": heads, "lr": _HEAD_RATE}]  # the heads start from nothing
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [rate, _HEAD_RATE], total_steps=steps + 1, pct_start=_WARM_UP, anneal_strategy="linear"
    )
    with tqdm(total=epochs * len(lessons), desc=title, unit="条", mininterval=5) as bar:
        for _ in range(epochs):
            for batch in _batches([len(tokens.ids) for tokens in read], batch_size, random):
                loss = _loss(network, [lessons[index] for index in batch], [read[index] for index in batch], longest, random, device)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_([*body, *heads], _CLIP)
                optimiser.step()
                schedule.step()
                bar.update(len(batch))
                bar.set_postfix(loss=f"{float(loss.detach()):.2f}", refresh=False)
    network.eval()
    return (time.monotonic() - began) / 60


def _read(network: Network, lessons: Sequence[Lesson]) -> list[Tokens]:
    return tokenise(network.tokenizer, [lesson.passage for lesson in lessons])


def _batches(lengths: Sequence[int], size: int, random: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Batches of similar length in random order."""
    noisy = np.array(lengths) * random.uniform(0.8, 1.25, len(lengths))
    order = np.argsort(noisy)
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    for index in random.permutation(len(batches)):
        yield batches[index]


def _loss(
    network: Network, lessons: Sequence[Lesson], read: Sequence[Tokens], longest: int, random: np.random.Generator, device: str
) -> Tensor:
    starts = [int(random.integers(len(tokens.ids) - longest + 1)) if len(tokens.ids) > longest else 0 for tokens in read]
    width = min(max(len(tokens.ids) for tokens in read), longest) + 2
    most = max(1, *(len(tokens.clauses) for tokens in read)) if read else 1
    ids = torch.full((len(read), width), 1)
    mask = torch.zeros((len(read), width), dtype=torch.long)
    clauses = torch.zeros((len(read), most, width))
    seen = np.zeros((len(read), most), dtype=bool)
    for row, (tokens, start) in enumerate(zip(read, starts, strict=True)):
        part = tokens.ids[start : start + longest]
        ids[row, 0], ids[row, len(part) + 1] = 0, 2
        ids[row, 1 : len(part) + 1] = torch.from_numpy(part)
        mask[row, : len(part) + 2] = 1
        for place, (first, last) in enumerate(tokens.clauses):
            begin, end = max(first - start, 0), min(last - start, len(part))
            if begin < end:
                clauses[row, place, begin + 1 : end + 1] = 1 / (end - begin)
                seen[row, place] = True
    scores = network(ids.to(device), mask.to(device), clauses.to(device))
    return _total({name: value.float().cpu() for name, value in scores.items()}, lessons, seen, network.labels)


def _total(scores: dict[str, Tensor], lessons: Sequence[Lesson], seen: NDArray[np.bool_], labels: dict[str, tuple[str, ...]]) -> Tensor:
    """Sum of the losses of all heads over what the lessons know."""
    losses = [_sentiment_loss(scores["sentiment"], lessons)]
    for name in ("mixed", "informative"):
        known = [index for index, lesson in enumerate(lessons) if name in lesson.flags]
        if known and name in scores:
            targets = torch.tensor([float(lessons[index].flags[name]) for index in known])
            losses.append(_LOSS_WEIGHTS[name] * functional.binary_cross_entropy_with_logits(scores[name][known, 0], targets))
    known = [index for index, lesson in enumerate(lessons) if "service" in lesson.classes]
    if known and "service" in scores:
        targets = torch.tensor([lessons[index].classes["service"] for index in known])
        losses.append(_LOSS_WEIGHTS["service"] * functional.cross_entropy(scores["service"][known], targets))
    known = [index for index, lesson in enumerate(lessons) if lesson.intents is not None]
    if known and "intent" in scores:
        wanted = torch.tensor([[float(name in (lessons[index].intents or ())) for name in labels["intent"]] for index in known])
        losses.append(_LOSS_WEIGHTS["intent"] * functional.binary_cross_entropy_with_logits(scores["intent"][known], wanted))
    rows = [(index, place) for index, lesson in enumerate(lessons) for place in range(len(lesson.passage.spans)) if seen[index, place]]
    losses += _clause_losses(scores, lessons, rows)
    return torch.stack(losses).sum()


def _sentiment_loss(scores: Tensor, lessons: Sequence[Lesson]) -> Tensor:
    known = [index for index, lesson in enumerate(lessons) if lesson.sentiment != UNKNOWN]
    if not known:
        return scores.sum() * 0
    masked = scores[known].clone()
    binary = torch.tensor([lessons[index].binary for index in known])
    masked[binary, LABELS.index("neutral")] = -30.0  # a binary set says nothing of neutral
    targets = torch.tensor([lessons[index].sentiment for index in known])
    weights = torch.tensor([lessons[index].weight for index in known])
    logs = functional.log_softmax(masked, dim=1)
    right = logs.gather(1, targets[:, None])[:, 0]
    felt = (logs[:, 0] + logs[:, 2]) / 2
    return -(weights * ((1 - _SMOOTHING) * right + _SMOOTHING * felt)).sum() / len(lessons)


def _clause_losses(scores: dict[str, Tensor], lessons: Sequence[Lesson], rows: Sequence[tuple[int, int]]) -> list[Tensor]:
    losses = []
    felt = [(i, j, said[j]) for i, j in rows if (said := lessons[i].polarity) is not None and said[j, 1] > 0]
    if felt and "polarity" in scores:
        at, place, feelings = map(list, zip(*felt, strict=True))
        known = torch.tensor(np.array(feelings))
        each = functional.cross_entropy(scores["polarity"][at, place], known[:, 0].long(), reduction="none", label_smoothing=_SMOOTHING)
        losses.append((each * known[:, 1]).sum() / len(felt))
    named = [(i, j, said[j]) for i, j in rows if (said := lessons[i].touchpoints) is not None]
    if named and "touchpoint" in scores:
        at, place, spoken_of = map(list, zip(*named, strict=True))
        targets = torch.tensor(np.array(spoken_of), dtype=torch.float32)
        weights = torch.tensor([lessons[i].touchpoint_weight for i, *_ in named])
        each = functional.binary_cross_entropy_with_logits(scores["touchpoint"][at, place], targets, reduction="none").mean(1)
        losses.append(_LOSS_WEIGHTS["touchpoint"] * (each * weights).mean())
    coded = [(i, j, codes[j]) for i, j in rows if (codes := lessons[i].problems) is not None and codes[j] != UNKNOWN]
    if coded and "problem" in scores:
        at, place, problems = map(list, zip(*coded, strict=True))
        losses.append(_LOSS_WEIGHTS["problem"] * functional.cross_entropy(scores["problem"][at, place], torch.tensor(problems)))
    return losses
