"""The page in a real browser: payloads in every text run nothing and load nothing, and the page's own script works.

Needs Chromium (Debian and Ubuntu: the package chromium). Without it these tests are not run, which pytest's summary says; with
CONFORMANCE_BROWSER=required, as in `tox -e browser`, they fail instead. What can be told without a browser is in
test_render_html.py. https://www.w3.org/TR/CSP3/
"""

import os
import re
import subprocess
from dataclasses import replace

import pytest
from browsers import REQUIRED, executable
from hostile.server import listening
from hostile.strings import PAYLOADS
from sample_report import EVIL, HOSTILE, NASTY, REPORT, exchange_of

from conformance.render import html
from conformance.report import gate

ACT = "document.documentElement.dataset.owned='yes';document.title='owned'"
SCRIPTS = (
    f"<script>{ACT}</script>",
    f'<img src="x" onerror="{ACT}">',
    f'<svg onload="{ACT}"></svg><details open ontoggle="{ACT}">x</details>',
    f'<iframe srcdoc="<script>parent.{ACT}</script>"></iframe>',
    "<style>@import 'http://127.0.0.1:PORT/css';</style><body style='background:url(http://127.0.0.1:PORT/style)'>",
    "<link rel=stylesheet href=http://127.0.0.1:PORT/link><img src=http://127.0.0.1:PORT/img>",
    "<script src=http://127.0.0.1:PORT/js></script><iframe src=http://127.0.0.1:PORT/frame></iframe>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:PORT/meta'>",
    f'<form action=http://127.0.0.1:PORT/form><input autofocus onfocus="{ACT}"></form>',
    f"</script><script>{ACT}</script><!--<script>",
    f'</noscript><img src="x" onerror="{ACT}"><noscript>',
)
HURTS = (*SCRIPTS, *PAYLOADS.values(), HOSTILE)


@pytest.fixture
def browser(tmp_path):
    """Opens a page; gives its document after its scripts ran, and what it asked a listener for."""
    if not executable():
        if REQUIRED:
            pytest.fail("no Chromium is installed")
        pytest.skip("NOT RUN: no Chromium is installed, so that report.html was not proven in a browser")
    asked: list[bytes] = []

    def opened(text: str) -> tuple[str, list[bytes]]:
        with listening(lambda connection: asked.append(connection.recv(4096))) as listener:
            page = tmp_path / "report.html"
            page.write_bytes(text.replace("PORT", str(listener.port)).replace("{port}", str(listener.port)).encode())
            root = ["--no-sandbox"] if os.geteuid() == 0 else []
            quiet = ["--headless", "--disable-gpu", "--disable-background-networking", "--no-first-run", *root]
            words = [executable(), *quiet, f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=2000", "--dump-dom"]
            done = subprocess.run([*words, page.as_uri()], capture_output=True, text=True, timeout=90, check=True)
        return done.stdout, asked

    return opened


def page_of_hurts():
    """A report in which every text is meant to hurt."""
    verdicts, exchanges = [], {}
    for number, text in enumerate(HURTS):
        kept = text[:20_000]
        sent = exchange_of(f"/{number}/{kept[:50]}", {"a": kept}, kept.encode("utf-8", "replace"))
        exchanges[sent.request.key] = replace(sent, headers=((f"X-{number}", kept), (kept[:99], "x")), readings=NASTY.readings)
        finding = replace(EVIL.findings[0], message=kept, where=kept, expected=kept, actual=kept)
        more = {"title": kept, "reason": kept, "link": kept, "note": kept, "findings": (finding,)}
        verdicts.append(replace(EVIL, case=f"{number}-{kept[:80]}", feature=kept[:80], exchanges=(sent.request.key,), **more))
    target = replace(REPORT.header.target, server=SCRIPTS[0], model=SCRIPTS[1], id=SCRIPTS[2])
    report = replace(REPORT, header=replace(REPORT.header, target=target, command=SCRIPTS[9]), verdicts=tuple(verdicts))
    return html.render(report, gate(report), exchanges, SCRIPTS[0])


def test_the_payloads_do_act_on_a_page_that_is_not_ours(browser):
    text, asked = browser("<!doctype html><title>theirs</title><main>" + "".join(SCRIPTS[:7]))
    assert 'data-owned="yes"' in text
    assert b"GET /img" in b"".join(asked)


def test_a_report_full_of_payloads_runs_nothing_and_loads_nothing(browser):
    text, asked = browser(page_of_hurts())
    assert "data-owned" not in text[:300]
    assert not re.search(r"<title>owned", text)
    assert asked == []
    assert re.search(r'<form class="filters"[^>]*"Filters">', text), "the page's own script did not run"
    assert f"{len(HURTS)} of {len(HURTS)} cases" in text
    assert "<noscript>" not in text, "what the cases hold was not unpacked"


def test_even_markup_that_slipped_through_could_neither_run_nor_load(browser):
    page = page_of_hurts()
    head, found, rest = page.partition("<main>")
    assert found
    slipped = "".join(one for one in SCRIPTS if "refresh" not in one)
    text, asked = browser(head + found + slipped + rest)
    assert "data-owned" not in text[:300]
    assert [one for one in asked if one] == []  # browsers may open a connection ahead, and say nothing on it
