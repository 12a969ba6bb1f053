"""Every page in both languages and looks, empty of serious accessibility faults as axe-core sees them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from api.doorway import WAYS
from tests.pages.accessible import serious
from tests.pages.conftest import Opened

OPENED = (
    ("/needs?view=map", ".map canvas"),
    ("/needs?one=2026-09&other=2026-08", ".compared"),
    ("/needs", "main a[href*='theme=']"),
    ("/ideas", "main a[href*='idea=']"),
    ("/customers?show=value", "main a[href*='customer=']"),
    ("/customers?view=list", ".wide-list"),
)
"""A page, and what to wait for on it; a link is followed."""


def _settled(page: Page) -> Page:
    """The page once nothing of it is on its way any more."""
    expect(page.locator("h1").first).to_be_attached()
    expect(page.locator(".waiting")).to_have_count(0)
    return page


def _faults(page: Page) -> dict[str, list[str]]:
    found = serious(_settled(page))
    return {page.url: found} if found else {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_pages(visit: Callable[..., Opened], address: str, look: str, language: str) -> None:
    page = visit("/", look=look, language=language).page
    found = _faults(page)
    for path, _ in WAYS[1:]:
        page.goto(address + path)
        found |= _faults(page)
    assert found == {}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_what_is_opened_on_them(visit: Callable[..., Opened], address: str, look: str) -> None:
    page = visit("/", look=look).page
    found: dict[str, list[str]] = {}
    for path, sign in OPENED:
        page.goto(address + path)
        expect(page.locator(sign).first).to_be_visible()
        if (way := page.locator(sign).first.get_attribute("href")) is not None:
            page.goto(address + way)
        found |= _faults(page)
    assert found == {}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_an_answer_a_record_and_a_lead(visit: Callable[..., Opened], address: str, look: str) -> None:
    page = visit("/", look=look, width=360).page
    page.locator(".suggestion", has_text="近三个月").click()
    expect(page.locator(".turn .end")).to_be_visible()
    found = _faults(page)
    page.locator(".turn .voices .mark").first.click()
    expect(page.locator("mark#quoted")).to_be_visible()
    found |= _faults(page)
    page.goto(f"{address}/customers")
    page.locator(".lead-card .lead-quote").first.click()
    expect(page.locator(".lead-said")).to_be_visible()
    assert found | _faults(page) == {}


def test_a_fault_is_seen(visit: Callable[..., Opened]) -> None:
    page = _settled(visit("/needs").page)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button id=\"bare\"></button>')")
    assert [fault for fault in serious(page) if "button-name" in fault] != []
