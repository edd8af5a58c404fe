"""How long report.html keeps its reader waiting: `python tests/benchmark_page.py [REPORT.html]`, in Chromium.

Without a page of your own, two of 2,000 verdicts with 600 exchanges are measured. Each figure is the best of several rounds, in
milliseconds: by the clock, and of the processor's time for the page's main thread, which a busy machine tells nearly alike.
https://chromedevtools.github.io/devtools-protocol/tot/Performance/
"""

import os
import sys
import tempfile
from pathlib import Path

from browsers import browsing
from large_report import REPORT, TRAFFIC, WIDE

from conformance.render import html
from conformance.report import gate

ROUNDS = 7
STEPS = (("q", "created is 1"), ("q", ""), ("standing", "broken"), ("standing", ""), ("level", "MUST"), ("level", ""))
RENDERED = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
CHOOSE = f"""async ([name, value]) => {{
    const began = performance.now();
    const field = document.querySelector(".filters").elements[name];
    field.value = value;
    field.dispatchEvent(new Event("input", {{ bubbles: true }}));
    return (await {RENDERED}) - began;
}}"""
USABLE = "performance.getEntriesByType('navigation')[0].domInteractive"


def main(arguments: list[str]) -> int:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as name, browsing() as browser:
        pages = {given: Path(given) for given in arguments} or {
            "2,000 cases": written(WIDE, Path(name, "wide.html")),
            "1,000 cases by two documents": written(REPORT, Path(name, "report.html")),
        }
        for title, path in pages.items():
            rounds = [list(measured(browser, path.resolve().as_uri())) for _ in range(ROUNDS)]
            print(f"{title}: {path.stat().st_size / 2**20:.1f} MiB; load of the machine {os.getloadavg()[0]:.1f}")
            for found in zip(*rounds, strict=True):
                clock, work = (min(one[figure] for one in found) for figure in (1, 2))
                print(f"{clock:6.0f} by the clock {work:6.0f} of work  {found[0][0]}")
    return 0


def written(report, path):
    """A page in a file."""
    path.write_text(html.render(report, gate(report), TRAFFIC, "reports/demo"), "utf-8")
    return path


def measured(browser, address):
    """Each step's name, its time by the clock, and its time of work."""
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked():
        return 1000 * next(
            one["value"] for one in session.send("Performance.getMetrics")["metrics"] if one["name"] == "ThreadTime"
        )

    before = worked()
    page.goto(address)
    page.evaluate(RENDERED)
    yield "until it can be used", page.evaluate(USABLE), worked() - before
    for name, value in STEPS:
        before = worked()
        taken = page.evaluate(CHOOSE, [name, value])
        yield f"{name} = {value!r}", taken, worked() - before
    page.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
