"""A server that means harm: the suite survives everything that it does, and tells the truth about it.

Every behaviour of `hostile` is met by a whole run in a process of its own; behaviours that can share a run take turns in it. What
each took stands in a table at the end of the session.
"""

import pytest
from hostile.attacked import attack
from hostile.behaviours import all_behaviours, meetings
from hostile.holding import HEAD, broken, row, traces

from conftest import TABLE

MEETINGS = {meeting.name: meeting for meeting in meetings()}


def test_there_are_as_many_behaviours_as_promised_and_each_is_met():
    assert len(all_behaviours()) >= 200
    assert {one.name for meeting in MEETINGS.values() for one in meeting.behaviours} == set(all_behaviours())


@pytest.mark.parametrize("name", MEETINGS)
def test_a_run_survives(name, tmp_path, record_property):
    run = attack(MEETINGS[name], tmp_path / "run")
    wrong = broken(run)
    for one in run.meeting.behaviours:
        record_property(TABLE, (HEAD, row(one, run, wrong)))
    assert wrong == []


def test_the_eye_for_secrets_is_open():
    from base64 import b64encode

    from hostile.attacked import KEY

    spelled = (KEY, KEY.upper(), KEY.encode().hex(), b64encode(b"me:" + KEY.encode()).decode(), rf"\u0073{KEY[1:]}")
    assert all(traces(f"x{one}x") for one in spelled)
    assert traces("sk-proj-something-else") == []
