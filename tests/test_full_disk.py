"""A disk that takes no more: the run goes on, tells that its report is not whole, and leaves no half file behind.

A limit on the size of files stands for a full disk: the same writes fail, with EFBIG in the place of ENOSPC.
https://man7.org/linux/man-pages/man2/setrlimit.2.html
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import FILES, NAMES
from servers import command, ended, serving

from conformance.messages import Exchange, Piece, Request
from conformance.recordings import keep_recording, recording_in, write_recording
from conformance.report import read
from conformance.shelf import Shelf

LIMITED = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
sys.argv[0] = "openai-conformance"
runpy.run_module("conformance", run_name="__main__")
"""


def limited(folder: Path, limit: int, *arguments: str) -> tuple[int, str]:
    words = [sys.executable, "-c", LIMITED.format(limit=limit), "run", "--report", "out", *NAMES, *arguments]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # pipes have no limit
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("limit", [3000, 20_000])
def test_a_report_that_does_not_fit_is_told_and_nothing_half_written_is_there(tmp_path, limit):
    with serving() as server:
        code, text = limited(tmp_path, limit, "--base-url", server.url, "--only", "chat.stop", "--only", "models")
    assert code == 3, text
    assert "the report could not be written whole: File too large" in text
    assert "Traceback" not in text
    assert "gate claims:" in text
    written = {path.name for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert written < FILES
    if "report.ndjson" in written:
        assert read((tmp_path / "out" / "report.ndjson").read_text()).footer.complete
    if "badge.json" in written:
        json.loads((tmp_path / "out" / "badge.json").read_text())


def test_what_was_asked_is_kept_for_a_resume_where_the_report_did_not_fit(tmp_path):
    with serving() as server:
        only = ("--base-url", server.url, "--only", "chat.stop", "--only", "models")
        assert limited(tmp_path, 15_000, *only)[0] == 3
        before = len(server.asked)
        again = ended(command("run", *only, *NAMES, "--resume", "out", cwd=tmp_path))
    assert again.code == 0, again.out
    assert len(server.asked) <= before + 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


def test_a_shelf_without_room_goes_on_without_and_says_why(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    shelf = Shelf(blocked / "shelf")
    exchange = Exchange(Request("GET", "/x"), 200)
    shelf.put(exchange)
    with shelf.locked(exchange.request.key):
        assert shelf.get(exchange.request.key) is None
    assert shelf.trouble == os.strerror(20)


def test_a_large_exchange_takes_no_room_twice_and_comes_back(tmp_path):
    pieces = (Piece(0.1, b"\0" * 700_000), Piece(0.2, os.urandom(300_000)))
    exchange = Exchange(Request("GET", "/x"), 200, (), pieces, started=1.0)
    shelf = Shelf(tmp_path)
    shelf.put(exchange)
    assert shelf.get(exchange.request.key) == exchange
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 330_000
    assert dict(recording_in(next(tmp_path.glob("*.json"))))[exchange.request.key] == exchange


def test_a_recording_in_two_folders_takes_room_once(tmp_path):
    from conformance.model import Target

    write_recording([Exchange(Request("GET", "/x"), 200)], tmp_path / "a", Target("http://h/v1"))
    kept = keep_recording(tmp_path / "a", tmp_path / "b")
    assert kept.samefile(tmp_path / "a" / kept.name)
    keep_recording(tmp_path / "a", tmp_path / "a")
    assert [path.name for path in (tmp_path / "a").iterdir()] == [kept.name]
