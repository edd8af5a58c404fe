"""What lies ready for CI, run as far as it can be without the platforms: scripts of the GitHub Action as its runner runs them
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax), those of GitLab as its runner does
(https://docs.gitlab.com/ci/yaml/script/), the container file against what a build needs, the hook of pre-commit by its entry.
"""

import re

import pytest
from running import ACTION, HOSTILE, KEY, RECORDER, ROOT, STEPS, VENV, Runner, program, suite

from conformance.reference.serve import serving as reference
from conformance.report import read


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
