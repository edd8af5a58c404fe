"""A template of GitLab, a container file and a pre-commit hook, each tried as its platform would run it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import pytest
from running import GITLAB, HOOK, HOSTILE, RECORDER, ROOT, VENV, program, suite

from conformance.reference.serve import serving as reference


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
