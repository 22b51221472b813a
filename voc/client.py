"""`voc serve` from Python: the same records as the library gives."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from voc.client_records import Job, Run, Upload
from voc.client_runs import RunsClient
from voc.errors import ServiceError
from voc.records import Annotation, Comment

_BATCH = 200  # comments a request
_LONGEST_WAIT_S = 30.0
_LOOK_S = (0.2, 2.0)  # between looks at a job: at first, and later
_ENDED = ("done", "failed", "cancelled")


class _Answer(BaseModel):
    results: tuple[Annotation, ...]


class _Runs(BaseModel):
    model_config = ConfigDict(extra="ignore")

    runs: tuple[Run, ...] = ()
    next: str | None = None


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str
    title: str
    hint: str = ""
    request_id: str = ""


class Client(RunsClient):
    """Talks to a `voc serve`.

    Parameters
    ----------
    url : str
        E.g. ``"http://127.0.0.1:8000"``.
    token : str, optional
        Where the service asks for one.
    retries : int
        How many times to try again when the service is busy (429, 503), each time after twice the wait, or as long as it says.
    timeout_s : float
        Seconds that an answer may take.
    transport : httpx.BaseTransport, optional
        In the place of the network, for tests.

    Examples
    --------
    >>> with Client("http://127.0.0.1:8000") as client:  # doctest: +SKIP
    ...     [annotation.sentiment.label for annotation in client.score(["送餐太慢了", "味道不錯"])]
    ['negative', 'positive']
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        retries: int = 5,
        timeout_s: float = 300.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.retries = retries
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout_s, transport=transport)

    def score(
        self,
        comments: Iterable[str | Comment | Mapping[str, Any]],
        *,
        quality: str | None = None,
        taxonomy: str | None = None,
        context: bool = True,
    ) -> list[Annotation]:
        """Score comments.

        Parameters
        ----------
        comments : iterable of (str, Comment or mapping)
            Any number; texts alone get ids from 1.
        quality : {"fast", "best"}, optional
            That of the service where left out.
        taxonomy : str, optional
            Name of a taxonomy of the service.
        context : bool
            Whether question and score beside a comment bear on its sentiment.

        Returns
        -------
        list of Annotation
            In order.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses; ``code`` and ``hint`` are the service's.
        """
        options = {name: value for name, value in (("quality", quality), ("taxonomy", taxonomy)) if value is not None}
        bodies = iter([_body(comment, number) for number, comment in enumerate(comments, 1)])
        annotations: list[Annotation] = []
        while batch := list(islice(bodies, _BATCH)):
            answer = self._request("POST", "/api/v1/score", json={"comments": batch, "context": context, **options})
            annotations += _Answer.model_validate_json(answer.content).results
        return annotations

    def upload(self, path: Path | str | Sequence[Path | str], **options: Any) -> Upload:
        """Send tables to be analysed; `wait` until that is done.

        Parameters
        ----------
        path : path, or sequence of paths
            One table, or several that are to be analysed together.
        **options : Any
            As ``POST /api/v1/uploads`` takes them: ``columns`` (role → header), ``sheet``, ``encoding``, ``header_row``, ``quality``,
            ``taxonomy``, ``detail``, ``max_unassigned``, ``codebook``, ``private``, ``start``.

        Returns
        -------
        Upload
            How the tables are read, with their first rows, and the job.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses.
        OSError
            If a file cannot be read.
        """
        paths = [Path(path)] if isinstance(path, Path | str) else [Path(one) for one in path]
        fields = {name: _field(value) for name, value in options.items() if value is not None}
        # However often it has to be sent, it is taken once.
        headers = {"Idempotency-Key": uuid4().hex}

        def send() -> httpx.Response:
            with ExitStack() as opened:
                files = [("file", (one.name, opened.enter_context(one.open("rb")))) for one in paths]
                return self._http.post("/api/v1/uploads", files=files, data=fields, headers=headers)

        return Upload.model_validate_json(self._tried(send).content)

    def wait(
        self,
        what: Upload | Job | int,
        *,
        progress: bool | Callable[[Job], None] = False,
        timeout_s: float | None = None,
    ) -> Upload:
        """Wait until an upload is analysed, or another job is done.

        Parameters
        ----------
        what : Upload, Job or int
            The upload, the job, or the number of an upload.
        progress : bool or callable
            Show a progress bar on standard error; or what is called with the job after each look.
        timeout_s : float, optional
            Seconds to wait at most; as long as it takes where left out.

        Returns
        -------
        Upload
            Analysed; ``runs`` begins with the newest.

        Raises
        ------
        ServiceError
            If the job fails (``code`` and ``hint`` are its own), is cancelled (``job_cancelled``) or takes too long (``wait_timeout``).
        """
        from tqdm import tqdm

        until = None if timeout_s is None else time.monotonic() + timeout_s
        pause, longest = _LOOK_S
        with tqdm(desc="等待 / waiting", unit="条", disable=progress is not True) as bar:
            while True:
                job = self._job(what)
                if job is not None:
                    bar.set_description(job.progress.stage or job.state)
                    bar.total = job.progress.rows_total or None
                    bar.update(job.progress.rows_done - bar.n)
                    if callable(progress):
                        progress(job)
                if job is None or job.state in _ENDED:
                    break
                if until is not None and time.monotonic() >= until:
                    raise ServiceError("wait_timeout", f"{timeout_s} 秒内没有完成 / not done within {timeout_s} seconds", "wait(…)")
                time.sleep(pause)
                pause = min(1.5 * pause, longest)
        if job is not None and job.state != "done":
            fault = job.error
            message = fault.message if fault else "任务已取消 / the job was cancelled"
            raise ServiceError(fault.code if fault else "job_cancelled", message, fault.hint if fault else "", job=job.id)
        upload_id = job.upload_id if job is not None else _upload_id(what)
        return Upload.model_validate_json(self._request("GET", f"/api/v1/uploads/{upload_id}").content)

    def runs(self) -> tuple[Run, ...]:
        """Analyses that the service keeps.

        Returns
        -------
        tuple of Run
            The newest first.

        Raises
        ------
        ServiceError
            If the service cannot be reached or refuses.
        """
        found: list[Run] = []
        page = _Runs(next="")
        while page.next is not None:
            params = {"limit": 200, **({"cursor": page.next} if page.next else {})}
            page = _Runs.model_validate_json(self._request("GET", "/api/v1/runs", params=params).content)
            found += page.runs
        return tuple(found)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _job(self, what: Upload | Job | int) -> Job | None:
        if isinstance(what, Job):
            return Job.model_validate_json(self._request("GET", f"/api/v1/jobs/{what.id}").content)
        return Upload.model_validate_json(self._request("GET", f"/api/v1/uploads/{_upload_id(what)}").content).job

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        return self._tried(lambda: self._http.request(method, path, **content))

    @contextmanager
    def _stream(self, path: str, **content: Any) -> Iterator[httpx.Response]:
        """An answer that is read piece by piece."""
        answer = self._tried(lambda: self._http.send(self._http.build_request("GET", path, **content), stream=True))
        try:
            yield answer
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        finally:
            answer.close()

    def _tried(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        for attempt in range(self.retries + 1):
            try:
                answer = send()
            except httpx.HTTPError as error:
                raise self._unreachable(error) from error
            if answer.status_code not in (429, 503) or attempt == self.retries:
                break
            answer.close()
            time.sleep(_wait_s(answer, attempt))
        if answer.is_success:
            return answer
        try:
            problem = _Problem.model_validate_json(answer.read())
        except ValidationError:  # a proxy in between, or something else altogether
            problem = _Problem(
                code="not_voc", title="这不像 voc 服务的回答 / this is no answer of voc", hint="检查地址 / check the address"
            )
        raise ServiceError(problem.code, problem.title, problem.hint, status=answer.status_code, request_id=problem.request_id)

    def _unreachable(self, error: httpx.HTTPError) -> ServiceError:
        message = f"连不上服务 / cannot reach the service: {self._http.base_url}: {type(error).__name__}"
        return ServiceError("unreachable", message, "它在运行吗 / is it running: voc serve --no-auth")


def _body(comment: str | Comment | Mapping[str, Any], number: int) -> dict[str, Any]:
    if isinstance(comment, str):
        return {"id": str(number), "text": comment}
    if isinstance(comment, Comment):
        return comment.model_dump(exclude_defaults=True)
    return {"id": str(number), **comment}


def _upload_id(what: Upload | Job | int) -> int:
    return what if isinstance(what, int) else what.upload_id if isinstance(what, Job) else what.id


def _field(value: Any) -> Any:
    """A value as a form takes it."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return list(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wait_s(answer: httpx.Response, attempt: int) -> float:
    """Seconds until the next try: what the service says, else half a second, doubled at each."""
    said = answer.headers.get("Retry-After", "")
    return min(float(said) if said.isdecimal() else 0.5 * 2.0**attempt, _LONGEST_WAIT_S)
