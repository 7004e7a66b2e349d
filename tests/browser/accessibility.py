"""What keeps people from using a page: rules of WCAG 2.2 AA that it breaks, words cut off."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
SIZES: "tuple[ViewportSize, ...]" = (
    {"width": 1280, "height": 900},
    {"width": 390, "height": 844},
)
STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return "";
  const wide = [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > width + 0.5);
  return `wider than ${width}: ` + wide.map(element => element.outerHTML.slice(0, 80)).join(" ");
}"""


def trouble(page: "Page") -> list[str]:
    """Return what is wrong on a desk and on a telephone: broken rules, a page that is too wide."""
    return [words for size in SIZES for words in _trouble(page, size)]


def _trouble(page: "Page", size: "ViewportSize") -> list[str]:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  # it may be absent

    page.set_viewport_size(size)
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    violations = Axe().run(page, options=options).response["violations"]
    found = [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in violations]
    too_wide = page.evaluate(STICKS_OUT)
    return [*found, too_wide] if too_wide else found
