"""Tables of customer comments, in whatever shape they come, to `Comment` and `Problem` records."""

from voc.ingest.columns import TableOptions
from voc.ingest.files import SUFFIXES
from voc.ingest.tables import inspect_tables, read_all, read_comments

__all__ = ["SUFFIXES", "TableOptions", "inspect_tables", "read_all", "read_comments"]
