"""A contestant's process in CPython: the twin of host.ts, measure.ts and workers/work.ts.

Reads orders (order.ts), carries them out one after another, answers each with a number it measured around the work itself.
`cpython-pool.py` and `cpython-executor.py` give it a `Peer`: open, submit (returns a callable that waits), apply, map, close.
"""
import json
import math
import multiprocessing
import statistics
import sys
import time

MEBIBYTE = 1024 * 1024
WARM_UP_JOBS = 2000
finished = None  # a shared counter, inherited by every worker


def increment(x):
    return x + 1


def twice(x):
    return x * 2


def echo(data):
    return data


def primes(limit):
    count = 0
    for n in range(2, limit):
        prime = True
        for d in range(2, math.isqrt(n) + 1):
            if n % d == 0:
                prime = False
                break
        count += prime
    return count


def spin(milliseconds):
    end = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < end:
        pass
    with finished.get_lock():
        finished.value += 1


def share(counter):
    """Initializer of every worker: where `spin` counts itself."""
    global finished
    finished = counter


def check(what, actual, expected):
    if actual != expected:
        raise AssertionError(f"wrong result of {what}: {actual!r}, expected {expected!r}")


def wait_all(waits):
    return [wait() for wait in waits]


class Measure:
    """One method per order; `peer` is the pool under test."""

    def __init__(self, peer):
        self.peer = peer

    def open(self, workers):
        start = time.perf_counter()
        self.peer.open(workers)
        wait_all([self.peer.submit(spin, 50) for _ in range(2 * workers)])
        self.burst(WARM_UP_JOBS)
        return (time.perf_counter() - start) * 1e3

    def start(self, workers):
        start = time.perf_counter()
        self.peer.open(workers)
        result = self.peer.apply(increment, 41)
        end = time.perf_counter()
        check("increment", result, 42)
        return (end - start) * 1e3

    def burst(self, jobs):
        self.one_burst(jobs)
        return self.one_burst(jobs)

    def one_burst(self, jobs):
        start = time.perf_counter()
        results = wait_all([self.peer.submit(increment, i) for i in range(jobs)])
        end = time.perf_counter()
        check("increment", results, list(range(1, jobs + 1)))
        return jobs / (end - start)

    def round_trip(self, jobs):
        times = []
        for i in range(jobs):
            start = time.perf_counter()
            result = self.peer.apply(increment, i)
            times.append(time.perf_counter() - start)
            check("increment", result, i + 1)
        return statistics.median(times) * 1e6

    def map(self, length, chunks):
        numbers = list(range(length))
        start = time.perf_counter()
        results = self.peer.map(twice, numbers, chunks)
        end = time.perf_counter()
        check("map", results, list(range(0, 2 * length, 2)))
        return (end - start) * 1e3

    def mebibyte(self, times):
        data = bytes(i & 255 for i in range(MEBIBYTE))
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            result = self.peer.apply(echo, data)
            taken.append(time.perf_counter() - start)
            check("echo", result == data, True)
        return statistics.median(taken) * 1e6

    def blocked_main(self, tasks, each, block):
        finished.value = 0
        waits = [self.peer.submit(spin, each) for _ in range(tasks)]
        end = time.perf_counter() + block / 1000
        while time.perf_counter() < end:
            pass
        value = finished.value
        wait_all(waits)
        check("spin", finished.value, tasks)
        return value

    def quit(self):
        self.peer.close()
        return 0


def serve(make_peer):
    """Answers orders until `quit`; `make_peer(counter)` imports the library and makes the peer."""
    counter = multiprocessing.Value("i", 0)
    share(counter)
    measure = None
    for line in sys.stdin:
        order = json.loads(line)
        do = order.pop("do")
        try:
            if do == "load":
                start = time.perf_counter()
                measure = Measure(make_peer(counter))
                reply = {"value": (time.perf_counter() - start) * 1e3}
            else:
                reply = {"value": getattr(measure, do.replace("-", "_"))(**order)}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
        if do == "quit":
            return
