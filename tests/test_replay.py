"""A recording of the real engine, judged again offline, gives the verdicts that were committed with it.

After a change of checks: record anew, then let the verdicts be written, and read their difference:

    openai-conformance run --gate none --record tests/cassettes/llama.cpp --report report
    REGENERATE_GOLDEN=1 python -m pytest tests/test_replay.py  # then delete ./report
"""

import os
from pathlib import Path

import pytest

from conformance.opening import opened
from conformance.options import Options
from conformance.plan import prepare

CASSETTES = sorted((Path(__file__).parent / "cassettes").iterdir())


def verdicts(folder):
    """Each case's outcome, one a line."""
    plan = prepare(Options(replay=str(folder)))
    with opened(plan, folder) as run:
        run.start(plan.cases)
        for case in plan.cases:
            yield f"{case.id} {run.result(case).outcome.value}"


@pytest.mark.parametrize("folder", CASSETTES, ids=lambda folder: folder.name)
def test_a_recording_gives_the_committed_verdicts(folder):
    found = list(verdicts(folder))
    golden = folder / "verdicts.txt"
    if os.environ.get("REGENERATE_GOLDEN"):
        golden.write_text("\n".join(found) + "\n")
    assert found == golden.read_text().splitlines()


def test_there_is_a_recording():
    assert [folder.name for folder in CASSETTES] == ["llama.cpp"]
