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
    """Runs `work` for every key, in order, a few at once; `result` waits for one."""

    def __init__(self, keys: Iterable[Key], work: Callable[[Key], Value], jobs: int) -> None:
        self._futures: dict[Key, Future[Value]] = {key: Future() for key in keys}
        self._waiting: queue.SimpleQueue[Key] = queue.SimpleQueue()
        for key in self._futures:
            self._waiting.put(key)
        self._work = work
        self._threads = [threading.Thread(target=self._run, name=f"case-{n}", daemon=True) for n in range(jobs)]
        for thread in self._threads:
            thread.start()

    def result(self, key: Key) -> Value:
        """The value of a key, when it is there. Raises what the work raised, or CancelledError after `stop`."""
        return self._futures[key].result()

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
        while True:
            try:
                key = self._waiting.get_nowait()
            except queue.Empty:
                return
            future = self._futures[key]
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._work(key))
            except BaseException as error:
                future.set_exception(error)


__all__ = ["Ahead", "CancelledError"]
