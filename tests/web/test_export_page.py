"""The export page and its files: what holds now, in every format, for nobody else."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64encode
from contextlib import closing
from hashlib import sha256
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook
from toy_survey import run_of

from toy_accounts import make_world
from voc.records import Analysis
from voc.report.format import interval, share
from voc.store import Store
from voc.store.case_records import CaseChange
from web.pages.export import FILES


@pytest.fixture
def client(survey_app):
    return survey_app.test_client()


@pytest.fixture
def store(survey_app):
    return survey_app.extensions["store"]


@pytest.fixture
def run(survey_app):
    return run_of(survey_app)


def test_page_has_a_card_for_each_file_and_says_how_much_is_in_it(client, run):
    page = client.get(f"/runs/{run}/export").text
    assert all(f"/runs/{run}/export/{file.name}" in page for file in FILES)
    assert f"/runs/{run}/report" in page
    assert "2,313 条评论" in page
    assert "姓名、电话等个人信息已遮盖" in page
    assert 'href="/runs/' in client.get("/help").text  # the header leads there


@pytest.mark.parametrize("file", FILES, ids=[file.kind for file in FILES])
def test_files_are_downloaded_under_the_name_of_the_upload(client, run, file):
    answer = client.get(f"/runs/{run}/export/{file.name}")
    assert answer.status_code == 200
    name = re.search(r"filename\*=UTF-8''(\S+)", answer.headers["Content-Disposition"])[1]
    assert unquote(name) == f"retail_survey-{run}.{file.kind}"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers.get("Content-Length", str(len(answer.data))) == str(len(answer.data))  # a server sends no more than that
    again = client.get(f"/runs/{run}/export/{file.name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    api = client.get(f"/api/v1/runs/{run}/export?format={file.kind}")
    assert file.kind == "xlsx" or api.data == answer.data


def test_workbook_has_the_numbers_of_the_run_and_follows_reviews(client, store, run):
    key = store.comments(run, limit=1).comments[0].key
    store.add_review(run, key, "sentiment", "positive")
    now = store.current(run).analysis
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/runs/{run}/export/analysis.xlsx").data))
    overview = {row[0]: row[1] for row in book.get_sheet_by_name("概览 Overview").to_python()}
    assert overview["负面 Negative"] == now.metrics.sentiment["negative"].share
    points = book.get_sheet_by_name("痛点 Pain points").to_python()[1:]
    assert [(row[1], row[3], row[4]) for row in points] == [(point.label, point.comments, point.share) for point in now.pain_points]
    comments = book.get_sheet_by_name("评论 Comments").to_python()
    rows = list(csv.reader(io.StringIO(client.get(f"/runs/{run}/export/comments.csv").data.decode("utf-8-sig"), newline="")))
    assert len(comments) == len(rows) == now.input.comments + 1
    assert [row[0] for row in rows] == [str(row[0]).removesuffix(".0") for row in comments]
    assert comments[1][6] == "是"
    page = client.get(f"/runs/{run}/report").text
    bad = now.metrics.sentiment["negative"]
    assert share(bad.share) in page
    assert interval(bad.interval) in page
    assert Analysis.model_validate_json(client.get(f"/runs/{run}/export/analysis.json").data).metrics == now.metrics


def test_report_is_shown_under_a_policy_of_its_own(client, run):
    answer = client.get(f"/runs/{run}/report")
    assert "Content-Disposition" not in answer.headers
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert f"'sha256-{digest}'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/help").headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_report_speaks_the_readers_language_and_names_the_owners(client, store, run):
    first = store.current(run).analysis.pain_points[0]
    store.open_case(run, first.id, CaseChange(owner='<b>王芳"', due="2026-12-01T18:00:00+08:00"))
    client.set_cookie("voc_language", "en")
    page = client.get(f"/runs/{run}/report").text
    assert '<html lang="en">' in page
    assert "&lt;b&gt;王芳&#34;" in page
    assert "<b>王芳" not in page
    assert '<html lang="zh-CN">' in client.get(f"/api/v1/runs/{run}/export?format=html").text
    assert '<html lang="en">' in client.get(f"/api/v1/runs/{run}/export?format=html&language=en").text


def test_what_is_private_to_another_user_cannot_be_exported(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        for path in ("export", "report", *(f"export/{file.name}" for file in FILES)):
            assert world.ask("GET", f"/runs/r1/{path}", world.tokens["other"]).status_code == 404
            assert world.ask("GET", f"/runs/r1/{path}", world.tokens["owner"]).status_code == 200
