"""The runner of a GitHub Action as tests need it: the scripts of its steps, run as the platform would."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step.get("id", step["name"]): step for step in ACTION["runs"]["steps"]}
GITLAB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))[".openai-conformance"]
HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))[0]
KEY = "sk-proj-Zq8vT2mWx4Lk9RbN"
HOSTILE = (
    '"; touch injected; "',
    "$(touch injected)",
    "`touch injected`",
    "'; touch injected; '",
    "a b  c",
    "*",
    "--gate=none",
    "\\n",
)
RECORDER = """
import json, os, sys
json.dump({"words": sys.argv[1:], "key": os.environ.get("OPENAI_API_KEY"), "other": os.environ.get("CONFORMANCE_API_KEY")},
          open("called.json", "w"))
"""


def program(path, text):
    """A program that runs Python code with the interpreter of the tests."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)


def suite(path):
    program(path, "import sys\nfrom conformance.__main__ import main\nsys.exit(main())")


class Runner:
    """GitHub's runner for one step: it fills in inputs, and reads what the step wrote."""

    def __init__(self, folder):
        self.folder, self.temp = folder, folder / "temp"
        for name in ("temp", "bin", "work"):
            (folder / name).mkdir()
        for name in ("path", "output", "summary"):
            (folder / name).touch()

    def step(self, id, **inputs):
        given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | {
            name.replace("_", "-"): value for name, value in inputs.items()
        }
        own = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
            for name, value in STEPS[id]["env"].items()
        }
        script = self.folder / "step.sh"
        script.write_text(STEPS[id]["run"])
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_", "GITHUB_"))}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.folder / "work",
            env={
                **clean,
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_PATH": str(self.folder / "path"),
                "GITHUB_OUTPUT": str(self.folder / "output"),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                **own,
            },
            capture_output=True,
            text=True,
            timeout=120,
        )

    def called(self):
        return json.loads((self.folder / "work" / "called.json").read_text())

    def outputs(self):
        """As the runner reads them: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands."""
        found, lines = {}, iter((self.folder / "output").read_text().split("\n")[:-1])
        for line in lines:
            name, _, end = line.partition("<<")
            if end:
                value = []
                while (line := next(lines)) != end:
                    value.append(line)
                found[name] = "\n".join(value)
            else:
                name, _, found_value = line.partition("=")
                found[name] = found_value
        return found


VENV = """
import os, sys
if sys.argv[1:3] == ["-m", "venv"]:
    os.makedirs(sys.argv[3] + "/bin")
    os.symlink(__file__, sys.argv[3] + "/bin/python")
    if "SUITE" in os.environ:
        os.symlink(os.environ["SUITE"], sys.argv[3] + "/bin/openai-conformance")
else:
    open("installed", "w").write("\\n".join(sys.argv[1:]))
"""
