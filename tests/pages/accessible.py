"""What axe-core finds wrong with a page, for somebody who hears it, or reads it with keys and little contrast."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_GRAVE = ("serious", "critical")
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def serious(page: Page) -> list[str]:
    """Serious and critical faults of what the page shows at this moment, one line for each element that has one."""
    found = Axe().run(page, options=_RULES).response["violations"]
    return [
        f"{fault['id']}: {' '.join(map(str, node['target']))} {node['html'][:160]}\n  {node['failureSummary'][:300]}"
        for fault in found
        if fault["impact"] in _GRAVE
        for node in fault["nodes"]
    ]
