"""Backups, and databases that cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from toy_store import analysis_of, pain_point, small_batch
from voc.cli import main
from voc.errors import OutputError, StoreError
from voc.store import Store


def fill(store: Store, run_id: str = "r1") -> None:
    batch = small_batch()
    comments, annotations = zip(*batch, strict=True)
    point = pain_point("pp-1", "客服不回复", batch[:2])
    store.save_run(store.add_upload("三月.xlsx").id, comments, annotations, analysis_of(batch, run_id, [point]))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/voc.db"


def test_backup_brings_back_what_was_there(store, tmp_path):
    if not store.database.is_sqlite and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the PATH")
    fill(store)
    before = store.check(), store.comments("r1"), store.run("r1")
    file = tmp_path / "backups" / "voc.backup"
    store.backup(file)
    store.backup(file)  # a newer one takes its place
    fill(store, "r2")
    with pytest.raises(StoreError) as refused:
        store.restore(file)
    assert refused.value.code == "would_replace"
    assert len(store.runs()) == 2
    store.restore(file, replace=True)
    assert (store.check(), store.comments("r1"), store.run("r1")) == before
    fill(store, "r2")  # and it can be written to
    assert [path.name for path in file.parent.iterdir()] == ["voc.backup"]


def test_restore_fills_a_store_that_is_not_there_yet(sqlite_url, tmp_path):
    store, new = Store(sqlite_url), Store(f"sqlite:///{tmp_path}/new.db")
    store.upgrade()
    fill(store)
    store.backup(tmp_path / "voc.backup")
    new.restore(tmp_path / "voc.backup")
    assert new.comments("r1") == store.comments("r1")
    assert new.check().rows == store.check().rows
    store.close()
    new.close()


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not a backup" * 100, "sqlite"])
def test_restore_refuses_what_is_no_backup(sqlite_url, tmp_path, content):
    store, file = Store(sqlite_url), tmp_path / "x.backup"
    store.upgrade()
    fill(store)
    if content == "sqlite":
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE songs (name TEXT)")
    elif content is not None:
        file.write_bytes(content)
    with pytest.raises(StoreError):
        store.restore(file, replace=True)
    assert len(store.comments("r1").comments) == 8
    store.close()


def test_backup_refuses_a_place_that_cannot_be_written(sqlite_url, tmp_path):
    store = Store(sqlite_url)
    store.upgrade()
    with pytest.raises(OutputError):
        store.backup(tmp_path)
    store.close()


@pytest.mark.parametrize(
    "url", ["", "voc.db", "mysql://u@h/voc", "klingon://x", "sqlite://", "sqlite:///:memory:", "postgresql://h:端口/x"]
)
def test_store_refuses_the_url(url):
    with pytest.raises(StoreError) as refused:
        Store(url)
    assert refused.value.code == "bad_url"
    assert "sqlite:///voc.db" in refused.value.hint


def test_store_says_that_there_is_none_and_makes_none(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/voc.db")
    for call in (store.runs, store.check, lambda: store.add_upload("x"), lambda: store.backup(tmp_path / "b")):
        with pytest.raises(StoreError) as refused:
            call()
        assert (refused.value.code, refused.value.hint) == ("no_store", "voc db upgrade")
    assert list(tmp_path.iterdir()) == []


def test_store_says_that_the_database_has_no_tables(empty_store):
    if empty_store.database.file:
        empty_store.database.file.touch()
    with pytest.raises(StoreError) as refused:
        empty_store.runs()
    assert refused.value.code == "no_store"


def test_store_refuses_tables_of_a_newer_voc(store):
    with store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    again = Store(store.database.url.render_as_string(hide_password=False))
    for call in (again.runs, again.upgrade, lambda: again.downgrade("base"), again.check):
        with pytest.raises(StoreError, match="9999") as refused:
            call()
        assert refused.value.code == "newer_schema"
    again.close()


def test_store_refuses_a_file_that_is_no_database(sqlite_url, tmp_path):
    (tmp_path / "voc.db").write_bytes("编号,评价内容\n1,送餐太慢了\n".encode() * 100)
    for call in (Store(sqlite_url).upgrade, Store(sqlite_url).runs):
        with pytest.raises(StoreError) as refused:
            call()
        assert refused.value.code == "not_a_database"


def test_store_refuses_the_database_of_another_program(sqlite_url, tmp_path):
    with closing(sqlite3.connect(tmp_path / "voc.db")) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    store = Store(sqlite_url)
    with pytest.raises(StoreError) as refused:
        store.upgrade()
    assert refused.value.code == "not_a_store"
    store.close()


def test_store_refuses_a_server_that_is_not_there_and_shows_no_password(tmp_path):
    store = Store(f"postgresql://voc:geheim@/voc?host={tmp_path}")
    with pytest.raises(StoreError) as refused:
        store.runs()
    assert refused.value.code == "unreachable"
    assert "geheim" not in f"{refused.value} {refused.value.hint}"
    store.close()


def test_check_finds_a_comment_that_search_does_not_know(store):
    fill(store)
    with store.database.write() as connection:
        values = "(upload_id, comment_id, text, search_text, extra, file, row) VALUES (1, 'x', '退款', '退款', '{}', '', 0)"
        connection.execute(text(f"INSERT INTO comment {values}"))
    with pytest.raises(StoreError, match="search index") as refused:
        store.check()
    assert refused.value.code == "damaged"


def test_check_finds_a_damaged_file(sqlite_url, tmp_path):
    store = Store(sqlite_url)
    store.upgrade()
    fill(store)
    store.backup(tmp_path / "copy.db")
    store.close()
    content = bytearray((tmp_path / "copy.db").read_bytes())
    content[4096 * 4 : 4096 * 12] = b"\xff" * 4096 * 8
    (tmp_path / "copy.db").write_bytes(content)
    damaged = Store(f"sqlite:///{tmp_path}/copy.db")
    with pytest.raises(StoreError) as refused:
        damaged.check()
    assert refused.value.code == "damaged"
    damaged.close()


def test_db_commands_do_what_the_store_does(sqlite_url, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("VOC_STORE", sqlite_url)
    main(["db", "upgrade"], standalone=False)
    store = Store(sqlite_url)
    fill(store)
    main(["db", "check"], standalone=False)
    said = capsys.readouterr().out
    assert "已就绪" in said
    assert "comment 8" in said
    main(["db", "backup", f"{tmp_path}/b"], standalone=False)
    with pytest.raises(SystemExit) as ended:
        main(["db", "restore", f"{tmp_path}/b", "--store", sqlite_url])
    assert ended.value.code == 2
    assert "--replace" in capsys.readouterr().err
    main(["db", "restore", f"{tmp_path}/b", "--replace"], standalone=False)
    main(["db", "restore", f"{tmp_path}/b", "--store", f"sqlite:///{tmp_path}/other.db"], standalone=False)
    assert "已恢复" in capsys.readouterr().out
    store.close()
