from __future__ import annotations

import json

import pytest

from toy_codebook import COLD, DEAR, RUDE, SLOW, Run, applied, cluster, complaint, letters, ref, run
from voc.codebook import (
    Codebook,
    codebook_json,
    commit,
    diff,
    dismiss,
    exclude,
    find_point,
    load_codebook,
    lock,
    merge,
    move,
    outcome_of,
    pin,
    rename,
    restore,
    rollback,
    save_codebook,
    split,
    the_member,
    undo,
    unlock,
)
from voc.codebook.view import shown_points, unassigned
from voc.errors import CodebookError

MARCH = [(f"三月-{number}", [text]) for number, text in enumerate([*SLOW, *RUDE, *COLD, "饭是凉的", "电梯坏了"])]


@pytest.fixture
def book() -> Codebook:
    """Slow delivery, rude staff, cold food: version 1."""
    return commit(applied(Codebook(), run(MARCH)).book, "三月")


def id_of(book: Codebook, label: str) -> str:
    return find_point(book, label).id


def texts_of(book: Codebook, label: str) -> set[str]:
    homes, point = outcome_of(book).homes, id_of(book, label)
    return {member.text for member in book.run.members if homes[member.ref] == point}


def refused(code: str):
    return pytest.raises(CodebookError, check=lambda error: error.code == code)


def kinds(outcome) -> dict[str, str]:
    return {change.label: change.kind for change in outcome.changes}


# --- a run meets the codebook


def test_apply_to_an_empty_codebook_finds_everything_anew(book):
    assert [point.label for point in book.pain_points] == ["配送慢", "饭菜凉", "态度差"]
    assert book.version == 1
    assert book.versions[0].counts == {id_of(book, "配送慢"): 4, id_of(book, "态度差"): 3, id_of(book, "饭菜凉"): 4}
    assert set(book.by_id[id_of(book, "饭菜凉")].prototype) == set(COLD)


def test_apply_next_month_keeps_ids_and_names_and_adds_only_what_is_new(book):
    book = commit(rename(book, id_of(book, "配送慢"), "送货太慢"), "改名")
    april = [("四月-1", ["送餐太慢了"]), ("四月-2", ["配送超时"]), ("四月-3", ["太贵了"]), ("四月-4", ["价格贵得离谱"])]
    outcome = applied(book, run(april))
    assert texts_of(outcome.book, "送货太慢") == {"送餐太慢了", "配送超时"}
    assert id_of(outcome.book, "送货太慢") == id_of(book, "送货太慢")
    assert outcome.found == (id_of(outcome.book, "价格贵"),)
    assert kinds(outcome) == {"送货太慢": "steady", "价格贵": "new", "态度差": "gone", "饭菜凉": "gone"}
    assert next(change for change in outcome.changes if change.label == "饭菜凉").before == 4


def test_apply_says_growing_and_fading_only_where_intervals_lie_apart():
    def month(slow, rude, fine):
        texts = [SLOW[0]] * slow + [RUDE[0]] * rude + [""] * fine
        batch = run([(str(number), [text]) for number, text in enumerate(texts) if text])
        return Run(batch.points, batch.complaints, len(texts))

    book = commit(applied(Codebook(), month(20, 20, 160)).book, "一月")
    assert kinds(applied(book, month(23, 18, 159))) == {"配送慢": "steady", "态度差": "steady"}
    assert kinds(applied(book, month(60, 4, 136))) == {"配送慢": "growing", "态度差": "fading"}
    assert kinds(applied(book, month(200, 200, 1600))) == {"配送慢": "steady", "态度差": "steady"}  # ten times the batch, the same shares


def test_apply_recognises_a_pain_point_in_other_words_by_likeness(book):
    may = run([("五月-1", ["送餐慢"]), ("五月-2", ["等两个小时了"]), ("五月-3", ["送餐太慢"])], lambda one: "外卖等太久")
    may.points[0] = may.points[0].model_copy(update={"touchpoint": "delivery"})
    assert applied(book, may, letters).found == ()
    assert len(texts_of(applied(book, may, letters).book, "配送慢")) == 3
    assert len(applied(book, may).found) == 1  # without the space, words alone do not tell
    may.points[0] = may.points[0].model_copy(update={"touchpoint": "digital_experience"})
    assert len(applied(book, may, letters).found) == 1  # alike, but of another touchpoint


def test_apply_a_group_that_falls_apart_stays_one_pain_point(book):
    halves = run(MARCH[:4], lambda one: one.normalised[:2])
    outcome = applied(book, halves)
    assert outcome.found == ()
    assert texts_of(outcome.book, "配送慢") == set(SLOW)


def test_apply_two_known_pain_points_in_one_group_stay_two(book):
    outcome = applied(book, run(MARCH[:7], lambda one: "全混在一起"))
    assert texts_of(outcome.book, "配送慢") == set(SLOW)
    assert texts_of(outcome.book, "态度差") == set(RUDE)


def test_apply_a_new_pain_point_never_takes_the_name_of_another(book):
    locked = lock(book, id_of(book, "态度差"))
    outcome = applied(locked, run([("1", ["保安骂人"]), ("2", ["收银员翻白眼"])], lambda one: "态度差"))
    assert [outcome.book.by_id[point].label for point in outcome.found] == ["态度差（2）"]


def test_apply_finds_a_member_again_whose_row_number_changed(book):
    """Rows without ids are numbered; a row put in above must not lose the decisions."""
    book = move(book, [ref("三月-9", "菜凉了没法吃")], id_of(book, "配送慢"))
    rows = [("新来的", ["送餐太慢了"]), *[(f"三月-{number + 1}", texts) for number, (_, texts) in enumerate(MARCH)]]
    outcome = applied(book, run(rows))
    assert outcome.replay.homes[ref("三月-10", "菜凉了没法吃")] == id_of(book, "配送慢")
    assert outcome.replay.unreplayed == ()


def test_apply_reports_what_it_cannot_replay_and_keeps_it(book):
    book = move(book, [ref("三月-9", "菜凉了没法吃")], id_of(book, "配送慢"))
    book = commit(merge(book, id_of(book, "态度差"), id_of(book, "饭菜凉")), "归类")
    april = applied(book, run([("四月-1", ["送餐太慢了"]), ("四月-2", ["配送超时"])]))
    assert [one.edit.kind for one in april.replay.unreplayed] == ["move", "merge"]
    march = applied(april.book, run(MARCH))
    assert march.replay.unreplayed == ()
    assert march.replay.homes == outcome_of(book).homes


# --- what people decide


def test_merge_holds_for_later_runs_and_restore_takes_it_back(book):
    slow, rude = id_of(book, "配送慢"), id_of(book, "态度差")
    merged = merge(book, rude, slow)
    assert texts_of(merged, "配送慢") == {*SLOW, *RUDE}
    june = applied(merged, run([("六月-1", [RUDE[0]]), ("六月-2", ["服务员骂人"])], lambda one: "态度差"))
    assert texts_of(june.book, "配送慢") == {RUDE[0], "服务员骂人"}
    back = restore(merged, rude)
    assert outcome_of(back).homes == outcome_of(book).homes
    assert texts_of(restore(june.book, rude), "态度差") == {RUDE[0], "服务员骂人"}


def test_restore_after_a_chain_of_merges_takes_back_only_its_own(book):
    slow, rude, cold = (id_of(book, label) for label in ("配送慢", "态度差", "饭菜凉"))
    chained = merge(merge(book, rude, slow), slow, cold)
    assert texts_of(restore(chained, rude), "态度差") == set(RUDE)
    assert texts_of(restore(restore(chained, rude), slow), "配送慢") == set(SLOW)


def test_split_by_words_holds_for_later_runs(book):
    book, hours = split(book, id_of(book, "配送慢"), ["小時", "超时"], "等太久")  # Traditional is understood
    assert texts_of(book, "等太久") == {"等了两个小时", "配送超时"}
    july = applied(book, run([("七月-1", ["送餐太慢了"]), ("七月-2", ["又等了三小时"])], lambda one: "配送慢"))
    assert july.replay.homes[ref("七月-2", "又等了三小时")] == hours
    assert july.replay.homes[ref("七月-1", "送餐太慢了")] == id_of(book, "配送慢")


def test_split_off_pain_point_is_recognised_when_a_run_finds_it_by_itself(book):
    book, hours = split(book, id_of(book, "配送慢"), ["小时", "超时"], "等太久")
    alone = applied(book, run([("1", ["等了两个小时"]), ("2", ["配送超时"]), ("3", ["两小时不来"])], lambda one: "别的名字"))
    assert alone.found == ()
    assert set(alone.replay.homes.values()) == {hours}


def test_move_brings_in_what_no_group_took(book):
    moved = move(book, [ref("三月-11", "电梯坏了")], id_of(book, "态度差"))
    assert "电梯坏了" in texts_of(applied(moved, run(MARCH)).book, "态度差")


def test_exclude_takes_out_and_move_brings_back(book):
    member = ref("三月-0", "送餐太慢了")
    out = exclude(book, [member])
    assert "送餐太慢了" not in texts_of(out, "配送慢")
    assert applied(out, run(MARCH)).replay.excluded == {member}
    assert outcome_of(move(out, [member], id_of(book, "配送慢"))).homes == outcome_of(book).homes


def test_lock_keeps_members_and_takes_no_others(book):
    cold = id_of(book, "饭菜凉")
    book = lock(move(book, [ref("三月-0", "送餐太慢了")], cold), cold)
    grown = [*MARCH, ("新-1", ["饭是凉的"]), ("新-2", ["米饭像冰块"]), ("新-3", ["粥不热"])]

    def group_of(one):
        return "饭菜凉" if one.quote.comment_id[0] == "新" or one.normalised in COLD else "其他"

    outcome = applied(book, run(grown, group_of))
    assert texts_of(outcome.book, "饭菜凉") == {"送餐太慢了", *COLD}  # its own words, and what was moved there
    assert outcome.replay.homes[ref("新-1", "饭是凉的")] == cold
    assert outcome.replay.homes[ref("新-2", "米饭像冰块")] == outcome.found[0]  # goes on as a candidate
    again = applied(unlock(book, cold), run(grown, group_of))
    assert "米饭像冰块" in texts_of(again.book, "饭菜凉")


def test_dismissed_is_recognised_and_not_shown(book):
    batch = run(MARCH)
    outcome = applied(dismiss(book, id_of(book, "态度差")), batch)
    shown = shown_points(outcome, *batch)
    assert [point.label for point in shown] == ["配送慢", "饭菜凉"]
    assert outcome.found == ()
    clustered = {quote for point in batch.points for quote in point.members}
    outside = [one for one in batch.complaints if one.quote not in clustered]
    assert unassigned(outcome, batch.points, outside, batch.complaints) == outside


def test_shown_points_count_what_the_rules_leave_and_quote_what_is_pinned(book):
    book = move(book, [ref("三月-4", RUDE[0])], id_of(book, "配送慢"))
    book = pin(book, id_of(book, "配送慢"), ref("三月-3", "迟迟不送到"))
    batch = run(MARCH)
    slow = next(point for point in shown_points(applied(book, batch), *batch) if point.label == "配送慢")
    assert (slow.size, slow.comments, slow.share) == (5, 5, round(5 / len(MARCH), 4))
    assert slow.quotes[0].text == "迟迟不送到"
    assert len(slow.quotes) == 3
    assert slow.severity == 0.63


def test_shown_points_of_an_untouched_run_are_those_found():
    batch = run(MARCH)
    outcome = applied(Codebook(), batch)
    shown = {point.label: point for point in shown_points(outcome, *batch)}
    for point in batch.points:
        assert set(shown[point.label].members) == set(point.members)
        assert shown[point.label].quotes == point.quotes
        assert shown[point.label].terms == point.terms


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        ("same_pain_point", lambda book, one, two: merge(book, one, one)),
        ("unknown_pain_point", lambda book, one, two: rename(book, "pp-nowhere", "新名")),
        ("label_taken", lambda book, one, two: rename(book, one, "态度差")),
        ("already_so", lambda book, one, two: rename(book, one, " 配送慢 ")),
        ("no_label", lambda book, one, two: rename(book, one, " ")),
        ("split_is_no_split", lambda book, one, two: split(book, one, ["没人这么说"], "新名")),
        ("split_is_no_split", lambda book, one, two: split(book, two, ["态度", "爱答不理"], "新名")),
        ("no_words", lambda book, one, two: split(book, one, [" "], "新名")),
        ("pain_point_merged", lambda book, one, two: merge(merge(book, one, two), two, one)),
        ("pain_point_dismissed", lambda book, one, two: merge(dismiss(book, one), one, two)),
        ("already_so", lambda book, one, two: move(book, [ref("三月-0", SLOW[0])], one)),
        ("already_so", lambda book, one, two: exclude(exclude(book, [ref("三月-0", SLOW[0])]), [ref("三月-0", SLOW[0])])),
        ("already_so", lambda book, one, two: lock(lock(book, one), one)),
        ("already_so", lambda book, one, two: unlock(book, one)),
        ("already_so", lambda book, one, two: restore(book, one)),
        ("not_a_member", lambda book, one, two: pin(book, two, ref("三月-0", SLOW[0]))),
        ("no_such_member", lambda book, one, two: the_member(book, "没有这条")),
        ("nothing_to_commit", lambda book, one, two: commit(book, "空")),
        ("nothing_to_undo", lambda book, one, two: undo(book)),
        ("no_such_version", lambda book, one, two: rollback(book, 7)),
        ("no_such_version", lambda book, one, two: diff(book, 7)),
        ("draft_not_empty", lambda book, one, two: rollback(lock(book, one), 1)),
    ],
)
def test_edits_that_make_no_sense_are_refused(book, code, edit):
    with refused(code):
        edit(book, id_of(book, "配送慢"), id_of(book, "态度差"))


def test_find_point_by_id_its_beginning_and_name(book):
    point = book.pain_points[0]
    assert find_point(book, point.id) == find_point(book, point.id[:8]) == find_point(book, point.label) == point
    with pytest.raises(CodebookError) as error:
        find_point(book, "配送太慢")
    assert "配送慢" in error.value.hint


def test_the_member_asks_for_the_span_where_a_comment_complains_twice():
    book = applied(Codebook(), run([("1", ["送餐太慢了", "饭是凉的"]), ("2", ["配送超时"]), ("3", ["汤都冷了"])])).book
    with pytest.raises(CodebookError) as error:
        the_member(book, "1")
    assert "0:5" in error.value.hint
    assert the_member(book, "1", (6, 8)) == the_member(book, "1", point=id_of(book, "饭菜凉")) == ref("1", "饭是凉的")


# --- versions


def test_diff_says_which_comments_move_and_how_many_there_are_before_and_after(book):
    slow, rude = id_of(book, "配送慢"), id_of(book, "态度差")
    draft = exclude(rename(merge(book, rude, slow), slow, "慢和差"), [ref("三月-7", COLD[0])])
    difference = diff(draft)
    counts = {after.label: (before, now) for _, after, before, now in difference.points}
    assert counts == {"慢和差": (4, 7), "态度差": (3, 0), "饭菜凉": (4, 3)}
    assert {(member.comment_id, home, now) for member, home, now in difference.moved} == {
        *((f"三月-{number}", rude, slow) for number in (4, 5, 6)),
        ("三月-7", id_of(book, "饭菜凉"), None),
    }
    assert difference.excluded == {ref("三月-7", COLD[0])}
    assert diff(book).points == diff(book).moved == ()


def test_rollback_is_a_version_and_keeps_what_runs_found(book):
    book = commit(merge(book, id_of(book, "态度差"), id_of(book, "配送慢")), "合并")
    book = commit(applied(book, run([*MARCH, ("四-1", [DEAR[0]]), ("四-2", [DEAR[1]])])).book, "四月")
    back = rollback(book, 1)
    assert [version.rolled_back_to for version in back.versions] == [None, None, None, 1]
    assert texts_of(back, "态度差") == set(RUDE)
    assert texts_of(back, "价格贵") == set(DEAR)
    assert rollback(back, 3).pain_points == book.pain_points


def test_rollback_of_a_split_gives_its_members_back_and_its_id_to_nobody(book):
    slow = id_of(book, "配送慢")
    book, hours = split(book, slow, ["小时", "超时"], "等太久")
    book = commit(book, "拆分")
    book = applied(book, run([("1", ["等了两个小时"]), ("2", ["配送超时"])], lambda one: "别的名字")).book  # matched to the split itself
    back = rollback(book, 1)
    assert hours not in back.by_id
    assert texts_of(back, "配送慢") == {"等了两个小时", "配送超时"}
    assert split(applied(back, run(MARCH)).book, slow, ["小时", "超时"], "等太久")[1] != hours


def test_undo_takes_back_one_edit_or_all(book):
    one = rename(book, id_of(book, "配送慢"), "慢")
    two = lock(one, id_of(one, "慢"))
    assert undo(two)[0] == one
    assert undo(two, everything=True)[0] == book


# --- the file


def test_file_is_one_readable_json(book, tmp_path):
    path = tmp_path / "retail.codebook"
    save_codebook(merge(book, id_of(book, "态度差"), id_of(book, "配送慢")), path, opened=None)
    text = path.read_text(encoding="utf-8")
    assert list(json.loads(text)) == ["schema", "pain_points", "draft", "versions", "run"]
    assert '"label": "配送慢"' in text
    assert max(map(len, text.splitlines())) < 260
    save_codebook(load_codebook(path), path, opened=load_codebook(path))
    assert path.read_text(encoding="utf-8") == text


def test_file_that_somebody_else_changed_meanwhile_is_not_overwritten(book, tmp_path):
    path = tmp_path / "retail.codebook"
    save_codebook(book, path, opened=None)
    theirs = rename(book, id_of(book, "配送慢"), "送得慢")
    save_codebook(theirs, path, opened=book)
    for opened in (book, None):
        with pytest.raises(CodebookError, match="somebody else"):
            save_codebook(lock(book, id_of(book, "态度差")), path, opened=opened)
    assert load_codebook(path) == theirs


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "not_a_codebook"), ("编号,痛点\n", "not_a_codebook"), ('{"schema": "voc.analysis/1"}', "not_a_codebook"), (None, "no_codebook")],
)
def test_file_that_is_no_codebook_is_refused(tmp_path, content, code):
    path = tmp_path / "a.codebook"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with refused(code):
        load_codebook(path)


@pytest.mark.parametrize(("old", "new"), [('"label": "配送慢"', '"label": "快"'), ('"status": "active"', '"status": "dismissed"')])
def test_file_changed_by_hand_is_refused_not_misread(book, tmp_path, old, new):
    path = tmp_path / "a.codebook"
    text = codebook_json(book)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with refused("codebook_changed_by_hand"):
        load_codebook(path)


def test_same_words_twice_in_one_comment_are_one_member():
    twice = [complaint("1", "太贵了", 0), complaint("1", "太贵了", 9), complaint("2", "太贵了")]
    batch = Run([cluster("价格贵", "price", twice)], twice, 2)
    book = applied(Codebook(), batch).book
    out = applied(exclude(book, [ref("1", "太贵了")]), batch)
    assert [point.size for point in shown_points(out, *batch)] == [1]
