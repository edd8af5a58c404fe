"""The reference server on a socket: what it says in-process, it says over HTTP, piece by piece."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import httpx
import openai
import pytest

from conformance import calls
from conformance.answers import object_of, text_of
from conformance.drivers.limits import Limits
from conformance.drivers.raw import connected
from conformance.model import Target
from conformance.reference.app import sending
from conformance.reference.serve import serving

TARGET = Target("", model="reference")


@pytest.fixture(scope="module")
def url():
    with serving() as base_url:
        yield base_url


def test_answers_are_those_of_the_server_in_process(url):
    request = calls.chat(TARGET)
    with connected(replace(TARGET, base_url=url), None, Limits(timeout=10)) as send:
        over, inside = object_of(send(request)), object_of(sending()(request))
    assert (text_of(over), over["usage"]) == (text_of(inside), inside["usage"])


def test_streams_arrive_in_pieces(url):
    body = calls.stream(TARGET).json
    with httpx.stream("POST", f"{url}/chat/completions", json=body) as response:
        pieces = list(response.iter_raw())
    assert len(pieces) > 5
    assert b"".join(pieces).endswith(b"data: [DONE]\n\n")
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "status"), [("/models/reference", 200), ("/models/a%2Fb", 404), ("/nowhere", 404), ("/../models", 404)]
)
def test_paths_are_found_or_not(url, path, status):
    response = httpx.get(url + path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"


def test_the_server_knows_nothing_outside_of_its_prefix(url):
    assert httpx.get(url.removesuffix("/v1") + "/models").status_code == 404


def test_answers_without_a_seed_differ(url):
    asked = calls.chat(TARGET, temperature=1.5).json
    texts = {httpx.post(f"{url}/chat/completions", json=asked).json()["choices"][0]["message"]["content"] for _ in range(4)}
    assert len(texts) > 1


def test_the_official_client_is_at_home(url):
    parameters = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    }
    tool = {
        "type": "function",
        "function": {"name": "get_weather", "description": "The weather.", "parameters": parameters, "strict": True},
    }
    messages = [{"role": "user", "content": "What is the weather in Oslo?"}]
    with openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client:
        with client.chat.completions.stream(model="reference", messages=messages, tools=[tool]) as stream:
            said = stream.get_final_completion().choices[0].message
        result = {"role": "tool", "tool_call_id": said.tool_calls[0].id, "content": "zx-4711 degrees"}
        after = client.chat.completions.create(model="reference", messages=[*messages, said, result], tools=[tool])
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("none")
    assert "city" in said.tool_calls[0].function.parsed_arguments
    assert "zx-4711" in after.choices[0].message.content


def test_a_connection_can_be_lost():
    with serving(faults=("stream-cut",)) as base_url, pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{base_url}/chat/completions", json=calls.stream(TARGET).json)


def test_serving_says_one_line_and_ends_when_interrupted():
    code = "from conformance.reference.serve import serve; serve(0, ('done-missing',))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=os.getcwd())
    try:
        line = process.stdout.readline()
        base_url = line.removeprefix("serving ").strip()
        body = httpx.post(f"{base_url}/chat/completions", json=calls.stream(TARGET).json).text
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=10)
    assert line.startswith("serving http://127.0.0.1:")
    assert "[DONE]" not in body
    assert rest == ""
