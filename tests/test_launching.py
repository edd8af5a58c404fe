"""Servers are started from recipes, waited for, and stopped with all that they started, whatever becomes of anyone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from starting import AWAY, DEAF, SERVER, alive, children, gone, start

from conformance.launching import HOST, NotStarted, Ready, Start, launched


@pytest.fixture
def own_tmp(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_server_is_ready_when_the_block_begins_and_gone_with_all_it_started_when_it_ends(own_tmp):
    began = time.monotonic()
    with launched(start(SERVER, "0.5"), "m") as one:
        assert time.monotonic() - began > 0.5
        family = [one.pid, *children(one.pid)]
        assert len(family) == 2
        assert one.address.startswith(f"http://{HOST}:")
        assert all(map(alive, family))
    assert gone(*family)
    assert list(own_tmp.iterdir()) == []


def test_a_server_that_will_not_stop_is_ended_by_force(own_tmp):
    with launched(start(DEAF + SERVER, "0", seconds=0.3), "m") as one:
        family = [one.pid, *children(one.pid)]
    assert gone(*family)


def test_a_block_that_raises_stops_the_server_too():
    pids = []
    with suppress(KeyboardInterrupt), launched(start(SERVER, "0"), "m") as one:
        pids.append(one.pid)
        raise KeyboardInterrupt
    assert gone(*pids)
    assert pids


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_leaves_with_a_parent_that_was_killed(own_tmp, number):
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import test_launching as t\n"
        "from conformance.launching import launched\n"
        "with launched(t.start(t.SERVER, '0'), 'm') as one: print(one.pid, *t.children(one.pid), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(Path(__file__).parent)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    family = [int(one) for one in parent.stdout.readline().split()]
    parent.send_signal(number)
    parent.communicate()
    assert gone(*family)
    until = time.monotonic() + 5
    while list(own_tmp.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(own_tmp.iterdir()) == []


def test_a_command_that_returns_while_its_server_runs_on_is_stopped_by_another(own_tmp):
    stop = ("{python}", "-c", "import os, sys; os.kill(int(open(sys.argv[1]).read()), 9)", str(own_tmp / "pid"))
    away = start(AWAY + SERVER.replace("sys.argv[2]", "0"), str(own_tmp / "pid"), stays=False, stop=stop)
    with launched(away, "m"):
        pid = int((own_tmp / "pid").read_text())
        assert alive(pid)
        (other,) = children(pid)
    assert gone(pid)
    os.kill(other, signal.SIGKILL)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Start("acme", ("acme-serve",), "pip install acme"), "there is no program 'acme-serve'; to install it: pip install acme"),
        (
            start("print('cuda is missing'); raise SystemExit(3)", install="pip install acme"),
            "exit code 3; it said: cuda is missing",
        ),
        (
            start("import time; print('still loading', flush=True); time.sleep(60)", ready=Ready("/", 200, 1)),
            "not ready after 1 s",
        ),
        (start(SERVER, "0", ready=Ready("/", 204, 1)), "GET / answers 200"),
        (Start("acme", ("/dev/null",)), "there is no program"),
    ],
)
def test_what_cannot_be_started_is_one_line_that_says_why(own_tmp, wrong, says):
    with pytest.raises(NotStarted) as caught, launched(wrong, "m"):
        pass
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert list(own_tmp.iterdir()) == []


def test_a_server_that_ends_by_itself_is_told(capfd):
    ending = SERVER.replace("serve_forever", "handle_request") + "raise SystemExit(7)"
    with launched(start(ending, "0"), "m") as one:
        assert gone(one.pid)
        time.sleep(0.3)
    assert "acme ended by itself, with exit code 7; it said: xxx" in capfd.readouterr().err


def test_the_operators_key_is_no_business_of_the_server(own_tmp, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    code = "import os; print(os.environ.get('OPENAI_API_KEY'), os.environ['ACME']); raise SystemExit(1)"
    with pytest.raises(NotStarted, match="it said: None 127"), launched(start(code, environment={"ACME": "{host}"}), "m"):
        pass
