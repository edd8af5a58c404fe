"""How fast and how large `judge` is: `python tests/benchmark_judge.py [TRAFFIC...]`.

Without traffic of your own, the exchanges of tests/data/recorded are judged, once and then many times over in one file, as lines
and as an HTTP Archive, so that it shows whether the length of a recording costs memory. Rates are told by the clock, with all the
processes that `judge` makes, and by processor time, which a busy machine tells nearly alike; what a single exchange takes, start
and report, is told first and is not counted after that. Memory is that of the largest process.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECORDED = Path(__file__).parent / "data" / "recorded" / "run.jsonl.gz"
OFTEN = 300


def main(arguments: list[str]) -> int:
    """Judges and prints."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = gzip.decompress(RECORDED.read_bytes()).splitlines(True)
        (folder / "one.jsonl").write_bytes(lines[0])
        _, start, ready, peak = _judged([str(folder / "one.jsonl")], folder)
        print(f"start and report: {start:.1f} s, {peak:.0f} MiB")
        for names in [arguments] if arguments else [[str(path)] for path in _made(folder, lines)]:
            count, seconds, work, peak = _judged(names, folder)
            told = ", ".join(Path(one).name for one in names)
            rate, alone = (count / max(spent, 0.01) for spent in (seconds - start, work - ready))
            print(f"{told}: {count} exchanges, {rate:.0f} a second, {alone:.0f} a second of work, at most {peak:.0f} MiB")
    return 0


def _made(folder: Path, lines: list[bytes]) -> list[Path]:
    """The exchanges as lines, the same many times over, and many times over as one archive."""
    once, often, archive = folder / "once.jsonl", folder / "often.jsonl.gz", folder / "often.har"
    once.write_bytes(b"".join(lines))
    with gzip.open(often, "wb", 1) as file:
        file.writelines(lines * OFTEN)
    entries = [json.dumps(_entry(json.loads(line))) for line in lines]
    with archive.open("w") as text:
        text.write('{"log": {"version": "1.2", "entries": [' + ",\n".join(entries))
        text.writelines(f",\n{entry}" for _ in range(OFTEN - 1) for entry in entries)
        text.write("]}}")
    return [once, often, archive]


def _entry(line: dict) -> dict:
    sent, came = line["request"], line.get("response") or {}
    text = came.get("body") or ""
    return {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 1,
        "request": {
            "method": sent["method"],
            "url": f"https://{line.get('host')}{sent['path']}",
            "headers": [],
            "postData": {"mimeType": "application/json", "text": json.dumps(sent.get("json"))},
        },
        "response": {
            "status": came.get("status") or 0,
            "headers": [{"name": name, "value": str(value)} for name, value in (came.get("headers") or {}).items()],
            "content": {"size": len(text.encode()), "text": text},
        },
    }


def _judged(names: list[str], folder: Path) -> tuple[int, float, float, float]:
    """How many exchanges were read, in how many seconds and seconds of processor time, with how many MiB at most."""
    command = [sys.executable, "-m", "conformance", "judge", *names, "--gate", "none", "--report", str(folder / "report")]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        sys.exit(f"judge ended with {process.returncode}")
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return int(re.match(r"[\d,]+", said)[0].replace(",", "")), seconds, used.ru_utime + used.ru_stime, peak


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
