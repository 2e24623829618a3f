"""CPython's concurrent.futures.ProcessPoolExecutor. Its map sends one item at a time unless told otherwise, so it gets the chunk size."""
from cpython_host import serve, share


class Peer:
    def __init__(self, counter):
        from concurrent.futures import ProcessPoolExecutor
        self.make, self.counter, self.pool = ProcessPoolExecutor, counter, None

    def open(self, workers):
        self.pool = self.make(workers, initializer=share, initargs=(self.counter,))

    def submit(self, work, argument):
        return self.pool.submit(work, argument).result

    def apply(self, work, argument):
        return self.pool.submit(work, argument).result()

    def map(self, work, items, chunks):
        return list(self.pool.map(work, items, chunksize=-(-len(items) // chunks)))

    def close(self):
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)


if __name__ == "__main__":
    serve(Peer)
