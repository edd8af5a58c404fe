"""Recorded exchanges judged in several processes, a batch at a time, to the same end as in one.

Batches are taken in as they were read, so that it makes no difference who is done first; few are under way, so that recordings of
any length take the same memory. https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing.connection import wait

from conformance.bench import Bench, Memory, Rules, Weighed, size_of
from conformance.messages import Exchange
from conformance.model import Case
from conformance.registry import all_checks

ALONE = 400
"""So many exchanges are judged before other processes are worth their start."""
BATCH, BATCH_BYTES = 50, 1 << 20
"""How many exchanges go to a process together at most, and how many bytes of them; a larger one goes to none."""
MOST_PROCESSES = 4

_Pending = deque[tuple[list[Exchange], "Future[Weighed]"]]


def judge_together(bench: Bench, exchanges: Iterable[Exchange], processes: int | None = None) -> None:
    """Judges exchanges, in as many processes as there are processors for this one (or in so many), and as many as pay."""
    left = iter(exchanges)
    count = processes if processes is not None else min(_processors(), MOST_PROCESSES)
    for exchange in islice(left, ALONE):
        bench.add(exchange)
    if (following := next(left, None)) is None:
        return
    left = chain([following], left)
    cases = [(tally.case.check.id, tally.case.via) for tally in bench.rules.tallies]
    if count > 1 and (pool := _pool(count, cases)):
        with pool:
            _share_out(bench, left, pool, 2 * count)
    for exchange in left:
        bench.add(exchange)


def _pool(count: int, cases: Sequence[tuple[str, str]]) -> ProcessPoolExecutor | None:
    """Processes that judge by these cases; None where the system lets nobody have any, or lacks what they share."""
    try:
        pool = ProcessPoolExecutor(count, initializer=_begin, initargs=(cases,))
        pool.submit(os.getpid).result()
    except (OSError, ImportError, NotImplementedError):
        return None
    return pool


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _share_out(bench: Bench, exchanges: Iterable[Exchange], pool: ProcessPoolExecutor, most: int) -> None:
    pending: _Pending = deque()
    for batch in _batches(exchanges):
        if len(batch) == 1 and size_of(batch[0]) > BATCH_BYTES:
            _take_in(bench, pending, 0)
            bench.add(batch[0])
        else:
            pending.append((batch, pool.submit(_weigh, batch)))
            _take_in(bench, pending, most)
    _take_in(bench, pending, 0)


def _take_in(bench: Bench, pending: _Pending, left: int) -> None:
    """Takes in the batches that were given out first, until so many are left."""
    while len(pending) > left:
        batch, said = pending.popleft()
        bench.merge(batch, said.result())


def _batches(exchanges: Iterable[Exchange]) -> Iterator[list[Exchange]]:
    batch: list[Exchange] = []
    room = BATCH_BYTES
    for exchange in exchanges:
        size = size_of(exchange)
        if batch and (size > room or len(batch) == BATCH):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(exchange)
        room -= size
    if batch:
        yield batch


_CASES: list[Case] = []
_MEMORY = Memory()


def _begin(cases: Sequence[tuple[str, str]]) -> None:
    """Readies a process: it leaves Ctrl-C to the one that started it, and does not outlive that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _CASES[:] = [Case(all_checks()[check], via) for check, via in cases]
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    if parent := multiprocessing.parent_process():
        wait([parent.sentinel])
        os._exit(1)


def _weigh(batch: list[Exchange]) -> Weighed:
    said = Rules(_CASES).weighed(batch)
    for exchange in batch:
        _MEMORY.rest(exchange)
    return said
