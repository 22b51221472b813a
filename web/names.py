"""Names of stages and touchpoints in the language of whoever asks."""

from __future__ import annotations

from voc.report import names
from voc.taxonomy import Taxonomy
from web.messages import current_language


def stage_name(taxonomy: Taxonomy, stage: str) -> str:
    """Name of a stage (see `voc.report.names.stage_name`).

    Parameters
    ----------
    taxonomy : Taxonomy
        With its stages.
    stage : str
        Its key; empty: outside all stages.

    Returns
    -------
    str
        In the reader's language.
    """
    return names.stage_name(taxonomy, stage, language=current_language())


def touchpoint_name(taxonomy: Taxonomy, touchpoint: str) -> str:
    """Name of a touchpoint (see `voc.report.names.touchpoint_name`).

    Parameters
    ----------
    taxonomy : Taxonomy
        With its names.
    touchpoint : str
        Its key.

    Returns
    -------
    str
        In the reader's language; the key where the taxonomy no longer knows it.
    """
    return names.touchpoint_name(taxonomy, touchpoint, language=current_language())
