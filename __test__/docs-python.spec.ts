/** The programs of the documents do what the documents say. Each is a process of its own, one at a time. */

import { readdirSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { type Language, type Program, readDocument } from './fixtures/docs/fences.js';
import { type Ending, pythonVersion, Workshop } from './fixtures/docs/workshop.js';

const ROOT = new URL('../', import.meta.url);
const documents = ['README.md', ...readdirSync(new URL('docs', ROOT)).map((name) => `docs/${name}`)].map((name) => ({
  name,
  ...readDocument(new URL(name, ROOT)),
}));

const workshop = new Workshop();
test.after.always(() => workshop[Symbol.dispose]());

const python = pythonVersion();

/** Runs a program, which has to end well and print what its document says. */
async function confirm(t: ExecutionContext, program: Program): Promise<void> {
  const ending = await workshop.run(program);
  const expected: Ending = { code: 0, output: program.output, errors: '' };
  t.deepEqual(tidy(ending), tidy(expected), program.code);
}

/** Without the blanks inside brackets, which documents leave out. */
function tidy(ending: Ending): Ending {
  return { ...ending, output: ending.output.map((line) => line.replace(/([[{]) | ([\]}])/g, '$1$2')) };
}

function programsIn(languages: readonly Language[]): { name: string; program: Program }[] {
  return documents.flatMap(({ name, programs }) =>
    programs.filter(({ language }) => languages.includes(language)).map((program) => ({ name, program })),
  );
}

for (const { name, program } of programsIn(['ts', 'js'])) {
  test.serial(`${name}: the program prints what is stated (${program.title})`, (t) => confirm(t, program));
}

for (const { name, program } of programsIn(['python'])) {
  test.serial(`${name}: CPython prints what is stated (${program.title})`, async (t) => {
    if (python !== undefined && python >= program.needs) return confirm(t, program);
    t.log(`needs Python 3.${program.needs}, here is ${python === undefined ? 'none' : `3.${python}`}`);
    t.pass();
  });
}

test.serial('docs/python.md: all code is complete programs, each below its Python original', (t) => {
  const guide = documents.find(({ name }) => name === 'docs/python.md');
  t.deepEqual(guide?.fragments, []);
  const languages = guide?.programs.map(({ language }) => language) ?? [];
  t.true(languages.length > 50);
  t.deepEqual(languages, languages.map((_, index) => (index % 2 === 0 ? 'python' : 'ts')));
});

test.serial('docs: programs are found in every guide', (t) => {
  for (const { name, programs } of documents) {
    if (name !== 'docs/functions.md' && name !== 'docs/codec.md') t.true(programs.length > 0, name);
  }
});

test.serial('docs: programs in TypeScript have no type errors', async (t) => {
  t.is(await workshop.check(programsIn(['ts']).map(({ program }) => program)), '');
});
