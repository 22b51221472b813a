"""The report: one self-contained page of a run, for reading and for paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voc.report.page import content_security_policy, report_html

__all__ = ["content_security_policy", "report_html"]


def __getattr__(name: str) -> Any:
    """Charts and words are used without the report, which needs the statistics."""
    if name in __all__:
        from voc.report import page

        return getattr(page, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
