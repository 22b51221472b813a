"""What is erased cannot be found again: not in a table, not in the search index, not in the bytes of the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, text

from toy_store import Scored, analysis_of, pain_point, scored, small_batch
from voc.codebook.records import Codebook, CodedPainPoint, LastRun, Move, Pin, Pinned, Ref, RunMember, Split, Version, clause_digest
from voc.errors import ConflictError, RecordNotFound, StoreError
from voc.records import Answer, Problem
from voc.store import CommentFilter, Store
from voc.store.case_records import CaseChange
from voc.store.people import AuditRow
from voc.store.tables import Base

SAID = "鹦鹉螺号潜水艇漏水"  # what one customer says, and nobody else
CUSTOMER = "客户甲乙丙7788"
TRACES = (SAID, "鹦鹉", CUSTOMER, "七七八八店", "D-7788")


def batch_with_secret() -> list[Scored]:
    beside = {"customer_id": CUSTOMER, "store": "七七八八店", "extra": {"订单": "D-7788"}, "row": 2, "created_at": "2024-03-05"}
    own = [scored("secret", SAID, "negative", "product_quality", **beside), scored("secret~2", f"再说一遍，{SAID}！", **beside)]
    return [*small_batch(), *own, scored("copy", "另一位也来投诉", duplicate_of="secret")]


def filled(store: Store, codebook: str = "零售") -> int:
    """Two runs on an upload with the secret, reviewed, and a codebook that quotes it."""
    batch = batch_with_secret()
    comments, annotations = zip(*batch, strict=True)
    upload = store.add_upload("三月.xlsx").id
    point = pain_point("pp-1", "漏水", batch[-3:], "product_quality")
    for run_id in ("r1", "r2"):
        store.save_run(upload, comments, annotations, analysis_of(batch, run_id, [point]))
    key = store.comments("r1", CommentFilter(q=SAID)).comments[0].key
    store.add_review("r1", key, "product_quality", "neutral")
    if store.codebook(codebook) is None:
        store.save_codebook(codebook, book_with_secret(), opened=None)
    case = store.open_case("r1", "pp-1", CaseChange(root_cause=f"“{SAID}”属实"))
    store.add_note(case.case.id, f"客户说：{SAID}，已联系")
    return upload


def book_with_secret() -> Codebook:
    """One that quotes what the customer says in each of its parts, and a comment of another upload with the same id and other words."""
    member, other = Ref("secret", clause_digest(SAID)), Ref("secret", clause_digest("别人的话"))
    edits = (
        Move(at="2024-06-02", point="pp-1", members=(member,), text=SAID),
        Pin(at="2024-06-02", point="pp-1", members=(other,), text="别人的话"),
        Pin(at="2024-06-02", point="pp-1", members=(member,), text=SAID),
        Split(
            at="2024-06-02",
            point="pp-1",
            into="pp-2",
            label="漏水",
            touchpoint="product_quality",
            words=("漏水",),
            prototype=(SAID, "漏"),
        ),
    )
    point = CodedPainPoint(
        id="pp-1",
        label="漏水",
        touchpoint="product_quality",
        found_as="漏水",
        pinned=(Pinned(member=other, text="别人的话"), Pinned(member=member, text=SAID)),
        prototype=(SAID, "漏得厉害"),
    )
    said = {"secret": SAID, "copy": "另一位也来投诉"}
    own = [RunMember(comment_id=name, start=0, end=len(text), text=text, base="pp-1") for name, text in said.items()]
    return Codebook(
        pain_points=(point,),
        draft=edits[:1],
        versions=(Version(number=1, committed_at="2024-06-02", message="三月", edits=edits),),
        run=LastRun(id="r2", at="2024-06-02", comments=11, members=tuple(own)),
    )


def rows_with(store: Store, traces: tuple[str, ...]) -> list[str]:
    with store.database.read() as connection:
        tables = [*(table.select() for table in Base.metadata.sorted_tables)]
        if not store.database.is_sqlite:
            tables.append(text("SELECT * FROM comment_search"))
        rows = [repr(tuple(row)) for table in tables for row in connection.execute(table)]
    return [row for row in rows if any(trace in row for trace in traces)]


def bytes_of(store: Store) -> bytes:
    """All that the database keeps on disk, but for PostgreSQL's own log of changes."""
    if file := store.database.file:
        return b"".join(path.read_bytes() for path in file.parent.iterdir())
    with store.database.outside() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        oid, folder = connection.execute(
            text("SELECT oid, current_setting('data_directory') FROM pg_database WHERE datname = current_database()")
        ).one()
    return b"".join(path.read_bytes() for path in Path(folder, "base", str(oid)).iterdir() if path.is_file())


def traces_on_disk(store: Store) -> list[str]:
    content = bytes_of(store)
    return [trace for trace in TRACES if trace.encode() in content]


@pytest.mark.parametrize("what", ["customer", "upload"])
def test_erase_leaves_no_trace(store, what):
    upload = filled(store)
    other = store.add_upload("四月.xlsx").id
    comments, annotations = zip(*small_batch(), strict=True)
    store.save_run(other, comments, annotations, analysis_of(small_batch(), "r3"))
    assert rows_with(store, TRACES)
    assert {SAID, CUSTOMER} <= set(traces_on_disk(store))

    erased = store.erase_customer(CUSTOMER, "管理员") if what == "customer" else store.erase_upload(upload, "管理员")

    assert erased == (2 if what == "customer" else 11)
    assert rows_with(store, TRACES) == []
    assert traces_on_disk(store) == []
    store.close()
    assert traces_on_disk(store) == []
    store.check()
    assert len(store.comments("r3").comments) == 8
    if what == "upload":
        assert [run.id for run in store.runs()] == ["r3"]
        return
    for run_id in ("r1", "r2"):
        left = store.comments(run_id).comments
        assert [item.comment.id for item in left] == [*"12345678", "copy"]
        assert left[-1].comment.duplicate_of is None
        assert store.comments(run_id, CommentFilter(q=SAID[:2])).comments == ()
        assert [quote.comment_id for quote in store.run(run_id).analysis.pain_points[0].quotes] == ["copy"]
        assert [quote.comment_id for quote in store.pain_points(run_id)[0].quotes] == ["copy"]
        assert store.run(run_id).analysis.input.notices == ()  # of the same row
        assert len(store.run(run_id).analysis.input.problems) == 1


def test_erase_takes_a_customer_out_of_the_codebook(store):
    filled(store)
    store.erase_customer(CUSTOMER)
    book = store.codebook("零售")
    move, pin, gone, split = book.versions[0].edits
    assert (move.members, move.text) == ((), "")
    assert (pin.members, pin.text) == ((Ref("secret", clause_digest("别人的话")),), "别人的话")
    assert (gone.members, gone.text) == ((), "")
    assert split.prototype == ()
    assert [one.text for one in book.pain_points[0].pinned] == ["别人的话"]
    assert book.pain_points[0].prototype == ("漏得厉害",)
    assert [member.comment_id for member in book.run.members] == ["copy"]


def test_erase_is_seen_by_who_edits_the_codebook_meanwhile(store):
    filled(store)
    opened = store.codebook("零售")
    store.erase_customer(CUSTOMER)
    with pytest.raises(ConflictError):
        store.save_codebook("零售", opened.model_copy(update={"draft": ()}), opened=opened)
    assert rows_with(store, TRACES) == []


def test_erase_takes_the_cases_of_a_private_upload_along(store):
    for private, left in ((True, 0), (False, 1)):
        upload = store.add_upload("四月.xlsx", private=private).id
        comments, annotations = zip(*small_batch(), strict=True)
        point = pain_point("pp-9", "客服不回复", small_batch()[:1])
        store.save_run(upload, comments, annotations, analysis_of(small_batch(), f"run{private}", [point]))
        store.open_case(f"run{private}", "pp-9")
        store.erase_upload(upload)
        assert [case.run_id for case in store.cases()] == [None] * left


def test_erase_notes_what_was_done_without_personal_data(store):
    upload = filled(store)
    store.erase_customer(CUSTOMER, "管理员")
    store.erase_upload(upload)
    with store.database.read() as connection:
        audit = [(row.actor, row.action, json.loads(row.detail)) for row in connection.execute(select(AuditRow.__table__))]
    assert audit == [
        ("管理员", "erase_customer", {"comments": 2, "scores": 0, "uploads": [upload]}),
        (None, "erase_upload", {"comments": 9, "uploads": [upload]}),
    ]


def test_erase_finds_scores_of_a_customer_who_wrote_nothing(store):
    """One row beside a comment of theirs, one in an upload where they wrote none, and a customer whose number begins alike."""
    uploads = []
    for run_id, answers in (("r1", [(60, CUSTOMER), (61, f"{CUSTOMER}9"), (62, None)]), ("r2", [(60, CUSTOMER), (61, 'C%"_\\')])):
        batch = batch_with_secret() if run_id == "r1" else small_batch()
        blank = "空白回答 / empty answer"
        said = {row: Answer(nps=3, store="七七八八店" if name == CUSTOMER else "1号店", customer_id=name) for row, name in answers}
        problems = tuple(Problem(file="三月.xlsx", row=row, reason=blank, answer=answer) for row, answer in said.items())
        analysis = analysis_of(batch, run_id)
        analysis = analysis.model_copy(update={"input": analysis.input.model_copy(update={"problems": problems})})
        uploads.append(store.add_upload("三月.xlsx").id)
        store.save_run(uploads[-1], *zip(*batch, strict=True), analysis)
    found = store.concerned(customer_id=CUSTOMER)
    assert (found.comments, found.scores, found.uploads, found.runs) == (2, 2, 2, 2)
    assert store.concerned(upload_id=uploads[0]).scores == 3
    assert store.erase_customer(CUSTOMER) == 2
    assert [row for row in rows_with(store, TRACES) if f"{CUSTOMER}9" not in row] == []
    assert [[row for _, row in store.wordless(upload)] for upload in uploads] == [[61, 62], [61]]
    assert [one.row for one in store.run("r2").analysis.input.problems] == [61]
    assert store.erase_customer('C%"_\\') == 0  # there were only scores
    assert store.wordless(uploads[1]) == {}
    with pytest.raises(RecordNotFound):
        store.erase_customer(CUSTOMER)


def test_erase_finds_new_comments_under_new_numbers(store):
    upload = filled(store)
    last = store.comments("r1").comments[-1].key
    store.erase_upload(upload)
    filled(store, "另一本")
    assert store.comments("r1").comments[0].key > last


def test_erase_of_nobody_changes_nothing(store):
    filled(store)
    with pytest.raises(RecordNotFound):
        store.erase_customer("C99")
    with pytest.raises(RecordNotFound):
        store.erase_upload(99)
    with pytest.raises(StoreError, match="脱敏") as refused:
        store.erase_customer("13800138000")
    assert refused.value.code == "masked_customer"
    assert rows_with(store, TRACES)
