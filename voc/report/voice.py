"""How a report speaks: one language, one taxonomy."""

from __future__ import annotations

from dataclasses import dataclass, field

from voc.records import PainPoint
from voc.report import format as written
from voc.report import names
from voc.report.words import Language, one_half, say
from voc.taxonomy import Taxonomy, load_taxonomy
from voc.wordings import NOBODY_ASKED


@dataclass(frozen=True)
class Voice:
    """Words and names for one reader.

    Parameters
    ----------
    language : {"zh", "en"}
        Of the reader.
    taxonomy : Taxonomy
        Names of stages and touchpoints.
    glosses : dict of str to str
        Id of a pain point → what it is in English.

    Examples
    --------
    >>> Voice().touchpoint("delivery"), Voice("en").touchpoint("delivery")
    ('物流配送', 'Delivery')
    """

    language: Language = "zh"
    taxonomy: Taxonomy = field(default_factory=load_taxonomy)
    glosses: dict[str, str] = field(default_factory=dict)

    def __call__(self, key: str, **values: object) -> str:
        """One message."""
        return say(self.language, key, **values)

    def half(self, text: str) -> str:  # numpydoc ignore=PR01,RT01
        """The reader's half of a text in both languages."""
        return one_half(text, self.language)

    def stage(self, key: str) -> str:  # numpydoc ignore=PR01,RT01
        """Name of a stage."""
        return names.stage_name(self.taxonomy, key, language=self.language)

    def touchpoint(self, key: str) -> str:  # numpydoc ignore=PR01,RT01
        """Name of a touchpoint."""
        return names.touchpoint_name(self.taxonomy, key, language=self.language)

    def point(self, id: str, label: str) -> str:  # numpydoc ignore=PR01,RT01
        """Name of a pain point, or of a touchpoint that stands beside pain points; in English with what it means."""
        if id in self.taxonomy.by_id:
            return self.touchpoint(id)
        gloss = self.glosses.get(id) if self.language == "en" else ""
        return f"{label} ({gloss})" if gloss else label

    def person(self, name: str) -> str:  # numpydoc ignore=PR01,RT01
        """Who is to do something."""
        return self("plan.this_computer") if name == NOBODY_ASKED else name

    def date(self, value: str) -> str:  # numpydoc ignore=PR01,RT01
        """A day."""
        return written.date(value, language=self.language)

    def range(self, bounds: tuple[float, float], digits: int = 1) -> str:  # numpydoc ignore=PR01,RT01
        """An interval in points."""
        return written.signed_interval(bounds, digits, language=self.language)


def glosses_of(points: tuple[PainPoint, ...]) -> dict[str, str]:
    """What pain points are in English.

    Parameters
    ----------
    points : tuple of PainPoint
        Of the analysis.

    Returns
    -------
    dict of str to str
        By id.
    """
    return {point.id: point.gloss for point in points if point.gloss}
