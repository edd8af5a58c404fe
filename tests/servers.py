"""Servers for tests of the command line: the reference server on a socket, counting what it is asked, able to vanish."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from conformance.messages import Request
from conformance.reference.app import sending


@dataclass
class Served:
    """A reference server under test. `asked` lists method and path of every request; `slow` seconds pass before each answer."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    slow: float = 0.0
    echo: str = ""
    vanish_after: int = 0


@contextmanager
def serving(*faults: str, slow: float = 0.0, vanish_after: int = 0) -> Iterator[Served]:
    """A reference server with faults; after `vanish_after` requests its port is closed."""
    served = Served(slow=slow, vanish_after=vanish_after)
    answer = sending(*faults)

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size) if size else None
            served.asked.append(f"{self.command} {self.path}")
            served.keys.append(self.headers.get("Authorization") or "")
            if served.vanish_after and len(served.asked) >= served.vanish_after:
                threading.Thread(target=server.server_close, daemon=True).start()
                self.close_connection = True
                return
            time.sleep(served.slow)
            headers = tuple((name, value) for name, value in self.headers.items() if name.lower() != "authorization")
            take = sum(one == served.asked[-1] for one in served.asked)
            path = self.path.removeprefix("/v1")
            exchange = answer(Request(self.command, path, body=body, headers=headers, take=take))
            self.send_response(exchange.status or 500)
            for name, value in exchange.headers:
                self.send_header(name, value)
            if served.echo:
                self.send_header("x-echo", f"{served.echo} {served.keys[-1]}")
            self.send_header("Content-Length", str(len(exchange.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(exchange.body)

        do_GET = do_POST = do_DELETE = do_PUT = do_OPTIONS = do_HEAD = answer  # noqa: N815 -- the names of http.server

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def command(*arguments: str, cwd: Path, **environment: str) -> subprocess.Popen[str]:
    """The command line in a process of its own, with an empty folder for what is temporary. Whoever runs these tests may ignore
    that a terminal hangs up (nohup), which the command would inherit.
    """
    (cwd / "tmp").mkdir(exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=cwd,
        env={**clean, "TMPDIR": str(cwd / "tmp"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heeding_hangups,
    )


def _heeding_hangups() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def ended(process: subprocess.Popen[str], seconds: float = 120) -> Ended:
    """Waits for a command."""
    out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out, err)
