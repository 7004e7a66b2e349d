"""Draw the README's picture anew: `python -m tests.browser.picture ADDRESS NAME PASSWORD`.

ADDRESS is that of a served demo, NAME and PASSWORD one of the sign-ins that it printed.
"""

import shutil
import sys
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "report.png"
FLAGS = ["--no-sandbox", "--disable-gpu"]
# The answer and its two drawings; the tables between them would make the picture too long.
LEFT_OUT = """
#tested, #trust, #metrics, #compliers, #guardrails, #money, #provenance, .report-contents,
#answer > table, #answer > p, #retention > table, #segments > table, #segments > p
{ display: none }
"""


def draw(address: str, name: str, password: str) -> None:
    """Sign in, open the report of the experiment with an effect and store what it looks like."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # it may be absent

    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 900})
        page.goto("/sign-in?next=/experiments/care_over_clock")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Read the report").click()
        page.locator("#retention").wait_for()
        page.add_style_tag(content=LEFT_OUT)
        page.screenshot(path=FILE, full_page=True)


if __name__ == "__main__":
    draw(*sys.argv[1:])
