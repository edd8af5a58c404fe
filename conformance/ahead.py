"""Cases that run ahead of who waits for them, in threads of a pool that never holds up the end of the process."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import CancelledError, Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Ahead(Generic[Key, Value]):
    """Runs `work` for every key, in order, a few at once, and then for those that are to run alone, one after the other, when
    no other is under way; `result` waits for one.
    """

    def __init__(self, keys: Iterable[Key], work: Callable[[Key], Value], jobs: int, alone: Iterable[Key] = ()) -> None:
        together, singly = tuple(keys), tuple(alone)
        self._futures: dict[Key, Future[Value]] = {key: Future() for key in (*together, *singly)}
        self._waiting, self._alone = _queued(together), _queued(singly)
        self._work = work
        self._busy = jobs
        self._guard = threading.Lock()
        self._threads = [threading.Thread(target=self._run, name=f"case-{n}", daemon=True) for n in range(jobs)]
        for thread in self._threads:
            thread.start()

    def result(self, key: Key) -> Value:
        """The value of a key, when it is there. Raises what the work raised, or CancelledError after `stop`."""
        return self._futures[key].result()

    def done(self) -> tuple[Key, ...]:
        """The keys whose work has brought a value."""
        return tuple(key for key, one in self._futures.items() if one.done() and not one.cancelled() and not one.exception())

    def all(self) -> None:
        """Waits until everything is done, whatever became of it."""
        for future in self._futures.values():
            future.exception()

    def stop(self) -> None:
        """Begins nothing more; who waits for what was not begun gets CancelledError."""
        for future in self._futures.values():
            future.cancel()

    def join(self, seconds: float) -> None:
        """Waits for the threads to end."""
        for thread in self._threads:
            thread.join(seconds)

    def _run(self) -> None:
        self._work_off(self._waiting)
        with self._guard:
            self._busy -= 1
            last = not self._busy
        if last:
            self._work_off(self._alone)

    def _work_off(self, waiting: queue.SimpleQueue[Key]) -> None:
        while True:
            try:
                key = waiting.get_nowait()
            except queue.Empty:
                return
            future = self._futures[key]
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._work(key))
            except BaseException as error:
                future.set_exception(error)


def _queued(keys: Iterable[Key]) -> queue.SimpleQueue[Key]:
    waiting: queue.SimpleQueue[Key] = queue.SimpleQueue()
    for key in keys:
        waiting.put(key)
    return waiting


__all__ = ["Ahead", "CancelledError"]
