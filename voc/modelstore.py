"""The only reader and writer of `models/`: <task>/<name>/ with the artefact, meta.json and a generated card."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import Field

from voc.errors import ModelNotFound
from voc.records import Record
from voc.settings import home


class ModelMeta(Record):
    """What `meta.json` says of a trained model."""

    task: str
    name: str
    version: str
    classifier: str
    labels: tuple[str, ...]
    data: dict[str, int]
    settings: dict[str, Any]
    metrics: dict[str, Any]
    sha256: dict[str, str] = Field(default_factory=dict)

    @property
    def reference(self) -> str:  # numpydoc ignore=RT01
        """``name@version``, as results name the model."""
        return f"{self.name}@{self.version}"


def model_folder(task: str, name: str) -> Path:
    """Folder of a model.

    Parameters
    ----------
    task : str
        ``"sentiment"``, ``"touchpoint"`` or ``"pain"``.
    name : str
        E.g. ``"linear"``.

    Returns
    -------
    pathlib.Path
        Whether it exists or not.

    Raises
    ------
    SettingsError
        If `home` finds no folder of the project.
    """
    return home() / "models" / task / name


def read_meta(task: str, name: str) -> ModelMeta:
    """Description of a trained model.

    Parameters
    ----------
    task : str
        ``"sentiment"``, ``"touchpoint"`` or ``"pain"``.
    name : str
        E.g. ``"linear"``.

    Returns
    -------
    ModelMeta
        Its ``meta.json``.

    Raises
    ------
    ModelNotFound
        If there is no such model.
    """
    return read_meta_in(model_folder(task, name), task)


def read_meta_in(folder: Path, task: str) -> ModelMeta:
    """Description of a trained model, wherever it lies.

    Parameters
    ----------
    folder : pathlib.Path
        Of the model.
    task : str
        What it is for.

    Returns
    -------
    ModelMeta
        Its ``meta.json``.

    Raises
    ------
    ModelNotFound
        If there is no such model.
    """
    path = folder / "meta.json"
    if not path.is_file():
        known = ", ".join(sorted(meta.parent.name for meta in path.parent.parent.glob("*/meta.json"))) or "–"
        raise ModelNotFound(
            "model_not_found",
            f"没有这个模型 / no such model: {task}/{folder.name}",
            f"现有 / there are: {known}；训练 / train: voc train {task}",
            folder=str(path.parent.parent),
        )
    return ModelMeta.model_validate_json(path.read_text(encoding="utf-8"))


def shipped_models() -> tuple[tuple[str, str], ...]:
    """Trained models that are there.

    Returns
    -------
    tuple of (str, str)
        Task and name, in alphabetical order.

    Examples
    --------
    >>> ("sentiment", "fast") in shipped_models()
    True
    """
    found = sorted((home() / "models").glob("*/*/meta.json"))
    return tuple((path.parent.parent.name, path.parent.name) for path in found)


def read_card(task: str, name: str) -> str:
    """Card of a trained model, for people.

    Parameters
    ----------
    task : str
        ``"sentiment"``, ``"touchpoint"`` or ``"pain"``.
    name : str
        E.g. ``"linear"``.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    ModelNotFound
        If there is no such model, or it has no card.
    """
    path = model_folder(task, name) / "README.md"
    if (task, name) not in shipped_models() or not path.is_file():
        raise ModelNotFound("model_not_found", f"没有这个模型 / no such model: {task}/{name}")
    return path.read_text(encoding="utf-8")


def write_meta(folder: Path, meta: ModelMeta, card: str) -> ModelMeta:
    """Describe a model whose artefact already lies in the folder.

    Parameters
    ----------
    folder : pathlib.Path
        From `model_folder`, or any other.
    meta : ModelMeta
        Its checksums are filled in here.
    card : str
        Markdown for people, written as ``README.md``.

    Returns
    -------
    ModelMeta
        As written.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in ("meta.json", "README.md"))
    sums = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    meta = meta.model_copy(update={"sha256": sums})
    (folder / "meta.json").write_text(json.dumps(meta.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card, encoding="utf-8")
    return meta
