"""The list of pain points: views, search, sorting, export; edits through the draft, undo, conflicts, rights."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing

import pytest
from toy_survey import copy_store, run_of

from toy_accounts import csrf_of, make_world, sign_in
from voc.codebook import dismiss, lock, merge, rename
from voc.store import Store
from voc.store.case_records import CaseChange
from voc.store.listing import points_csv
from voc.store.part_records import Weekly
from voc.taxonomy import load_taxonomy
from web import create_app
from web.pages.draft import mark_of
from web.settings import ServerSettings


@pytest.fixture
def app(scorer, survey_file, tmp_path):
    """A copy for each test: they edit."""
    with closing(copy_store(survey_file, tmp_path)) as store:
        yield create_app(ServerSettings(no_auth=True), scorer=scorer, store=store)


@pytest.fixture
def store(app):
    return app.extensions["store"]


@pytest.fixture
def run(app):
    return run_of(app)


@pytest.fixture
def points(store, run):
    return store.current(run).analysis.pain_points


def labels_of(page: str) -> list[str]:
    """Names in the order of the rows of the table."""
    return re.findall(r'class="point-name">(?:<a [^>]*>)?([^<]+)', page)


def test_cards_show_rank_share_interval_marks_and_quotes_with_evidence(client, store, run, points):
    store.edit_codebook(run, lambda book: lock(book, points[0].id))
    store.open_case(run, points[1].id, CaseChange(owner="王敏", status="analysed"))
    page = client.get(f"/runs/{run}/pain-points").text
    card = page.split(f'id="{points[0].id}"')[1].split("</article>")[0]
    assert points[0].label in card
    assert "已锁定" in card
    assert f"<b>{points[0].comments}</b> 条评论" in card
    assert "sparkline" in card
    assert '<mark class="negative">' in card
    assert f"{points[0].quotes[0].text}</mark>" in card
    assert "案例：分析 · 王敏" in page.split(f'id="{points[1].id}"')[1].split("</article>")[0]
    assert page.count("<article") == 24
    assert f"第 1–24 条，共 {len(points)} 条" in page


def test_weeks_and_narrower_issues_are_those_that_are_asked_for_one_by_one(store, run, points):
    from voc.statistics.plan import sub_issues

    store.edit_codebook(run, lambda book: merge(book, points[5].id, points[4].id))
    weekly = store.weekly(run)
    for point in (points[0], points[4]):
        assert weekly.points[point.id] == tuple(week.comments for week in store.pain_point(run, point.id).trend)

    def told(issues):
        return [(issue.term, issue.comments) for issue in issues]

    wanted = {point.id: told(sub_issues(point)) for point in store.current_with_members(run).pain_points}
    assert {point: told(issues) for point, issues in store.narrower(run).items()} == wanted


def test_later_compares_the_two_halves_of_the_weeks():
    assert Weekly(weeks=("2026-04-20", "2026-04-27"), comments=(9, 2), points={}, until="2026-04-28").unfinished
    assert not Weekly(weeks=("2026-04-20",), comments=(9,), points={}, until="2026-04-28").unfinished  # it ends within the batch
    weekly = Weekly(weeks=("1", "2"), comments=(10, 30), points={"a": (1, 3), "b": (0, 3)})
    assert weekly.later("a") == 0.5
    assert weekly.later("b") == 1
    assert weekly.later("c") is None


@pytest.mark.parametrize("sort", ["label", "touchpoint", "type", "comments", "share", "severity", "trend", "stability", "status"])
def test_table_is_sorted_by_every_column_in_both_directions(client, run, sort):
    up = client.get(f"/runs/{run}/pain-points?view=table&sort={sort}").text
    down = client.get(f"/runs/{run}/pain-points?view=table&sort=-{sort}").text
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in down
    assert len(labels_of(up)) == len(labels_of(down)) == 50


def test_table_sorts_names_as_they_are_spoken_and_comments_by_number(client, run, points):
    spoken = labels_of(client.get(f"/runs/{run}/pain-points?view=table&sort=label").text)
    assert spoken == sorted((point.label for point in points), key=lambda label: label.encode("gb18030"))[:50]
    most = labels_of(client.get(f"/runs/{run}/pain-points?view=table&sort=comments").text)
    assert most[0] == min(points, key=lambda point: point.comments).label


def test_search_finds_simplified_by_traditional_and_in_quotes(client, run, points):
    found = labels_of(client.get(f"/runs/{run}/pain-points?view=table&q=配送").text)
    assert labels_of(client.get(f"/runs/{run}/pain-points?view=table&q=配送慢").text) == ["配送慢"]
    assert set(labels_of(client.get(f"/runs/{run}/pain-points?view=table&q=退換貨難").text)) == {"退换货难"}
    assert found
    quote = points[0].quotes[0].text
    assert points[0].label in labels_of(client.get(f"/runs/{run}/pain-points", query_string={"view": "table", "q": quote}).text)
    nothing = client.get(f"/runs/{run}/pain-points?q=没有这样的词").text
    assert "没有符合条件的痛点" in nothing


def test_filters_narrow_by_touchpoint_type_and_status(client, store, run, points):
    page = client.get(f"/runs/{run}/pain-points?view=table&touchpoint=delivery&type=defect").text
    wanted = [point.label for point in points if (point.touchpoint, point.pain_type) == ("delivery", "defect")]
    assert labels_of(page) == wanted
    assert "没有符合条件的痛点" in client.get(f"/runs/{run}/pain-points?status=locked").text
    store.edit_codebook(run, lambda book: dismiss(merge(book, points[5].id, points[4].id), points[0].id))
    assert points[0].label in client.get(f"/runs/{run}/pain-points?status=dismissed&q=投訴").text
    merged = client.get(f"/runs/{run}/pain-points?status=merged").text
    assert points[5].label in merged
    assert points[4].label in merged


def test_tree_has_stages_touchpoints_pain_points_and_narrower_issues(client, store, run, points):
    page = client.get(f"/runs/{run}/pain-points?view=tree").text
    tree = page.split('class="problem-tree"')[1]
    for text in ("履约配送", "物流配送", points[1].label, store.narrower(run)[points[0].id][0].term, "占该痛点", "提及"):
        assert text in tree
    assert all(point.label in tree for point in points)


def test_csv_is_that_of_the_table_and_safe(client, run, points):
    answer = client.get(f"/runs/{run}/pain-points.csv?sort=label&touchpoint=delivery")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["痛点 Pain point"] for row in rows} == {point.label for point in points if point.touchpoint == "delivery"}
    evil = points[0].model_copy(update={"label": '=HYPERLINK("x")', "terms": ("@a",)})
    [_, line] = points_csv([evil], load_taxonomy(), ())
    assert line.startswith("\"'=HYPERLINK")
    assert ",'@a," in line
    assert client.get(f"/runs/{run}/pain-points.csv?status=dismissed").status_code == 404


def test_pain_points_of_other_pages_of_the_list_are_added_to_a_merge(client, run, points):
    first, last = points[0], points[-1]
    page = client.get(f"/runs/{run}/pain-points/merge", query_string={"point": first.id}).text
    assert "合并至少要两个" in page
    assert f'<option value="{last.id}"' in page  # on the last page of the list
    page = client.get(f"/runs/{run}/pain-points/merge", query_string={"point": [first.id, last.id]}).text
    assert "已选 2 个" in page
    assert f'<option value="{last.id}"' not in page
    assert f'<option value="{points[30].id}"' in page


def test_merge_says_what_it_did_and_undo_says_what_it_undid(client, store, run, points):
    kept, gone = points[0], points[1]
    choice = client.get(
        f"/runs/{run}/pain-points/merge", query_string={"point": [kept.id, gone.id], "next": f"/runs/{run}/pain-points?view=table"}
    )
    assert kept.label in choice.text
    assert "保留哪个名称" in choice.text
    form = {"point": [kept.id, gone.id], "into": kept.id, "next": f"/runs/{run}/pain-points?view=table"}
    answer = client.post(f"/runs/{run}/pain-points/merge", data=form)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert f"已合并 2 个痛点，保留「{kept.label}」。" in page
    assert f"上一步：把「{gone.label}」并入「{kept.label}」" in page
    assert gone.label not in labels_of(page)
    assert "1 处修改，移动 " in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    answer = client.post(f"/runs/{run}/codebook/undo", data={"seen": seen, "next": f"/runs/{run}/pain-points"})
    page = client.get(answer.location).text
    assert f"已撤销：把「{gone.label}」并入「{kept.label}」。" in page
    assert store.codebook_of(run).book.draft == ()
    assert "done=" not in "".join(re.findall(r'href="([^"]+)"', page))  # said once


def test_rename_lock_dismiss_and_restore_go_into_the_draft_and_commit_makes_a_version(client, store, run, points):
    edit = f"/runs/{run}/pain-points/{points[0].id}/edit"
    client.post(edit, data={"action": "rename", "label": "  客服 不管  ", "was": points[0].label})
    for action in ("lock", "unlock", "dismiss", "restore"):
        assert client.post(edit, data={"action": action, "label": "不算"}).status_code == 303
    book = store.codebook_of(run).book
    assert [one.kind for one in book.draft] == ["rename", "lock", "unlock", "dismiss", "restore"]
    assert book.by_id[points[0].id].label == "客服 不管"
    page = client.get(f"/runs/{run}/codebook").text
    assert f"<s>{points[0].label}</s> → 客服 不管" in page
    assert "改名为「客服 不管」" in page
    answer = client.post(
        f"/runs/{run}/codebook/commit", data={"seen": mark_of(book), "message": "一月整理", "next": f"/runs/{run}/codebook"}
    )
    page = client.get(answer.location).text
    assert "已提交为第 2 版。" in page
    assert "一月整理" in page
    assert "草稿没有改动" in page
    form = {"version": "1", "seen": mark_of(store.codebook_of(run).book), "next": f"/runs/{run}/codebook"}
    page = client.get(client.post(f"/runs/{run}/codebook/rollback", data=form).location).text
    assert "已回到第 1 版" in page
    assert store.codebook_of(run).book.by_id[points[0].id].label == points[0].label


def test_discard_takes_the_whole_draft_back(client, store, run, points):
    store.edit_codebook(run, lambda book: lock(lock(book, points[0].id), points[1].id))
    form = {"seen": mark_of(store.codebook_of(run).book), "next": f"/runs/{run}/pain-points"}
    page = client.get(client.post(f"/runs/{run}/codebook/discard", data=form).location).text
    assert "撤销了 2 处修改" in page
    assert 'class="draft"' not in page


def test_what_others_did_meanwhile_is_told_and_nothing_is_lost(client, store, run, points):
    store.edit_codebook(run, lambda book: lock(book, points[0].id), "王敏")
    seen = mark_of(store.codebook_of(run).book)
    store.edit_codebook(run, lambda book: rename(book, points[1].id, "别人的新名"), "李强")
    answer = client.post(f"/runs/{run}/codebook/commit", data={"seen": seen, "message": "我写的说明"})
    assert answer.status_code == 409
    assert "草稿刚被别人改过" in answer.text
    assert 'value="我写的说明"' in answer.text
    assert client.post(f"/runs/{run}/codebook/undo", data={"seen": seen}).status_code == 409
    answer = client.post(f"/runs/{run}/pain-points/{points[1].id}/edit", data={"label": "我的新名", "was": points[1].label})
    assert answer.status_code == 409
    assert "别人刚把它改名为「别人的新名」" in answer.text
    assert 'value="我的新名"' in answer.text
    assert [one.kind for one in store.codebook_of(run).book.draft] == ["lock", "rename"]


def test_edits_that_are_not_allowed_say_so_where_they_were_made(client, store, run, points):
    answer = client.post(f"/runs/{run}/pain-points/merge", data={"point": [points[0].id], "into": points[0].id})
    assert (answer.status_code, "至少选两个痛点" in answer.text) == (422, True)
    form = {"label": points[1].label, "was": points[0].label, "next": "//evil.example/"}
    answer = client.post(f"/runs/{run}/pain-points/{points[0].id}/edit", data=form)
    assert answer.status_code == 422
    assert f'value="{points[1].label}"' in answer.text
    assert "evil.example" not in answer.text
    assert client.post(f"/runs/{run}/pain-points/{points[0].id}/edit", data={"action": "delete"}).status_code == 400
    assert client.post(f"/runs/{run}/pain-points/pp-0/edit", data={"action": "lock"}).status_code == 404
    assert client.get("/runs/none/pain-points").status_code == 404


def test_hostile_names_are_text(client, store, run, points):
    store.edit_codebook(run, lambda book: rename(book, points[0].id, '"><script>alert(1)</script>'))
    for view in ("cards", "table", "tree"):
        page = client.get(f"/runs/{run}/pain-points?view={view}&q=<script>alert(1)").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in client.get(f"/runs/{run}/codebook?done=renamed&done_of={points[0].id}").text


def test_a_run_without_a_codebook_says_why_it_cannot_be_edited_and_others_do_not_see_it(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        owner = world.app.test_client()
        sign_in(owner)
        page = owner.get("/runs/r1/pain-points").text
        assert "这次分析没有用痛点手册，痛点不能修改" in page
        assert "merge-chosen" not in page
        answer = owner.post("/runs/r1/pain-points/pp-1/edit", data={"csrf_token": csrf_of(owner), "action": "lock"})
        assert (answer.status_code, "用手册再分析一次" in answer.text) == (409, True)
        assert "这次分析不能修改" in owner.get("/runs/r1/codebook").text
        other = world.app.test_client()
        sign_in(other, "other")
        for path in ("pain-points", "pain-points.csv", "pain-points/merge", "codebook"):
            assert other.get(f"/runs/r1/{path}").status_code == 404


def test_readers_see_no_buttons(scorer, survey_file, tmp_path, monkeypatch):
    with closing(copy_store(survey_file, tmp_path)) as store:
        world = make_world(store, scorer, monkeypatch)
        run = next(run.id for run in store.runs() if run.id != "r1")
        store.edit_codebook(run, lambda book: lock(book, book.pain_points[0].id), "王敏")
        viewer, writer = (world.app.test_client() for _ in range(2))
        sign_in(viewer, "viewer")
        sign_in(writer, "other")
        pages = [client.get(f"/runs/{run}/pain-points").text for client in (viewer, writer)]
        for words in ("撤销上一步", "merge-chosen", 'class="edit"'):
            assert words not in pages[0]
            assert words in pages[1]
        assert "草稿" in pages[0]
