"""Where a key could come to stand beside the report: the list of processes, Allure's results, pytest's own output."""

import threading
import time
from pathlib import Path

import pytest
from hostile.attacked import KEY
from hostile.holding import traces
from servers import command, ended, serving

ONLY = [word for name in ("models.list.target", "chat.create", "chat.stop", "clients.sdk") for word in ("--only", name)]
NAMES = ("--model", "reference", "--model-alias", "reference-copy")


def told_by_processes(pid: int, stop: threading.Event) -> list[str]:
    """The command lines of a process and of all that it started, as anyone on the machine can read them."""
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
    assert len(found) >= 1 + len(more)
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
