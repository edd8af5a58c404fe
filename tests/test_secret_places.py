"""Where a key could come to stand beside the report: the list of processes, Allure's results, pytest's own output."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hostile import server as hostile
from hostile.attacked import KEY
from hostile.behaviours import Behaviour, Meeting
from hostile.holding import traces
from hostile.talk import Talk, chunk, completion, spelled
from servers import command, ended, serving

ONLY = [word for name in ("models.list.target", "chat.create", "chat.stop", "clients.sdk") for word in ("--only", name)]
NAMES = ("--model", "reference", "--model-alias", "reference-copy")


def told_by_processes(pid: int, stop: threading.Event) -> list[str]:
    """The different command lines of a process and of all that it started, as anyone on the machine can read them."""
    seen: set[str] = set()
    while not stop.is_set():
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parent = path.joinpath("stat").read_text().rpartition(")")[2].split()[1]
                if int(path.name) == pid or int(parent) == pid:
                    seen.add(path.joinpath("cmdline").read_text("latin-1"))
            except OSError:
                continue
        time.sleep(0.02)
    return sorted(seen)


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "in-processes"])
def test_a_key_of_the_environment_is_in_no_list_of_processes(tmp_path, more):
    with serving() as server:
        server.echo = "you sent"
        process = command("run", "--base-url", server.url, *ONLY, *NAMES, *more, cwd=tmp_path, OPENAI_API_KEY=KEY)
        stop, found = threading.Event(), []
        watching = threading.Thread(target=lambda: found.extend(told_by_processes(process.pid, stop)))
        watching.start()
        result = ended(process)
        stop.set()
        watching.join()
    assert result.code == 0, result.out + result.err
    assert f"Bearer {KEY}" in server.keys
    assert len(found) >= 1 + bool(more), "the processes of xdist have one command line"
    assert traces("\n".join(found)) == []
    assert traces(result.out + result.err) == []


def test_a_key_is_in_no_result_of_allure_and_in_no_output_of_pytest(tmp_path):
    with serving("done-missing") as server:
        server.echo = "you sent"
        more = ("--alluredir", "allure", "--junitxml", "own.xml", "-rA", "--tb=long", "-l", "--report", "out")
        arguments = ("run", "--base-url", server.url, *ONLY, "--only", "chat.stream.done", *NAMES, *more)
        result = ended(command(*arguments, cwd=tmp_path, OPENAI_API_KEY=KEY))
    assert result.code == 1, result.out + result.err
    assert traces(result.out + result.err) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.parent.name == "allure" for path in files)
    assert [path.name for path in files if traces(path.read_bytes().decode("latin-1"))] == []


def quoted(talk: Talk) -> bool:
    """The key in a member of another type, which a library quotes in a warning."""
    return talk.fitting(
        *(spelled(one) for one in (completion(model=[talk.key]), chunk(finish="stop", model=[f"{talk.key}\x1b[2J"])))
    )


@pytest.mark.parametrize("more", [(), ("-W", "always")], ids=["as-usual", "all"])
def test_a_key_is_in_no_warning_of_pytest(tmp_path, more):
    with hostile.serving(Meeting((Behaviour("quoted", quoted, "a warning"),))) as (url, world):
        said = (
            "--base-url",
            url,
            "--model",
            "reference",
            "--api-key",
            KEY,
            "--report",
            "out",
            "--only",
            "clients.sdk.stream-helper",
        )
        words = [sys.executable, "-m", "pytest", "--pyargs", "conformance", *said, "-p", "no:cacheprovider", *more]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, KEY in world.keys) == (0, True), done.stdout + done.stderr
    assert ("Pydantic" in done.stdout) == bool(more)
    assert traces(done.stdout + done.stderr) == []
    assert "\x1b" not in done.stdout
