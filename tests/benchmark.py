"""What the suite adds to the server's own time: `python tests/benchmark.py [options of run]`.

One run with one job, by default on the embedded engine. The time in which a request was under way counts as the server's, all
else as the suite's; both come from the same run, so a busy machine slows both.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from conformance.recordings import recording_in
from conformance.report import read


def main(arguments: list[str]) -> int:
    """Runs the suite and prints the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "conformance", "run", "--gate", "none", "--jobs", "1", "--report", folder]
        subprocess.run([*command, *arguments], check=True, stdout=subprocess.DEVNULL)
        report = read(Path(folder, "report.ndjson").read_text("utf-8"))
        exchanges = [exchange for _, exchange in recording_in(Path(folder))]
    server = sum(exchange.seconds for exchange in exchanges)
    cases = len({verdict.case for verdict in report.verdicts})
    print(f"{cases} cases, {len(exchanges)} requests: {cases / len(exchanges):.2f} judgements a request")
    print(f"server {server:.1f} s, whole run {report.footer.seconds:.1f} s: ratio {report.footer.seconds / server:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
