"""Names of stages and touchpoints in the reader's language."""

from __future__ import annotations

from voc.report.words import Language, load_words
from voc.taxonomy import Taxonomy


def stage_name(taxonomy: Taxonomy, stage: str, *, language: Language = "zh") -> str:
    """Name of a stage.

    Parameters
    ----------
    taxonomy : Taxonomy
        Names its stages in Chinese alone.
    stage : str
        Its key; empty: outside all stages.
    language : {"zh", "en"}
        Of the reader.

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
    words = load_words(language)
    own = taxonomy.stages.get(stage) or words["stage.none"]
    return words.get(f"stage.{stage}", own) if language == "en" else own


def touchpoint_name(taxonomy: Taxonomy, touchpoint: str, *, language: Language = "zh") -> str:
    """Name of a touchpoint.

    Parameters
    ----------
    taxonomy : Taxonomy
        With its names.
    touchpoint : str
        Its key.
    language : {"zh", "en"}
        Of the reader.

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
    return (language == "en" and found.en) or found.zh
