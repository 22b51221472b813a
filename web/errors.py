"""Every error is one `application/problem+json` (RFC 9457) with a stable code, or a page for a browser; never with a customer's text."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Flask, Response, g
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from voc.errors import (
    CodebookError,
    ConflictError,
    JobError,
    ModelNotFound,
    RecordNotFound,
    SettingsError,
    StoreError,
    StoreUnavailable,
    TableError,
    TaxonomyError,
    TooManyAttempts,
    UnknownPainPoint,
    VocError,
)
from voc.logs import frames_of
from web.records import FieldFault, ProblemDocument

MOST_FAULTS = 20  # listed of one request
RETRY_AFTER_S = 2


class Busy(VocError):
    """Too much is waiting, or the service is stopping; the caller may come back later."""


STATUSES: dict[type[VocError], int] = {
    Busy: 503,
    TableError: 422,
    SettingsError: 422,
    TaxonomyError: 422,
    UnknownPainPoint: 404,
    CodebookError: 422,
    ModelNotFound: 404,
    RecordNotFound: 404,
    TooManyAttempts: 429,
    StoreUnavailable: 503,
    ConflictError: 409,
    JobError: 409,
    StoreError: 422,
}
HTTP_ERRORS: dict[int, tuple[str, str, str]] = {  # status → code, message, hint
    400: ("bad_request", "请求有误 / the request is malformed", ""),
    403: ("forbidden", "没有这个权限 / this is not allowed", "找管理员 / ask an administrator"),
    404: ("not_found", "没有这个地址 / no such address", "见 / see /api/v1/docs"),
    405: ("method_not_allowed", "这个地址不支持该方法 / the address does not know this method", "见 / see /api/v1/docs"),
    413: ("too_large", "请求太大 / the request is too large", "分几次发 / send it in parts"),
    415: ("not_json_type", "只接受 JSON / only JSON is taken", "Content-Type: application/json"),
}
# By pydantic's kinds of faults; its own words, in English, follow.
CHINESE = {
    "missing": "缺少",
    "extra_forbidden": "没有这个字段",
    "string_type": "要用字符串",
    "string_too_long": "文本太长",
    "string_too_short": "太短",
    "bool_type": "要用 true 或 false",
    "int_type": "要用整数",
    "float_type": "要用数字",
    "finite_number": "要用有限的数字",
    "list_type": "要用数组",
    "model_type": "要用对象",
    "dict_type": "要用对象",
    "literal_error": "不在可选值之内",
    "too_short": "一条也没有",
    "too_long": "条数太多",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "string_pattern_mismatch": "含不能用的字符",
}
log = logging.getLogger("web")


def status_of(error: VocError) -> int:
    """HTTP status of an error.

    Parameters
    ----------
    error : VocError
        Raised by `voc`.

    Returns
    -------
    int
        500 where it is no fault of who asks.
    """
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


class ApiError(Exception):
    """An answer other than success.

    Parameters
    ----------
    status : int
        HTTP status, 400–599.
    code : str
        Stable machine-readable name.
    message : str
        What is wrong, Chinese then English, without a customer's text.
    hint : str
        What to do about it.
    faults : tuple of FieldFault
        Where in the request.
    headers : mapping of str to str, optional
        To be sent along.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str = "",
        *,
        faults: tuple[FieldFault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.document = ProblemDocument(
            type=f"urn:voc:problem:{code}", status=status, code=code, title=message, hint=hint, request_id=g.request_id, errors=faults
        )
        self.headers = dict(headers or {})

    @classmethod
    def of_status(cls, status: int, **headers: str) -> ApiError:
        """What needs no more words than its status.

        Parameters
        ----------
        status : int
            Of HTTP; one that has no words of its own becomes 400.
        **headers : str
            To be sent along.

        Returns
        -------
        ApiError
            To be raised.
        """
        status = status if status in HTTP_ERRORS else 400
        return cls(status, *HTTP_ERRORS[status], headers=headers)


def refuse_body(error: ValidationError) -> ApiError:
    """What to answer to a body that breaks its record.

    Parameters
    ----------
    error : pydantic.ValidationError
        From reading it.

    Returns
    -------
    ApiError
        400 where it is no JSON at all, 422 with the places otherwise.
    """
    found = error.errors(include_url=False, include_input=False, include_context=False)
    if found[0]["type"] == "json_invalid":
        return ApiError(400, "not_json", "正文不是 JSON / the body is not JSON", 'UTF-8, {"comments": [{"text": "…"}]}')
    faults = tuple(
        FieldFault(
            pointer="".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in fault["loc"]),
            code=fault["type"],
            message=f"{CHINESE.get(fault['type'], '不合要求')} / {fault['msg']}",
        )
        for fault in found[:MOST_FAULTS]
    )
    message = f"{len(found)} 处不合要求 / {len(found)} places break the rules"
    return ApiError(422, "invalid", message, "见 errors / see errors and /api/v1/docs", faults=faults)


def register_errors(app: Flask) -> None:
    """Let the application answer all errors this way.

    Parameters
    ----------
    app : flask.Flask
        Not yet serving.
    """

    from web.pages.errors import error_page, wants_page

    @app.errorhandler(ApiError)
    def answer(error: ApiError) -> Response:
        if wants_page():
            return Response(error_page(error.document), status=error.status, headers=error.headers, content_type="text/html; charset=utf-8")
        return Response(
            error.document.model_dump_json(), status=error.status, headers=error.headers, content_type="application/problem+json"
        )

    @app.errorhandler(VocError)
    def mendable(error: VocError) -> Response:
        status = status_of(error)
        wait_s = error.wait_s if isinstance(error, TooManyAttempts) else RETRY_AFTER_S
        headers = {"Retry-After": str(wait_s)} if status in (429, 503) else {}
        return answer(ApiError(status, error.code, error.message, error.hint, headers=headers))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        allowed = {"Allow": ", ".join(error.valid_methods or ())} if isinstance(error, MethodNotAllowed) else {}
        return answer(ApiError.of_status(error.code or 400, **allowed))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # Not the message, which may quote a comment.
        fields = {"request_id": g.request_id, "error": type(error).__name__, "frames": frames_of(error)}
        log.error("unexpected", extra={"fields": fields})
        hint = "按 request_id 查日志 / look for the request_id in the log"
        return answer(ApiError(500, "internal", "服务内部出错 / something went wrong inside", hint))
