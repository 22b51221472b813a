"""Names of stages and touchpoints in the reader's language."""

from __future__ import annotations

from voc.taxonomy import Taxonomy
from web.messages import current_language, load_messages


def stage_name(taxonomy: Taxonomy, stage: str) -> str:
    """Name of a stage.

    Parameters
    ----------
    taxonomy : Taxonomy
        Names its stages in Chinese alone.
    stage : str
        Its key; empty: outside all stages.

    Returns
    -------
    str
        English where the stage is one that we know and the reader wants it.

    Examples
    --------
    >>> from voc.taxonomy import load_taxonomy
    >>> stage_name(load_taxonomy(), "fulfilment")
    '履约配送'
    """
    words = load_messages(current_language())
    own = taxonomy.stages.get(stage) or words["stage.none"]
    return words.get(f"stage.{stage}", own) if current_language() == "en" else own


def touchpoint_name(taxonomy: Taxonomy, touchpoint: str) -> str:
    """Name of a touchpoint.

    Parameters
    ----------
    taxonomy : Taxonomy
        With its names.
    touchpoint : str
        Its key.

    Returns
    -------
    str
        The key where the taxonomy no longer knows it.

    Examples
    --------
    >>> from voc.taxonomy import load_taxonomy
    >>> touchpoint_name(load_taxonomy(), "delivery"), touchpoint_name(load_taxonomy(), "gone")
    ('物流配送', 'gone')
    """
    found = taxonomy.by_id.get(touchpoint)
    if found is None:
        return touchpoint
    return (current_language() == "en" and found.en) or found.zh
