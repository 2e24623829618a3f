/** Prints how many milliseconds the first import of the package takes in a program that has loaded nothing else; for `import-time.mjs`. */

const start = performance.now();
await import('polycore');
console.log(performance.now() - start);
