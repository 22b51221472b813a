"""The customer journey: how each touchpoint is spoken of, and where it matters most."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean

from voc.statistics.columns import Columns
from voc.statistics.intervals import LEAST, balance_figure, share_figure
from voc.statistics.records import DriverModel, Figure, JourneyPoint


def journey(columns: Columns, drivers: DriverModel | None = None, *, least: int = LEAST) -> tuple[JourneyPoint, ...]:
    """Emotion curve: each touchpoint in the order of the journey.

    Parameters
    ----------
    columns : Columns
        Of the batch.
    drivers : DriverModel, optional
        Of the touchpoints, for `leverage` = volume × |effect of a negative mention on the score|.
    least : int
        Mentions below which shares are suppressed.

    Returns
    -------
    tuple of JourneyPoint
        In the taxonomy's order, those that nobody mentions included.
    """
    effects = {one.id: one.effect for one in drivers.drivers if one.polarity == "negative"} if drivers else {}
    comments = max(len(columns), 1)
    rows = []
    for place, touchpoint in enumerate(columns.taxonomy.touchpoints):
        mentions = int(columns.mentioned[:, place].sum())
        bad = columns.negative[:, place]
        good = columns.positive[:, place] & ~bad
        volume = mentions / comments
        rows.append(
            JourneyPoint(
                stage=touchpoint.stage,
                stage_zh=columns.taxonomy.stages.get(touchpoint.stage, ""),
                touchpoint=touchpoint.id,
                label=touchpoint.zh,
                mentions=mentions,
                volume=round(volume, 4),
                negative=share_figure(int(bad.sum()), mentions, least=least),
                net=balance_figure(int(good.sum()), int(bad.sum()), mentions, least=least),
                leverage=_leverage(volume, effects.get(touchpoint.id)),
            )
        )
    return _flagged(rows, effects)


def _leverage(volume: float, effect: Figure | None) -> float | None:
    return None if effect is None or effect.value is None else round(volume * abs(effect.value), 4)


def _flagged(rows: list[JourneyPoint], effects: Mapping[str, Figure]) -> tuple[JourneyPoint, ...]:
    known = [row.leverage for row in rows if row.leverage is not None]
    usual = mean(known) if known else 0.0
    surely = {name for name, effect in effects.items() if effect.interval and effect.interval[1] < 0}
    return tuple(
        row.model_copy(update={"high_value": row.leverage is not None and row.leverage > usual and row.touchpoint in surely})
        for row in rows
    )
