"""A real browser for tests of pages: Debian's Chromium, headless, driven by Playwright.

Neither is needed to use the suite. Where they are missing pytest's summary says that these tests are not run; with
CONFORMANCE_BROWSER=required, as in `tox -e browser`, they fail instead.
"""

import os
import shutil
from contextlib import contextmanager
from importlib.resources import files
from importlib.util import find_spec

import pytest

REQUIRED = os.environ.get("CONFORMANCE_BROWSER") == "required"


def executable():
    """Chromium's path, or None."""
    named = os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"
    return next((found for name in named if name and (found := shutil.which(name))), None)


def ensure_browser():
    """Skips the module that asks for a browser which is not there, aloud; fails where it is required."""
    missing = [name for name in ("playwright", "axe_playwright_python") if not find_spec(name)]
    missing += [] if executable() else ["chromium"]
    told = (
        f"NOT RUN: there is no {' and no '.join(missing)}, so that report.html was not tried in a browser; see `tox -e browser`"
    )
    if missing and REQUIRED:
        pytest.fail(told, pytrace=False)
    if missing:
        pytest.skip(told, allow_module_level=True)


@contextmanager
def browsing():
    """A browser that is closed afterwards. Chromium has no sandbox of its own where tests are run by root."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        yield browser
        browser.close()


def becomes(page, expression):
    """Waits until an expression is true. Playwright's own wait evaluates it in the page, which our policy forbids."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def barriers(page, levels=("serious", "critical")):
    """What axe-core finds on a page as it stands: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in levels]
