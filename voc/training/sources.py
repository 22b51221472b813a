"""What a training reads, and how it is to go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from voc.errors import SettingsError
from voc.training.annotations import read_public_annotations, read_written_comments
from voc.training.data import (
    GoldComment,
    Labelled,
    annotated,
    header_of,
    read_aspects,
    read_examples,
    read_gold,
    read_labelled,
    read_services,
    text_key,
)

ANNOTATED, WEAK = "annotated: ", "aspects: "  # before a source's name: how far it is labelled
_COLUMNS = {"label": "source,text,label,scheme (CSV)", "mentions": "source, text, mentions (JSONL)", "intent": "text,intent (CSV)"}


@dataclass(frozen=True)
class Settings:
    """How to train.

    Parameters
    ----------
    base : pathlib.Path, optional
        Hugging Face folder that the encoder starts from; the shipped encoder where left out.
    output : pathlib.Path, optional
        Where the models on an encoder of the user's own go.
    work : pathlib.Path
        Where an unfinished training of the encoder keeps its parts.
    device : str
        ``"cpu"`` or ``"cuda"``, for the encoder.
    version : str
        Written into the description.
    seed : int
        Of everything random.
    command : str
        Line that trains the same again, for the card.
    """

    base: Path | None = None
    output: Path | None = None
    work: Path = Path("build/training")
    device: str = "cpu"
    version: str = "1"
    seed: int = 42
    command: str = ""


@dataclass(frozen=True)
class Sources:
    """The files to learn from, read when asked for.

    Parameters
    ----------
    gold_file : pathlib.Path
        Annotated comments.
    data : tuple of pathlib.Path
        Labelled comments, aspect annotations, service questions; told apart by their names' ends and columns.
    """

    gold_file: Path
    data: tuple[Path, ...] = ()

    @cached_property
    def gold(self) -> list[GoldComment]:  # numpydoc ignore=RT01
        """Annotated comments: those of the file, those of ours, and those of the public sets that are among the data."""
        ours, public = read_written_comments(), read_public_annotations(self.data)
        return [*read_gold(self.gold_file), *annotated(ours, "comments_*.tsv"), *annotated(public, "public_annotations.tsv")]

    @cached_property
    def examples(self) -> list[GoldComment]:  # numpydoc ignore=RT01
        """Clauses of our own."""
        return read_examples()

    @cached_property
    def labelled(self) -> Labelled:  # numpydoc ignore=RT01
        """Labelled comments, without the annotated ones."""
        return read_labelled(self._file("label"), without=[comment.passage.normalised for comment in self.gold])

    @cached_property
    def every_labelled(self) -> Labelled:  # numpydoc ignore=RT01
        """Labelled comments, the annotated ones too."""
        return read_labelled(self._file("label"))

    @cached_property
    def aspects(self) -> list[tuple[str, str, list[dict[str, Any]]]]:  # numpydoc ignore=RT01
        """Aspect annotations, without the annotated comments."""
        held_out = {text_key(comment.passage.normalised) for comment in self.gold}
        return [row for row in read_aspects(self._file("mentions")) if text_key(row[1]) not in held_out]

    @cached_property
    def services(self) -> list[tuple[str, str]]:  # numpydoc ignore=RT01
        """Service questions with their kind."""
        return read_services(self._file("intent"))

    @property
    def counts(self) -> dict[str, int]:  # numpydoc ignore=RT01
        """How much is annotated, by source, for the card."""
        found = Counter(f"{ANNOTATED}{comment.row['source']}" for comment in [*self.gold, *self.examples])
        return dict(found.most_common())

    def _file(self, kind: str) -> Path:
        for path in self.data:
            columns = header_of(path)
            if kind == next((name for name in _COLUMNS if name in columns), ""):
                return path
        raise SettingsError("training_data", f"缺少训练数据 / training data missing: {_COLUMNS[kind]}", "--data FILE")
