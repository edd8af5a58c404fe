"""What lies ready for CI, run as far as it can be without the platforms: scripts of the GitHub Action as its runner runs them
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax), those of GitLab as its runner does
(https://docs.gitlab.com/ci/yaml/script/), the container file against what a build needs, the hook of pre-commit by its entry.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from conformance.reference.serve import serving as reference
from conformance.report import read

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


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


@pytest.fixture
def recorded(runner):
    program(runner.folder / "bin" / "openai-conformance", RECORDER)
    return runner


def test_inputs_reach_scripts_through_the_environment_alone():
    used = set()
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
        assert step.get("shell", "bash") == "bash"
        for value in {**step.get("env", {}), **step.get("with", {})}.values():
            name = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
            used.add(name[1])
    assert used == set(ACTION["inputs"])
    assert all(one["description"] for one in {**ACTION["inputs"], **ACTION["outputs"]}.values())
    assert {one["value"] for one in ACTION["outputs"].values()} == {
        "${{ steps.run.outputs.report }}",
        "${{ steps.run.outputs.exit-code }}",
    }


def test_the_action_says_what_its_inputs_say(recorded):
    ended = recorded.step(
        "run",
        base_url="http://a/v1",
        api_key=KEY,
        model="m",
        matrix="ollama@2024-03-26\n\n  mine.yaml  \n",
        gate="strict",
        baseline="known.txt",
        args="--only chat.stop\n--insecure\n-k\nnot load and not http\n",
        report="out",
    )
    assert ended.returncode == 0, ended.stderr
    words = "run --report=out --gate=strict --base-url=http://a/v1 --model=m --baseline=known.txt --matrix=ollama@2024-03-26"
    rest = ["--matrix=mine.yaml", "--only", "chat.stop", "--insecure", "-k", "not", "load and not http"]
    assert recorded.called() == {"words": [*words.split(), *rest], "key": KEY, "other": None}
    assert recorded.outputs() == {"report": "out", "exit-code": "0"}


def test_nothing_given_is_nothing_said(recorded):
    assert recorded.step("run").returncode == 0
    assert recorded.called() == {
        "words": ["run", "--report=openai-conformance-report", "--gate=claims"],
        "key": None,
        "other": None,
    }


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_inputs_stay_data(recorded, value):
    names = ("base_url", "api_key", "model", "gate", "baseline", "report", "matrix")
    ended = recorded.step("run", **dict.fromkeys(names, value), args=value)
    assert ended.returncode == 0, ended.stderr
    called = recorded.called()
    flags = ("--report", "--gate", "--base-url", "--model", "--baseline", "--matrix")
    assert called["words"][: len(flags) + 1] == ["run", *(f"{flag}={value}" for flag in flags)]
    assert " ".join(called["words"][len(flags) + 1 :]) == " ".join(value.split(maxsplit=1))
    assert called["key"] == value
    assert recorded.outputs() == {"report": value, "exit-code": "0"}
    assert not list(recorded.folder.rglob("injected"))


def test_lines_of_an_input_are_no_further_outputs(recorded):
    assert recorded.step("run", report="out\nexit-code=7\nevil=1", base_url="a\nb").returncode == 0
    assert recorded.outputs() == {"report": "out\nexit-code=7\nevil=1", "exit-code": "0"}
    assert "--base-url=a\nb" in recorded.called()["words"]


@pytest.mark.parametrize(("faults", "code"), [((), 0), (("done-missing",), 1)])
def test_the_action_runs_the_suite(runner, faults, code):
    suite(runner.folder / "bin" / "openai-conformance")
    with reference(faults=faults) as url:
        ended = runner.step(
            "run", base_url=url, api_key=KEY, model="reference", args="--only chat.stream.done\n--via raw", report="out"
        )
    assert ended.returncode == code, ended.stdout + ended.stderr
    out = runner.folder / "work" / "out"
    assert (runner.folder / "summary").read_text() == (out / "report.md").read_text()
    assert runner.outputs() == {"report": "out", "exit-code": str(code)}
    assert read((out / "report.ndjson").read_text()).header.target.key_configured
    assert KEY not in ended.stdout + ended.stderr + (out / "report.ndjson").read_text()
    assert list(runner.temp.iterdir()) == []


def test_a_summary_of_another_day_is_not_shown_again(runner):
    suite(runner.folder / "bin" / "openai-conformance")
    old = runner.folder / "work" / "out"
    old.mkdir()
    (old / "report.md").write_text("old")
    ended = runner.step("run", base_url="http://127.0.0.1:9/v1", report="out")
    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert (runner.folder / "summary").read_text() == ""
    assert runner.outputs()["exit-code"] == "4"


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


@pytest.mark.parametrize(("version", "package"), [("", str(ROOT)), ("0.1.0", "openai-conformance==0.1.0")])
def test_the_action_installs_its_checkout_or_a_version(runner, version, package):
    program(runner.folder / "bin" / "python", VENV)
    ended = runner.step("install", version=version)
    assert ended.returncode == 0, ended.stderr
    assert (runner.folder / "work" / "installed").read_text().split("\n")[-1] == package
    assert (runner.folder / "path").read_text() == f"{runner.temp / 'openai-conformance' / 'bin'}\n"


@pytest.mark.parametrize("version", [*HOSTILE, "1 --index-url=http://evil", "1\nevil", "1;x"])
def test_what_is_no_version_is_not_installed(runner, version):
    program(runner.folder / "bin" / "python", VENV)
    assert runner.step("install", version=version).returncode == 4
    assert not (runner.folder / "work" / "installed").exists()
    assert not list(runner.folder.rglob("injected"))


def gitlab(folder, **variables):
    """The job's script as GitLab's runner has it: one script of all lines, which ends at the first that fails."""
    program(folder / "bin" / "python3", VENV)
    script = "\n".join(GITLAB["script"])
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
    own = {**GITLAB["variables"], **variables, "CI_PROJECT_DIR": str(folder), "SUITE": str(folder / "suite")}
    words = ["sh", "-e", "-c", script]
    return subprocess.run(
        words,
        cwd=folder,
        env={**clean, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **own},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_the_template_keeps_variables_as_data(tmp_path, value):
    program(tmp_path / "suite", RECORDER)
    names = ("BASE_URL", "MODEL", "MATRIX", "GATE", "BASELINE", "ARGS", "PACKAGE")
    ended = gitlab(tmp_path, **{f"CONFORMANCE_{name}": value for name in names})
    assert ended.returncode == 0, ended.stderr
    words = json.loads((tmp_path / "called.json").read_text())["words"]
    flags = ("--gate", "--base-url", "--model", "--baseline", "--matrix")
    assert words[:7] == ["run", "--report=openai-conformance-report", *(f"{flag}={value}" for flag in flags)]
    assert " ".join(words[7:]) == " ".join(value.split(maxsplit=1))
    assert (tmp_path / "installed").read_text().split("\n")[-2:] == ["--", value]
    assert not list(tmp_path.rglob("injected"))


@pytest.mark.parametrize(("faults", "code"), [((), 0), (("done-missing",), 1)])
def test_the_template_runs_the_suite_and_keeps_its_files(tmp_path, faults, code):
    suite(tmp_path / "suite")
    with reference(faults=faults) as url:
        told = {"BASE_URL": url, "MODEL": "reference", "ARGS": "--only chat.stream.done\n--via raw"}
        ended = gitlab(tmp_path, **{f"CONFORMANCE_{name}": value for name, value in told.items()})
    assert ended.returncode == code, ended.stdout + ended.stderr
    kept = GITLAB["artifacts"]
    assert kept["when"] == "always"
    assert all((tmp_path / name).is_dir() for name in kept["paths"])
    assert (tmp_path / kept["reports"]["junit"]).read_text().startswith("<?xml")


def instructions():
    """The container file's instructions, continued lines joined: https://docs.docker.com/reference/dockerfile/."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "ci" / "Containerfile").read_text("utf-8"))
    return [tuple(line.split(" ", 1)) for line in text.split("\n") if line and not line.startswith("#")]


def test_the_container_is_built_from_all_that_a_wheel_needs_and_nothing_else():
    copied = [shlex.split(rest)[:-1] for word, rest in instructions() if word == "COPY" and not rest.startswith("--from")]
    names = {name for found in copied for name in found}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    assert needed | {*wheel["packages"], *wheel["force-include"]} <= names
    assert all((ROOT / name).exists() for name in names)
    assert not [name for name in names if name.startswith(".")]


def test_the_container_runs_the_command_as_a_user_of_its_own():
    told = dict(instructions())
    assert int(told["USER"]) >= 1000
    assert json.loads(told["ENTRYPOINT"]) == ["openai-conformance"]
    users = [rest for word, rest in instructions() if word == "RUN" and f"useradd --uid {told['USER']} " in rest]
    assert len(users) == 1
    assert [word for word, _ in instructions()].count("FROM") == 2


def test_the_hook_checks_matrices_and_nothing_else(tmp_path):
    picked = re.compile(HOOK["files"])
    assert all(picked.search(name) for name in ("matrices/a.yaml", "specs/matrices/b@1.yml"))
    assert not any(picked.search(name) for name in ("a.yaml", "matrices/a.txt", "matrices/x/a.yaml", "submatrices/a.yaml"))
    good = next((ROOT / "specs" / "matrices").glob("*.yaml"))
    bad = tmp_path / "bad.yaml"
    shutil.copy(good, bad)
    bad.write_text(bad.read_text("utf-8") + "\nnonsense: 1\n", "utf-8")
    name, *words = shlex.split(HOOK["entry"])
    assert name == "openai-conformance"
    codes = [
        subprocess.run([sys.executable, "-m", "conformance", *words, str(path)], capture_output=True, timeout=60).returncode
        for path in (good, bad)
    ]
    assert codes[0] == 0
    assert codes[1] != 0
