"""CPython's multiprocessing, between two processes: the twin of polycore.ts. Reads orders, answers each with a number it measured itself."""
import json
import math
import multiprocessing as mp
import sys
import time

KIBIBYTE = 1024
MEBIBYTE = 1024 * 1024


def warm_up(count):
    return max(1, math.ceil(count / 5))


def counts_of(count):
    return [warm_up(count), count]


def expect(what, actual, expected):
    if actual != expected:
        raise AssertionError(f"wrong result of {what}: {actual!r}, expected {expected!r}")


def per_second(count, start):
    return count / (time.perf_counter() - start)


def sum_numbers(items, answers, counts):
    answers.put(0)
    for count in counts:
        answers.put(sum(items.get() for _ in range(count)))


def sum_buffers(items, answers, counts):
    answers.put(0)
    for count in counts:
        answers.put(sum(items.get()[0] for _ in range(count)))


def queue(target, count, item, total, maxsize):
    items, answers = mp.Queue(maxsize), mp.Queue()
    process = mp.Process(target=target, args=(items, answers, counts_of(count)))
    process.start()
    answers.get()
    rate = 0.0
    for length in counts_of(count):
        start = time.perf_counter()
        for i in range(length):
            items.put(item(i))
        answer = answers.get()
        rate = per_second(length, start)
        expect("queue", answer, total(length))
    process.join()
    return rate


def echo_all(connection, count):
    for _ in range(count):
        connection.send(connection.recv())


def lock_and_unlock(lock, said, go, counts):
    for count in counts:
        said.put(1)
        go.get()
        for _ in range(count):
            lock.acquire()
            lock.release()
        said.put(2)


def add_locked(value, said, go, counts):
    for count in counts:
        said.put(1)
        go.get()
        for _ in range(count):
            with value.get_lock():
                value.value += 1
        said.put(2)


def both(target, shared, count):
    queues = [(mp.Queue(), mp.Queue()) for _ in range(2)]
    processes = [mp.Process(target=target, args=(shared, said, go, counts_of(count))) for said, go in queues]
    for process in processes:
        process.start()
    rate = 0.0
    for length in counts_of(count):
        for said, _ in queues:
            said.get()
        start = time.perf_counter()
        for _, go in queues:
            go.put(1)
        for said, _ in queues:
            said.get()
        rate = per_second(2 * length, start)
    for process in processes:
        process.join()
    return rate


def queue_int(count):
    return queue(sum_numbers, count, lambda i: i, lambda n: n * (n - 1) // 2, 0)


def queue_1k(count):
    data = b"\3" * KIBIBYTE
    return queue(sum_buffers, count, lambda _: data, lambda n: 3 * n, 0)


def queue_1m(count):
    data = b"\3" * MEBIBYTE
    return queue(sum_buffers, count, lambda _: data, lambda n: 3 * n, 8)


def pipe_pingpong(count):
    here, there = mp.Pipe()
    process = mp.Process(target=echo_all, args=(there, warm_up(count) + count))
    process.start()
    took = 0.0
    for length in counts_of(count):
        start = time.perf_counter()
        for i in range(length):
            here.send(i)
            expect("pipe-pingpong", here.recv(), i)
        took = (time.perf_counter() - start) / length * 1e6
    process.join()
    return took


def lock(count):
    one = mp.Lock()
    took = 0.0
    for length in counts_of(count):
        start = time.perf_counter()
        for _ in range(length):
            one.acquire()
            one.release()
        took = (time.perf_counter() - start) / length * 1e9
    return took


def lock_contended(count):
    return both(lock_and_unlock, mp.Lock(), count)


def value_locked(count):
    value = mp.Value("i", 0)
    rate = both(add_locked, value, count)
    expect("value-locked", value.value, 2 * (count + warm_up(count)))
    return rate


FIGURES = {
    "queue-int": queue_int,
    "queue-1k": queue_1k,
    "queue-1m": queue_1m,
    "pipe-pingpong": pipe_pingpong,
    "lock": lock,
    "lock-contended": lock_contended,
    "value-locked": value_locked,
    "value-add": value_locked,
    "quit": lambda: 0,
}


if __name__ == "__main__":
    for line in sys.stdin:
        order = json.loads(line)
        do = order.pop("do")
        try:
            reply = {"value": FIGURES[do](**order)}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
        if do == "quit":
            break
