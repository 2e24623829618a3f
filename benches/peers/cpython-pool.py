"""CPython's multiprocessing.Pool, with the platform's default start method and its default chunks in map."""
from cpython_host import serve, share


class Peer:
    def __init__(self, counter):
        from multiprocessing import Pool
        self.make, self.counter, self.pool = Pool, counter, None

    def open(self, workers):
        self.pool = self.make(workers, initializer=share, initargs=(self.counter,))

    def submit(self, work, argument):
        return self.pool.apply_async(work, (argument,)).get

    def apply(self, work, argument):
        return self.pool.apply(work, (argument,))

    def map(self, work, items, _chunks):
        return self.pool.map(work, items)

    def close(self):
        if self.pool is not None:
            self.pool.terminate()


if __name__ == "__main__":
    serve(Peer)
