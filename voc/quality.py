"""Which models read: `fast`, `best`, or a folder of the user's own made by `voc train own`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voc.errors import ModelNotFound
from voc.modelstore import ModelMeta, model_folder, read_meta_in

ENCODERS = {"fast": "static", "best": "e5-feedback"}
DEFAULT_QUALITY = "best"
TASKS = ("sentiment", "touchpoint", "intent")


@dataclass(frozen=True)
class Engine:
    """An encoder and what was fitted on top of it.

    Parameters
    ----------
    quality : str
        As `find_engine` finds it again.
    name : str
        Of the encoder, as results name it.
    encoder : pathlib.Path
        Folder of the encoder itself.
    heads : pathlib.Path
        Folder of the heads on its vectors; for our own encoders the same.
    tasks : dict of str to pathlib.Path
        Task → folder of the model that weighs the heads against n-grams.
    """

    quality: str
    name: str
    encoder: Path
    heads: Path
    tasks: dict[str, Path]

    def meta(self, task: str) -> ModelMeta:
        """Description of a task's model.

        Parameters
        ----------
        task : str
            One of `TASKS`.

        Returns
        -------
        ModelMeta
            Its ``meta.json``.

        Raises
        ------
        ModelNotFound
            If it was not trained.
        """
        return read_meta_in(self.tasks[task], task)


def find_engine(quality: str) -> Engine:
    """Where the models of a quality lie.

    Parameters
    ----------
    quality : str
        ``"fast"``, ``"best"``, or a folder that `voc train own` wrote.

    Returns
    -------
    Engine
        Its folders; those of ``fast`` and ``best`` need not exist yet.

    Raises
    ------
    ModelNotFound
        If it is neither a known quality nor such a folder.

    Examples
    --------
    >>> find_engine("best").name
    'e5-feedback'
    """
    if quality in ENCODERS:
        folder = model_folder("encoder", ENCODERS[quality])
        return Engine(quality, ENCODERS[quality], folder, folder, {task: model_folder(task, quality) for task in TASKS})
    own = Path(quality)
    if not (own / "encoder" / "meta.json").is_file():
        raise ModelNotFound(
            "unknown_quality",
            f"没有这个质量档，也不是模型目录 / neither a quality nor a folder of models: {quality!r}",
            f"{' · '.join(ENCODERS)}，或先运行 / or first run: voc train own --base FOLDER --gold FILE --output {own.name or 'FOLDER'}",
            folder=quality,
        )
    return own_engine(own, Path(read_meta_in(own / "encoder", "encoder").settings["base"]))


def own_engine(folder: Path, base: Path) -> Engine:
    """Where the models of a user's own encoder lie.

    Parameters
    ----------
    folder : pathlib.Path
        Given to `voc train own` as ``--output``.
    base : pathlib.Path
        Hugging Face folder of the encoder.

    Returns
    -------
    Engine
        Whether its folders exist or not.
    """
    return Engine(str(folder), base.name, base, folder / "encoder", {task: folder / task for task in TASKS})
