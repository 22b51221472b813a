"""Every page as a browser sees it: nothing refused, nothing from elsewhere, accessible, and no wider than a phone."""

from __future__ import annotations

from itertools import product

import pytest
from all_pages import PAGES, address_of

from chromium import faults, serving


@pytest.fixture(scope="module")
def served(survey_app):
    """Address of the service with the sample survey in it."""
    with serving(survey_app) as address:
        yield address


@pytest.mark.parametrize(("name", "language"), list(product(PAGES, ("zh", "en"))))
def test_pages_are_accessible_in_both_themes_and_fit_a_window_and_a_phone(visit, survey_app, name, language):
    page = visit(address_of(name, survey_app), language=language)
    # The page of an address that does not exist is told in the console; that is what was asked for.
    page.complaints[:] = [complaint for complaint in page.complaints if "404" not in complaint]
    for width, theme in ((1280, "light"), (1280, "dark"), (390, "light")):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert faults(page) == [], (width, theme)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_places_of_the_header_are_in_sight_in_one_line_or_in_two_of_five(visit, survey_app, language):
    page = visit(address_of("cases", survey_app), language=language)
    for width, lines in ((390, 2), (768, 1), (1024, 1), (1280, 1)):
        page.set_viewport_size({"width": width, "height": 800})
        links = page.locator(".site-nav a").evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
        assert len(links) == 10
        assert len({link["top"] for link in links}) == lines, width
        assert all(link["left"] >= 0 and link["right"] <= width for link in links), width


def test_theme_changes_without_a_reload_and_stays(visit):
    page = visit("/help")
    page.evaluate("window.still_here = true")
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="深色").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("window.still_here")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("javascript", [True, False])
def test_language_and_theme_change_with_and_without_javascript(visit, javascript):
    page = visit("/patterns?sort=-share", java_script_enabled=javascript)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Components", exact=True).wait_for()
    assert page.url.endswith("/patterns?sort=-share")
    page.get_by_role("button", name="Dark").click()
    page.locator("html[data-theme=dark]").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_dialog_opens_and_closes_with_and_without_javascript(visit, javascript):
    page = visit("/patterns", java_script_enabled=javascript)
    dialog = page.locator("#merge")
    assert not dialog.is_visible()
    page.get_by_role("link", name="合并").click()
    assert dialog.is_visible()
    dialog.get_by_role("link", name="关闭").click()
    assert not dialog.is_visible()


def test_open_dialog_is_accessible_and_escape_closes_it(visit):
    page = visit("/patterns")
    page.get_by_role("link", name="合并").click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("#merge").is_visible()


def test_dropped_files_are_named(visit):
    page = visit("/patterns")
    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["评价内容\\n送餐太慢了"], "三月问卷.csv"));
            files.items.add(new File(["a"], "四月问卷.csv"));
            document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true }));
        }"""
    )
    assert page.locator("[data-drop-files] li").all_text_contents() == ["三月问卷.csv · 0 KB", "四月问卷.csv · 0 KB"]
    assert page.evaluate("document.querySelector('#drop-files').files.length") == 2


def test_keyboard_reaches_the_content_and_the_journey(visit):
    from playwright.sync_api import expect

    page = visit("/patterns", width=390)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    region = page.get_by_role("region", name="旅程地图，可左右滚动")
    region.focus()
    page.keyboard.press("ArrowRight")
    expect(region).not_to_have_js_property("scrollLeft", 0)  # a page's own scripts may not be strings, so no `wait_for_function`
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("广告口碑：提及 41 次")


def test_journey_fits_the_paper_and_ink_is_dark_whatever_the_theme(visit):
    page = visit("/patterns", theme="dark")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    assert page.locator(".journey").bounding_box()["width"] <= 720
    assert not page.locator(".site-tools").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(24, 35, 44)"


def test_pages_are_light(visit):
    page = visit("/patterns")
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((entry) => entry.transferSize)"
    )
    assert 0 < sum(sizes) <= 300_000
