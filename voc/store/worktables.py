"""Tables of what is to be done, and of what was answered to whoever asked."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from voc.store.tables import NUMBERED, STRICT, Base, owner


class JobRow(Base):
    """Work on an upload; this table is the truth, queues only wake workers."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state", "state", "id"), NUMBERED)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    upload_id: Mapped[int] = mapped_column(owner("upload.id"), index=True)
    run_id: Mapped[str] = mapped_column(unique=True)  # given at the start, so that what is done twice is saved once
    user_id: Mapped[int | None] = mapped_column(owner("user.id", keep=True))
    folder: Mapped[str]  # in the work folder
    settings: Mapped[str]
    created_at: Mapped[str]
    started_at: Mapped[str | None]
    finished_at: Mapped[str | None]
    attempts: Mapped[int]
    crashes: Mapped[int]  # workers that died in a row without getting any further
    worker: Mapped[str | None]  # who holds it
    lease_until: Mapped[float | None]  # seconds since 1970 by the database's clock; whoever holds it prolongs it
    cancel_requested: Mapped[bool]
    stage: Mapped[str | None]
    stage_from: Mapped[float | None]  # when the stage began
    stage_first: Mapped[int]  # rows that were done then, by an earlier attempt
    rows_done: Mapped[int]
    rows_total: Mapped[int]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]  # never a customer's text
    error_hint: Mapped[str | None]


class AnswerRow(Base):
    """What was answered to a request with an ``Idempotency-Key``; it goes with the upload that it speaks of."""

    __tablename__ = "answer"
    __table_args__ = STRICT
    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int]
    location: Mapped[str | None]
    body: Mapped[str]
    upload_id: Mapped[int | None] = mapped_column(owner("upload.id"), index=True)
    at: Mapped[float] = mapped_column(index=True)
