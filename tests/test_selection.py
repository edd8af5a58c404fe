"""Which cases a run is about, and what runs ahead of who waits."""

import threading
import time

import pytest

from conformance.ahead import Ahead, CancelledError
from conformance.options import ARGUMENTS, Options, options_from
from conformance.registry import all_cases, all_checks
from conformance.selection import UnknownName, select


def ids(**options):
    return {case.id for case in select(Options(**options))}


def test_without_options_everything_runs():
    assert select(Options()) == all_cases()


def test_rules_run_last():
    rules = [bool(case.check.on) for case in all_cases()]
    assert rules == sorted(rules)


def test_a_check_a_case_a_feature_a_feature_above_and_a_pattern_select():
    assert {case.check.id for case in select(Options(only=("chat.stop.string",)))} == {"chat.stop.string"}
    assert ids(only=("chat.stop.string-raw",)) == {"chat.stop.string-raw"}
    assert {case.check.feature for case in select(Options(only=("chat.stop",)))} == {"chat.stop"}
    assert "chat.stream.done-raw" in ids(only=("chat.stream",))
    assert ids(only=("chat.stop.*-raw",)) > {"chat.stop.string-raw", "chat.stop.list-raw"}


def test_areas_levels_clients_and_exceptions_leave_out():
    assert {case.check.area for case in select(Options(area=("models", "errors")))} == {"models", "errors"}
    assert {case.check.level.value for case in select(Options(level="MUST"))} == {"MUST"}
    assert {case.via for case in select(Options(via=("sdk",)))} == {"sdk"}
    assert "chat.stop.string-raw" not in ids(skip=("chat.stop",))
    assert ids(area=("realtime",)) == set()


@pytest.mark.parametrize("option", ["only", "skip"])
def test_an_unknown_name_is_told_the_nearest(option):
    with pytest.raises(UnknownName, match=f"--{option}: .*'chat.stop.strin'; did you mean 'chat.stop.string'"):
        select(Options(**{option: ("chat.stop.strin",)}))


def test_every_option_is_in_the_table():
    assert {argument.name for argument in ARGUMENTS} == set(Options.__dataclass_fields__)


def test_the_environment_stands_in_for_url_and_key():
    environment = {"OPENAI_BASE_URL": "http://h/v1", "OPENAI_API_KEY": "k"}
    assert options_from({}, environment).base_url == "http://h/v1"
    assert options_from({}, environment).api_key == "k"
    assert options_from({"base_url": "http://o/v1", "api_key": "o"}, environment) == Options(base_url="http://o/v1", api_key="o")
    assert options_from({}, {"OPENAI_API_KEY": "k"}).api_key is None  # the embedded engine is sent no key
    assert options_from({"replay": "d"}, environment).base_url is None
    assert "sk-secret" not in repr(options_from({"base_url": "http://o/v1", "api_key": "sk-secret"}, {}))


def test_ids_are_unique_and_levels_declared():
    checks = all_checks()
    assert len({check.title for check in checks.values()}) == len(checks)
    for name, check in checks.items():
        assert check.id == name
        assert check.link.startswith("https://"), name
        assert check.via, name
        assert not check.title.endswith("."), name
        assert " should " not in f" {check.title} ", name


def test_work_runs_ahead_and_a_few_at_once():
    running, most, lock = [0], [0], threading.Lock()

    def work(n):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1
        return n * n

    ahead = Ahead(range(12), work, jobs=3)
    assert [ahead.result(n) for n in range(12)] == [n * n for n in range(12)]
    assert most[0] == 3


def test_what_work_raises_reaches_who_waits_and_the_rest_goes_on():
    ahead = Ahead([0, 1], lambda n: 1 // n, jobs=1)
    with pytest.raises(ZeroDivisionError):
        ahead.result(0)
    assert ahead.result(1) == 1
    ahead.all()


def test_a_stop_begins_nothing_more():
    begun = threading.Event()
    go_on = threading.Event()

    def work(n):
        begun.set()
        go_on.wait(5)
        return n

    ahead = Ahead(range(3), work, jobs=1)
    assert begun.wait(5)
    ahead.stop()
    go_on.set()
    assert ahead.result(0) == 0
    with pytest.raises(CancelledError):
        ahead.result(2)


def test_what_runs_alone_comes_last_and_one_by_one():
    under_way, seen, lock = [], {}, threading.Lock()

    def work(n):
        with lock:
            under_way.append(n)
            seen[n] = tuple(under_way)
        time.sleep(0.01)
        with lock:
            under_way.remove(n)
        return n

    ahead = Ahead(range(9), work, jobs=3, alone=(9, 10))
    assert [ahead.result(n) for n in range(11)] == list(range(11))
    assert max(map(len, seen.values())) > 1
    assert (seen[9], seen[10]) == ((9,), (10,))
    assert list(seen)[-2:] == [9, 10]
