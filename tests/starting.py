"""Servers of Python that tests of launching start: ready, deaf, away, and who is alive."""

from __future__ import annotations

import time
from pathlib import Path

from conformance.launching import Ready, Start

SERVER = """
import http.server, subprocess, sys, time
class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if time.time() > READY else 503)
        self.end_headers()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("loading", "x" * 100_000, child.pid, flush=True)
open("debris", "w").close()
READY = time.time() + float(sys.argv[2])
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answering).serve_forever()
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
AWAY = """
import os, sys, time
if os.fork():
    sys.exit()
os.setsid()
open(sys.argv[2], "w").write(str(os.getpid()))
"""


def start(code: str, *more: str, **fields) -> Start:
    return Start("acme", ("{python}", "-c", code, "{port}", *more), **{"ready": Ready("/", 200, 20), "seconds": 2.0, **fields})


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def gone(*pids: int) -> bool:
    until = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, pids))


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
