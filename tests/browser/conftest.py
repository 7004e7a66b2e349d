"""A served installation and people who visit it with Chromium; skipped where there is none."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.impact.management.serving import server
from tests.processes import PATIENCE, PROJECT, Environment, installation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
WIDE: "ViewportSize" = {"width": 1280, "height": 900}
PASSWORD = "a long password of tests"  # noqa: S105  # of an installation that lives for seconds

Visit = Callable[..., "Page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the installation is served, what opens its API, and who fills it when asked.

    `rewritten` holds, once it is filled, the id of the row of each log that was tampered with.
    """

    address: str
    key: str
    seeding: "subprocess.Popen[str]"
    rewritten: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return where Chromium is, or skip."""
    pytest.importorskip("playwright.sync_api", reason="not installed: uv sync --group browser")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed")
    return found


@pytest.fixture(scope="session")
def site(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: ARG001  # skips first
    """Serve an installation in which nobody did anything yet."""
    with (
        installation(tmp_path_factory.mktemp("site")) as environment,
        _seeding(environment) as seeding,
    ):
        assert seeding.stdout is not None
        told = json.loads(seeding.stdout.readline())
        with server(environment) as served:
            yield Site(address=served.address, key=told["key"], seeding=seeding)


@pytest.fixture(scope="session")
def filled(site: Site) -> Site:
    """Return the installation with a running experiment and its reports."""
    told, _ = site.seeding.communicate("now\n")
    assert site.seeding.returncode == 0
    site.rewritten.update(json.loads(told.splitlines()[-1]))
    return site


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator["Browser"]:
    """Run Chromium for one module: while it runs, no test can use the database of Django."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # it may be absent

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)


@pytest.fixture(scope="module")
def visit(chromium: "Browser", site: Site) -> Visit:
    """Return what opens a page as somebody: each signs in once a module; "" is nobody."""
    signed_in: dict[str, BrowserContext] = {}

    def opened(path: str, who: str = "") -> "Page":
        if who not in signed_in:
            signed_in[who] = chromium.new_context(base_url=site.address, viewport=WIDE)
            signed_in[who].set_default_timeout(PATIENCE * 1000)
            if who:
                _sign_in(signed_in[who].new_page(), who)
        page = signed_in[who].new_page()
        page.goto(path)
        return page

    return opened


def _sign_in(page: "Page", who: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("User name").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")
    page.close()


def _seeding(environment: Environment) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, "-m", "tests.browser.seeding", PASSWORD],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
