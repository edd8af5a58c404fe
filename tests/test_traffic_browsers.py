"""What a proxy and a browser recorded of a run is judged like the run itself.

tests/data/recorded holds one run against the reference server (with five faults) three times: as its own exchanges, as mitmproxy
exported it while it stood between (`mitmdump --mode reverse:... --set hardump=...`), and as headless Chromium recorded the same
requests made by `fetch` (Playwright's `record_har_path`; the export of DevTools cannot be scripted).
"""

from argparse import Namespace
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from conformance import commands
from conformance.model import Outcome
from conformance.report import read
from conformance.traffic import Traffic

RECORDED = Path(__file__).parent / "data" / "recorded"
FAULTS = {"chat.created", "chat.content.text", "errors.envelope", "chat.stream.constant", "chat.stream.utf8"}
NOT_HELD = {"chat.stream.end": "trim the end", "errors.status.client": "not known to be wrong"}
"""What no HAR holds, and the words that say so: whether a request was meant to be refused, whether the last line end is true."""


@cache
def verdicts(name, folder):
    known = Namespace(
        traffic=[str(RECORDED / name)], report=str(folder / name), gate="none", only=["chat", "models", "errors", "http"]
    )
    assert commands.judge(known, []) == 0
    return {one.check: one for one in read((folder / name / "report.ndjson").read_text()).verdicts}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("judged")


def test_the_run_has_something_to_find(folder):
    found = {
        check for check, one in verdicts("run.jsonl.gz", folder).items() if one.findings and one.outcome is not Outcome.UNCLEAR
    }
    assert found >= FAULTS
    assert sum(one.outcome is Outcome.WORKS for one in verdicts("run.jsonl.gz", folder).values()) > 40


def test_a_proxy_keeps_every_byte_of_the_run():
    def answers(name):
        return Counter((one.request.method, one.status, one.body) for one in Traffic((RECORDED / name,)))

    assert answers("mitmproxy.har.gz") == answers("run.jsonl.gz")
    assert sum(answers("chromium.har.gz").values()) == sum(answers("run.jsonl.gz").values())


@pytest.mark.parametrize("name", ["mitmproxy.har.gz", "chromium.har.gz"])
def test_an_archive_is_judged_like_the_run(folder, name):
    run, archive = verdicts("run.jsonl.gz", folder), verdicts(name, folder)
    assert run.keys() == archive.keys()
    for check, one in run.items():
        other = archive[check]
        if check in NOT_HELD:
            assert other.outcome is Outcome.UNCLEAR
            assert NOT_HELD[check] in other.reason
        else:
            assert (other.outcome, other.standing) == (one.outcome, one.standing), check
            assert one.outcome is Outcome.UNCLEAR or other.reason == one.reason, check
            messages = {(found.message, found.outcome) for found in one.findings if found.outcome is not Outcome.UNCLEAR}
            assert messages == {
                (found.message, found.outcome) for found in other.findings if found.outcome is not Outcome.UNCLEAR
            }, check


def test_what_a_browser_sent_is_kept_without_its_key(folder):
    import gzip

    assert b"sk-0123456789abcdef" in gzip.decompress((RECORDED / "chromium.har.gz").read_bytes())
    verdicts("chromium.har.gz", folder)
    written = gzip.decompress((folder / "chromium.har.gz" / "exchanges.jsonl.gz").read_bytes())
    assert b"[redacted]" in written
    assert b"sk-0123456789abcdef" not in written
