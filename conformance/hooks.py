"""The hooks of a pytest session that runs the packaged suite: items, verdicts, the report. Loaded only then."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, astuple
from functools import partial
from pathlib import Path
from typing import Any
from warnings import WarningMessage

import pytest

from conformance.ahead import CancelledError
from conformance.display import Display, columns
from conformance.meter import Spent
from conformance.model import Case, Target, Verdict
from conformance.opening import opened
from conformance.options import Options
from conformance.plan import WrongUse, prepare, secrets_of
from conformance.publishing import Published, default_folder, failure_lines, publish, shown_target
from conformance.redaction import redacted
from conformance.render.escape import for_terminal
from conformance.render.terminal import Look
from conformance.report import is_gating, is_known, read_verdict, verdict_line
from conformance.session import Run
from conformance.watching import Watch

VERDICT, ERROR = "conformance", "conformance-error"
LEVEL = pytest.StashKey[int]()
"""How often -v was given, less how often -q was, where the suite shows progress of its own."""
LETTERS = {"unknown": "?", "broken": "b", "fault": "b", "unclaimed": "-", "surpassed": "+", "kept": "."}
LEGEND = "F fails the gate   b broken   ? unclear   . kept   + surpassed   - unclaimed   x known failure"


@contextmanager
def _usage_errors() -> Iterator[None]:
    """Makes WrongUse what pytest takes for an error of usage: one line, exit code 4."""
    try:
        yield
    except WrongUse as error:
        raise pytest.UsageError(str(error)) from None


class Suite:
    """The hooks of a session that runs the suite. `worker` is what the controller told a worker of pytest-xdist."""

    def __init__(self, options: Options, worker: dict[str, Any] | None, to_allure: bool) -> None:
        with _usage_errors():
            self.plan = prepare(options)
        self.folder = Path(worker["folder"]) if worker else default_folder(self.plan)
        self.worker = worker
        self.to_allure = to_allure
        self.stack = ExitStack()
        self.run: Run | None = None
        self.verdicts: dict[tuple[str, str | None], Verdict] = {}
        self.broken: list[str] = []
        self.published: Published | None = None
        self.watch: Watch | None = None
        self.display: Display | None = None

    def open(self) -> Run:
        """Reaches the server, once. Raises pytest.UsageError."""
        if self.run is None:
            shared = self.worker or {}
            target = Target(**shared["target"]) if shared else None
            with _usage_errors():
                self.run = self.stack.enter_context(opened(self.plan, self.folder, target, shared.get("first")))
        return self.run

    def judge(self, case: Case, properties: list[tuple[str, object]]) -> None:
        """Waits for the verdicts on a case, hands them to the report, and fails the item where the gate asks for it."""
        __tracebackhide__ = True
        try:
            verdicts = self.open().verdicts(case)
        except CancelledError:
            pytest.skip("the run was cut short")
        properties += [(VERDICT, verdict_line(verdict)) for verdict in verdicts]
        if self.to_allure:
            _tell_allure(self.open(), verdicts, self.folder)
        self.settle(verdicts)

    def settle(self, verdicts: tuple[Verdict, ...]) -> None:
        """Fails the item for what the gate does not let pass; what the baseline lists fails as expected."""
        __tracebackhide__ = True
        failing = [one for one in verdicts if is_gating(one, self.plan.options.gate)]
        new = [one for one in failing if not is_known(one, self.plan.baseline)]
        if new:
            pytest.fail("\n".join(failure_lines(new, self.folder)), pytrace=False)
        if failing:
            pytest.xfail(f"known: {failing[0].case}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tells a worker of pytest-xdist about the run that it shares."""
        target = {**asdict(self.open().target)}
        count = max(1, len(node.config.option.tx or [0]))
        first = len(self.plan.cases) * int(node.gateway.id.removeprefix("gw") or 0) // count
        node.workerinput[VERDICT] = {"folder": str(self.folder.absolute()), "target": target, "first": first}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One item a case of the plan."""
        if "judging" in metafunc.fixturenames:
            metafunc.parametrize("case", self.plan.cases, ids=[case.id for case in self.plan.cases])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Without a case there is no item either, so that pytest says that nothing was selected."""
        if not self.plan.cases:
            items.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Lets the cases that are left after -k, -m and --deselect run ahead."""
        cases = [item.callspec.params["case"] for item in session.items if hasattr(item, "callspec")]
        if cases and not session.config.option.collectonly:
            if not self.worker:
                _heed_signals(_interrupt)
            self.open().start(tuple(cases))
            self.announce(session.config, len(cases), shared=False)

    def announce(self, config: pytest.Config, count: int, shared: bool) -> None:
        """Says what is tested, and begins to show how far it is. `shared` tells whether other processes do the work."""
        reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        if self.worker or not reporter:
            return
        level = config.stash.get(LEVEL, None)
        target = shown_target(self.open().target, secrets_of(self.plan.options))
        if level is None or level >= 0:
            reporter.write_line(f"{count} cases against {target.base_url}, model {for_terminal(repr(target.model), 200)}")
        if level is None:
            reporter.write_line(LEGEND)
            return
        self.watch = Watch(self.open(), count, shared)
        wanted = self.plan.options.progress or "auto"
        self.display = self.watch.display(partial(reporter.write, flush=True), wanted, level, reporter.isatty)
        if not shared:  # pytest-xdist writes over the line until its workers are there
            self.display.begin()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """An exception that is no failed gate is the suite's own error."""
        report = yield
        if self.run:
            vars(report)["conformance_spent"] = astuple(self.run.meter.spent)  # travels with the report of a worker
        expected = (pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception)
        if call.excinfo and not call.excinfo.errisinstance(expected):
            report.user_properties.append((ERROR, f"{item.name}\n{report.longreprtext}"))
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Progress by standing: a letter for whatever is not simply kept; none where a display shows it."""
        if self.display:
            return report.outcome if report.when == "call" else "", "", ""
        standings = [json.loads(str(line))["standing"] for name, line in report.user_properties if name == VERDICT]
        if report.when != "call" or report.outcome != "passed" or not standings:
            return None
        word = next(word for word in LETTERS if word in standings)
        return "passed", LETTERS[word], word

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gathers verdicts, also those of workers."""
        if self.watch and self.display and hasattr(report, "node"):
            self.display.begin()
            self.watch.spend(report.node.gateway.id, Spent(*getattr(report, "conformance_spent", ())))
        for name, value in report.user_properties:
            if name == VERDICT and report.when == "call":
                verdict = read_verdict(str(value))
                self.verdicts[verdict.case, verdict.matrix] = verdict
                if self.watch:
                    self.watch.report(verdict)
            elif name == ERROR:
                self.broken.append(str(value))

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: WarningMessage) -> None:
        """Cleans what a library quotes of an answer."""
        text = redacted(str(warning_message.message), secrets_of(self.plan.options))
        warning_message.message = for_terminal(str(text))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Writes the report and decides the exit code."""
        if self.display:
            self.display.close()
        if self.run is None or session.config.option.collectonly:
            return
        self.run.stop()
        if not self.worker and exitstatus in (0, 1, 2):
            most = session.config.option.maxfail
            if exitstatus == 2 and most and session.testsfailed >= most:
                exitstatus = 1  # pytest-xdist calls it an interruption
            complete = exitstatus != 2 and len({case for case, _ in self.verdicts}) == session.testscollected
            self.published = publish(self.run, tuple(self.verdicts.values()), self.folder, complete, sys.argv)
            _heed_signals(signal.SIG_DFL)
            wrong = self.broken or self.published.trouble
            session.exitstatus = 3 if wrong else exitstatus if exitstatus == 2 else int(not self.published.passed)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Prints the summary, and before it what went wrong in the suite itself."""
        for error in self.broken:
            told = redacted(error, secrets_of(self.plan.options))
            terminalreporter.write_line(f"\nthe suite's own error, not the server's, in {told}")
        if self.published:
            for line in self.published.annotations:
                terminalreporter.write_line(line)
            quiet = terminalreporter.config.stash.get(LEVEL, 0) < 0
            terminalreporter.write_line("" if not quiet else self.published.brief)
            if not quiet:
                look = Look(terminalreporter.hasmarkup, columns() if terminalreporter.isatty else 0)
                terminalreporter.write_line(self.published.summary(look))
            if self.published.trouble:
                terminalreporter.write_line(f"the report could not be written whole: {self.published.trouble}")

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Lets go of the server, and of the terminal."""
        if self.display:
            self.display.close()
        self.stack.close()


def _heed_signals(handler: Any) -> None:
    """Takes the signals that end a run, but for those that whoever started it has told to be ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    """Ends the run. Who is in a hurry and says so again does not keep its report from being written."""
    _heed_signals(lambda *_: None)
    raise KeyboardInterrupt


def _tell_allure(run: Run, verdicts: tuple[Verdict, ...], folder: Path) -> None:
    from conformance.render import allure  # it takes a while to load

    allure.hand_over(allure.notes(verdicts, run.shown(verdicts[0].exchanges), str(folder)))
