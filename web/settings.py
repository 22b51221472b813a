"""Settings of the service: options of `voc serve`, else the environment (``VOC_…``), else the default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from voc.errors import SettingsError


class ServerSettings(BaseSettings):
    """All that can be set; names carry the unit."""

    model_config = SettingsConfigDict(env_prefix="VOC_", frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="0: any free one")
    no_auth: bool = Field(False, description="nobody has to say who they are; on this machine alone")
    store: str = Field("sqlite:///voc.db", description="URL of the store; VOC_STORE for `voc db` and `voc worker` too")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="further names that callers may use, comma-separated; .example.org: all below it"
    )
    trusted_proxies: int = Field(0, ge=0, description="proxies in front whose X-Forwarded-For, -Proto and -Host are believed")
    session_idle_minutes: float = Field(120, gt=0, description="a browser that is not used for so long has to sign in again")
    session_hours: float = Field(12, gt=0, description="after so long it has to in any case")
    rate_limit_per_minute: int = Field(600, ge=1, description="requests of a token, a session, or an address without either")
    quality: str = Field("best", description="where a request names none: fast, best or a folder of models")
    threads: int | None = Field(None, ge=1, description="of the transformer; as many as cores where left out")
    http_threads: int = Field(32, ge=1, description="requests answered at a time; those that wait are scored together")
    max_comments_per_request: int = Field(1000, ge=1)
    max_comments_waiting: int = Field(10_000, ge=1, description="further requests are told to come back later")
    max_comment_chars: int = Field(20_000, ge=1, description="characters of one comment")
    request_limit_mb: int = Field(8, ge=1, description="size of a request, 2**20 bytes")
    upload_limit_mb: int = Field(200, ge=1, description="size of an upload, 2**20 bytes")
    work_folder: Path | None = Field(None, description="where uploads wait for their analysis; beside the SQLite file where left out")
    queue: str | None = Field(None, description="URL of the queue: redis://, postgresql://; the store's own where left out")
    lease_s: float = Field(20, ge=0.5, description="seconds of silence until another worker takes over")
    no_worker: bool = Field(False, description="leave the jobs to a `voc worker` elsewhere")
    stop_timeout_s: float = Field(30, ge=0, description="seconds that requests under way get when the service is stopped")

    @field_validator("hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(name.strip().lower() for name in value.split(",") if name.strip()) if isinstance(value, str) else value


def read_settings(**options: Any) -> ServerSettings:
    """Settings of this process.

    Parameters
    ----------
    **options : Any
        Those that the user gave; None where not.

    Returns
    -------
    ServerSettings
        Checked.

    Raises
    ------
    SettingsError
        If an option or a variable of the environment has a wrong value.

    Examples
    --------
    >>> read_settings(port=8080, host=None).port
    8080
    """
    try:
        return ServerSettings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        message = f"设置不对 / wrong setting: {name} = {first['input']!r}: {first['msg']}"
        hint = f"选项或环境变量 / an option or the environment variable VOC_{name.upper()}"
        raise SettingsError("bad_setting", message, hint) from error
