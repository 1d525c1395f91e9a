"""Processes that do one thing again and again: tasks in, answers out, in order; a process that dies is replaced once.

A process is started afresh (spawn), never forked, and talks over a pipe of its own: it ends when whoever started it
does, even by kill -9, because nobody else holds the other end.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from quality.errors import DataError, ModelError

_AHEAD = 3  # tasks per process that may be out or answered while an earlier one is awaited: bounds memory
Prepare = Callable[..., Callable[[Any, Callable[[int], None]], Any]]


def settle() -> None:
    """Let the garbage collector leave alone what has been loaded, and look less often at what is scored and goes by itself.

    For a process of our own, once the model stands in memory: the collector's rounds through the whole heap cost a scorer a
    tenth of its time, and find nothing. A caller's process keeps its settings.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _serve(pipe: Connection, prepare: Prepare, arguments: tuple[Any, ...]) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and says when to end
    try:
        try:
            work = prepare(*arguments)
            settle()
            while True:
                pipe.send(("done", work(pipe.recv(), lambda n: pipe.send(("step", n)))))
        except (DataError, ModelError) as error:
            pipe.send(("error", error))
    except (EOFError, BrokenPipeError):  # the parent is gone, or has no more tasks
        return


class _Worker:
    def __init__(self, prepare: Prepare, arguments: tuple[Any, ...]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        self.process = spawn.Process(target=_serve, args=(theirs, prepare, arguments), daemon=True)
        self.process.start()
        theirs.close()
        self.task: tuple[int, Any] | None = None

    def give(self, number: int, task: Any) -> None:
        self.task = (number, task)
        with suppress(BrokenPipeError):  # it has died meanwhile: hear() tells
            self.pipe.send(task)

    def hear(self) -> tuple[str, Any]:
        try:
            return cast(tuple[str, Any], self.pipe.recv())
        except (EOFError, ConnectionResetError):
            self.process.join()
            return "died", self.process.exitcode

    def end(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def in_order(
    tasks: Iterator[Any], workers: int, prepare: Prepare, arguments: tuple[Any, ...], step: Callable[[int], None]
) -> Iterator[Any]:
    """`prepare(*arguments)(task, step)` for each task, by so many processes; the answers come in the tasks' order.

    Raises
    ------
    DataError
        Where a process dies twice over the same task.
    """
    if workers == 1:
        work = prepare(*arguments)
        for task in tasks:
            yield work(task, step)
        return
    pool: list[_Worker] = []
    waiting: deque[tuple[int, Any]] = deque()
    done: dict[int, Any] = {}
    retried: set[int] = set()
    upcoming = enumerate(tasks)
    given = answered = 0

    def free() -> _Worker | None:
        if len(pool) < workers and all(w.task for w in pool):  # a small job starts no more processes than it needs
            pool.append(_Worker(prepare, arguments))
        return next((w for w in pool if w.task is None), None)

    try:
        while True:
            while True:
                if not waiting and given - answered < workers * _AHEAD:
                    following = next(upcoming, None)
                    if following is not None:
                        waiting.append(following)
                        given += 1
                worker = free() if waiting else None
                if worker is None:
                    break
                worker.give(*waiting.popleft())
            if answered in done:
                yield done.pop(answered)
                answered += 1
                continue
            busy = {w.pipe: w for w in pool if w.task is not None}
            if not busy:
                return
            for pipe in wait(list(busy)):
                worker = busy[cast(Connection, pipe)]
                kind, value = worker.hear()
                if kind == "step":
                    step(value)
                elif kind == "error":
                    raise value
                else:
                    number, task = cast(tuple[int, Any], worker.task)
                    worker.task = None
                    if kind == "done":
                        done[number] = value
                        continue
                    pool.remove(worker)
                    if number in retried:
                        raise DataError(_death(value))
                    retried.add(number)
                    waiting.appendleft((number, task))
    finally:
        for worker in pool:
            worker.end()


def _death(code: int | None) -> str:
    how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
    return (
        f"a worker process died {how}, and another one over the same rows; what was written is kept. Out of memory: use "
        "fewer workers. In a script: call it under if __name__ == '__main__':, since each worker imports the script"
    )
