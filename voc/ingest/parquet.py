"""Rows out of Parquet files, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from voc.ingest.cells import cell_text
from voc.ingest.header import unique_names
from voc.ingest.rawrow import RawRow, damage_reported

_BATCH_ROWS = 1_000


def parquet_names(path: Path) -> tuple[str, ...]:
    """Column names of a Parquet file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    tuple of str
        In the file's order, made unique.

    Raises
    ------
    TableError
        If the file is damaged.
    """
    import pyarrow.parquet as pq  # 0.3 s that only Parquet readers should pay

    with damage_reported(path.name), pq.ParquetFile(path) as file:
        return unique_names(file.schema_arrow.names)


def read_parquet(path: Path) -> Iterator[RawRow]:
    """Rows of a Parquet file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Yields
    ------
    RawRow
        Numbered from 1.

    Raises
    ------
    TableError
        If the file is damaged.
    """
    import pyarrow.parquet as pq

    numbers = count(1)
    with damage_reported(path.name), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            for cells in zip(*map(_texts, batch.columns), strict=True):
                yield RawRow(next(numbers), cells)


def _texts(column: Any) -> list[str]:
    import pyarrow as pa

    if pa.types.is_nested(column.type):
        return ["" if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in column.to_pylist()]
    if pa.types.is_temporal(column.type) or pa.types.is_decimal(column.type):
        # Python's own dates know no nanoseconds and no year 10,000.
        column = column.cast(pa.string())
    return [cell_text(value) for value in column.to_pylist()]
