"""What a client asks of the runs of a service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from voc.errors import SettingsError
from voc.output import atomic
from voc.records import Analysis, Label, PainPoint

if TYPE_CHECKING:
    from voc.statistics import StatisticsReport
    from voc.store.records import Review, StoredComment

FORMATS = (".json", ".xlsx", ".csv", ".jsonl", ".html")
_PAGE = 200  # comments a request


class RunsClient(ABC):
    """Base of `voc.Client`, which says how a request is sent."""

    @abstractmethod
    def _request(self, method: str, path: str, **content: Any) -> httpx.Response: ...

    @abstractmethod
    def _stream(self, path: str, **content: Any) -> AbstractContextManager[httpx.Response]: ...

    def run(self, run_id: str) -> Analysis:
        """A run as it holds now, after reviews and edits.

        Parameters
        ----------
        run_id : str
            The run.

        Returns
        -------
        Analysis
            Pain points without their members.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses.
        """
        return Analysis.model_validate(self._request("GET", _path(run_id)).json()["analysis"])

    def pain_points(self, run_id: str) -> tuple[PainPoint, ...]:
        """Pain points of a run as they hold now.

        Parameters
        ----------
        run_id : str
            The run.

        Returns
        -------
        tuple of PainPoint
            Those with the most comments first, without members.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses.
        """
        found = self._request("GET", f"{_path(run_id)}/pain-points").json()["pain_points"]
        return tuple(PainPoint.model_validate(one) for one in found)

    def comments(self, run_id: str, **filters: str | bool | None) -> Iterator[StoredComment]:
        """Comments of a run, page by page.

        Parameters
        ----------
        run_id : str
            The run.
        **filters : str or bool
            ``touchpoint``, ``sentiment``, ``pain_point``, ``q``, ``from_``, ``to``, ``channel``, ``store``, ``product``, ``region``,
            ``question``, ``intent``, ``mixed``, ``reviewed``, ``order``.

        Yields
        ------
        StoredComment
            With what holds of it.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses.
        """
        from voc.store.records import CommentPage

        asked = {name.removesuffix("_"): value for name, value in filters.items() if value is not None}
        cursor: str | None = ""
        while cursor is not None:
            params = {**asked, "limit": _PAGE, **({"cursor": cursor} if cursor else {})}
            page = CommentPage.model_validate_json(self._request("GET", f"{_path(run_id)}/comments", params=params).content)
            yield from page.comments
            cursor = page.next

    def review(self, run_id: str, key: int, decisions: Mapping[str, Label | None]) -> tuple[Review, ...]:
        """Decide on a comment; the numbers of the run follow at once.

        Parameters
        ----------
        run_id : str
            The run.
        key : int
            `key` of the comment.
        decisions : mapping of str to Label or None
            ``sentiment`` or a touchpoint → what holds; None: it does not speak of the touchpoint.

        Returns
        -------
        tuple of Review
            As noted.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses.
        """
        from voc.store.records import Review

        body = {"decisions": [{"target": target, "label": label} for target, label in decisions.items()]}
        done = self._request("POST", f"{_path(run_id)}/comments/{key}/reviews", json=body).json()["reviews"]
        return tuple(Review.model_validate(one) for one in done)

    def statistics(self, run_id: str) -> StatisticsReport:
        """Statistics of a run: satisfaction, drivers, trends and alerts, segments, plan.

        Parameters
        ----------
        run_id : str
            The run.

        Returns
        -------
        StatisticsReport
            As it was analysed.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses; ``no_statistics`` where the run has none.
        """
        from voc.statistics import StatisticsReport

        return StatisticsReport.model_validate_json(self._request("GET", f"{_path(run_id)}/statistics").content)

    def export(self, run_id: str, path: Path | str) -> None:
        """Write a run to a file, whole or not at all.

        Parameters
        ----------
        run_id : str
            The run.
        path : path
            Ends in ``.json`` (``voc.analysis/1``), ``.xlsx``, ``.csv`` (a row a comment), ``.jsonl`` (a ``voc.score/1`` a
            comment) or ``.html`` (the report).

        Raises
        ------
        SettingsError
            If it ends otherwise.
        ServiceError
            If the service cannot be reached or refuses.
        OutputError
            If the file cannot be written.
        """
        path = Path(path)
        if path.suffix not in FORMATS:
            raise SettingsError("output_kind", f"不支持的输出格式 / unknown kind of output: {path.name!r}", " / ".join(FORMATS))
        with (
            atomic(path) as draft,
            self._stream(f"{_path(run_id)}/export", params={"format": path.suffix.removeprefix(".")}) as answer,
            draft.open("wb") as file,
        ):
            for piece in answer.iter_bytes():
                file.write(piece)


def _path(run_id: str) -> str:
    return f"/api/v1/runs/{quote(run_id, safe='')}"
