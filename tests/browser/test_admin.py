"""The administration in a browser: what is told once, what is erased, what is tried out."""

from __future__ import annotations

import pytest

from chromium import faults, serving


@pytest.fixture(scope="module")
def served(survey_app):
    """Address of the service with the sample survey in it."""
    with serving(survey_app) as address:
        yield address


@pytest.fixture(scope="module")
def store(survey_app):
    return survey_app.extensions["store"]


def test_user_is_added_changed_and_shut_out(visit, store):
    page = visit("/admin")
    page.get_by_label("用户名").fill("王丽")
    page.get_by_label("角色", exact=True).select_option("admin")
    page.get_by_role("button", name="添加用户").click()
    password = page.locator("[data-secret]").input_value()
    assert store.users.verify("王丽", password).role == "admin"
    assert page.get_by_role("button", name="复制").is_visible()
    assert faults(page) == []
    store.users.add("second", role="admin")
    page.get_by_label("王丽 的角色").select_option("reviewer")
    page.get_by_role("button", name="改 王丽 的角色").click()
    page.get_by_text("角色已改").wait_for()
    page.get_by_role("button", name="停用 王丽").click()
    page.get_by_text("已停用：").wait_for()
    user = store.users.named("王丽")
    assert (user.role, user.disabled) == ("reviewer", True)


def test_touchpoints_are_tried_out_and_kept_without_javascript(visit, store):
    page = visit("/admin/words", width=390, java_script_enabled=False)
    text = page.get_by_label("触点", exact=True)
    text.fill(text.input_value().replace("name: retail", "name: 我的零售") + "\n  - {id: parking, zh: 停车, keywords: [停车, 车位]}\n")
    page.get_by_role("button", name="看看会改变什么").click()
    page.get_by_text("格式正确：我的零售，21 个触点").wait_for()
    page.get_by_role("button", name="保存为新版本").click()
    page.get_by_text("已保存为新版本").wait_for()
    assert [kept.reference for kept in store.taxonomies.all()] == ["store:我的零售@1"]
    assert store.taxonomies.all()[0].taxonomy.by_id["parking"].zh == "停车"


def test_what_would_change_is_accessible_and_no_wider_than_a_phone(visit):
    page = visit("/admin/words", width=390)
    page.get_by_label("触点", exact=True).fill("name: x\ntouchpoints:\n- {id: delivery, zh: 送餐, keywords: [送]}\n")
    page.get_by_label("用户词典").fill("客服\n")
    page.get_by_role("button", name="看看会改变什么").click()
    page.get_by_text("从最近一次分析里随机取 200 条").wait_for()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_upload_is_erased_only_by_its_number_of_comments_without_javascript(visit, store):
    upload = store.add_upload("误传.xlsx")
    page = visit("/admin/erase", java_script_enabled=False)
    page.get_by_label("哪一次").select_option(str(upload.id))
    page.get_by_role("button", name="看看涉及多少").last.click()
    page.get_by_role("heading", name="误传.xlsx").wait_for()
    page.get_by_label("输入评论条数").fill("1")
    page.get_by_role("button", name="彻底删除").click()
    page.get_by_text("没有删除").wait_for()
    page.complaints.clear()  # the browser tells the status 422
    page.get_by_label("输入评论条数").fill("0")
    page.get_by_role("button", name="彻底删除").click()
    page.get_by_text("已删除这次上传").wait_for()
    assert upload.id not in [kept.id for kept in store.uploads()]
