"""Where things are, and the few settings; read once at the edge and passed in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from voc.errors import SettingsError


def home() -> Path:
    """Folder that holds `corpora/` and `models/`.

    ``$VOC_HOME``, else the checkout, else ``share/voc`` of the environment that voc is installed in.

    Returns
    -------
    pathlib.Path
        An existing folder.

    Raises
    ------
    SettingsError
        If none of the three holds `corpora/`.

    Examples
    --------
    >>> (home() / "corpora" / "taxonomy").is_dir()
    True
    """
    candidates = [Path(__file__).resolve().parent.parent, Path(sys.prefix) / "share" / "voc"]
    if "VOC_HOME" in os.environ:
        candidates = [Path(os.environ["VOC_HOME"])]
    for folder in candidates:
        if (folder / "corpora").is_dir():
            return folder
    raise SettingsError(
        "home_not_found",
        f"找不到 corpora/ 与 models/ / corpora/ and models/ not found in {', '.join(map(str, candidates))}",
        "设置环境变量 VOC_HOME / set VOC_HOME to the folder that holds them",
    )
