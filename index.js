/** polycore: Python's multiprocessing for Node.js. The sources are in `src/`, this is their build. */
export * from './dist/bundle/index.js';
