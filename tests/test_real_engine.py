"""The main job on a real engine: `run` starts it, judges it, and finds what is known about it, no more and no less."""

from pathlib import Path

from servers import command, ended

from conformance.model import Outcome
from conformance.report import read

BASELINE = Path(__file__).parent / "data" / "embedded-engine.baseline"


def test_the_embedded_engine_differs_as_it_is_known_to(tmp_path):
    result = ended(command("run", "--report", "out", "--baseline", str(BASELINE), cwd=tmp_path), seconds=1500)
    assert result.code == 0, result.out + result.err
    report = read((tmp_path / "out" / "report.ndjson").read_text())
    assert report.footer.complete
    assert "llama.cpp" in report.header.target.server
    clear = [one for one in report.verdicts if one.outcome is not Outcome.UNCLEAR]
    assert len(clear) > 0.85 * len(report.verdicts)
    assert {path.name for path in tmp_path.iterdir()} == {"out", "tmp"}
    assert list((tmp_path / "tmp").iterdir()) == []
