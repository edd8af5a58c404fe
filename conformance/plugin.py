"""The pytest plugin: the options of a run, and the packaged suite as pytest items.

Sessions that do not collect the packaged suite are left alone, at no cost: what is heavy is imported only for those that do.
https://docs.pytest.org/en/stable/reference/reference.html#hooks
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from conformance.model import Case
from conformance.options import ARGUMENTS, options_from

NAME = "conformance-suite"
INI = Path(__file__).parent / "suite" / "pytest.ini"
QUIET = ("--capture=sys", "--progress=auto", "--no-header", "--tb=no", "-rN", "--disable-warnings", "--assert=plain")
QUOTING = "Pydantic serializer warnings"
"""Warnings that hold what a server sent: the SDK's stream helper gives them for members of other types than they ought to be."""

Judging = Callable[[Case], None]
"""Judges the item's case, and fails the item where the gate asks for it."""


def main(arguments: Sequence[str], plugins: Sequence[object] = ()) -> int:
    """Runs the packaged suite by pytest in this process, with arguments that pytest and this plugin know, and with more plugins.
    Gives the exit code. Nothing is left behind: no cache, no compiled tests.
    """
    sys.dont_write_bytecode = True
    without = [word for name in ("cacheprovider", "hypothesispytest") for word in ("-p", f"no:{name}")]
    given = ["--pyargs", "conformance", "-p", "conformance.plugin", *without, "-c", str(INI), *QUIET, *arguments]
    return int(pytest.main(given, plugins=list(plugins)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of a run; a name that another plugin took already stays that plugin's."""
    group = parser.getgroup("conformance", "conformance of OpenAI-compatible servers")
    for argument in ARGUMENTS:
        with suppress(ValueError):
            group.addoption(argument.flag, **argument.keywords())


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """--fail-fast is pytest's -x, told before pytest-xdist asks for it; the suite's own progress takes the place of pytest's."""
    if not _wanted(config):
        return
    warnings.filterwarnings("ignore", QUOTING)
    if getattr(config.option, "fail_fast", None):
        config.option.maxfail = 1
    if getattr(config.option, "progress", None) and not hasattr(config, "workerinput"):
        from conformance.hooks import LEVEL

        config.stash[LEVEL] = config.option.verbose
        quiet = config.option.verbose - 2  # what pytest itself would say
        config.option.verbose = quiet if config.option.collectonly else min(quiet, -2)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Prepares the run before anything is collected; with pytest-xdist, also reaches the server, which the workers share."""
    config = session.config
    if not _wanted(config):
        return
    from conformance.hooks import VERDICT, Suite

    worker = getattr(config, "workerinput", {}).get(VERDICT)
    suite = Suite(options_from(vars(config.option), os.environ), worker, bool(getattr(config.option, "allure_report_dir", None)))
    config.pluginmanager.register(suite, NAME)
    if not worker and getattr(config.option, "dist", "no") != "no":
        suite.open()
        suite.announce(config, len(suite.plan.cases), shared=True)


def _wanted(config: pytest.Config) -> bool:
    home = Path(__file__).parent
    for given in config.args:
        name = str(given).partition("::")[0]
        path = Path(name).absolute()
        as_package = config.option.pyargs and name.partition(".")[0] == "conformance"
        checkout = path == home.parent and path.name != "site-packages"
        if as_package or checkout or path.is_relative_to(home):
            return True
    return False


@pytest.fixture
def judging(request: pytest.FixtureRequest) -> Judging:
    """Judges the item's case."""
    suite: Any = request.config.pluginmanager.get_plugin(NAME)
    properties = request.node.user_properties

    def judge(case: Case) -> None:
        __tracebackhide__ = True
        suite.judge(case, properties)

    return judge
