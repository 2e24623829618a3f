/** The command line of an example: at most one argument, `--json`, `--help`, and options that are whole numbers or texts. */

import { parseArgs } from 'node:util';
import { UsageError } from './program.ts';

/** What was given; options left out have their default. */
export interface CommandLine<Name extends string, Text extends string = never> {
  readonly argument: string | undefined;
  readonly json: boolean;
  readonly numbers: Readonly<Record<Name, number>>;
  readonly texts: Readonly<Record<Text, string | undefined>>;
}

/**
 * Reads `process.argv`. With `--help` it prints the text and returns `null`.
 *
 * @param defaults the options that are numbers >= 1, and their defaults.
 * @param textNames the options that are texts, such as a path; they have no defaults.
 * @throws {UsageError} for an unknown option, a second argument, a value that is not such a number, or an empty text.
 */
export function readCommandLine<Name extends string, Text extends string = never>(
  help: string,
  defaults: Readonly<Record<Name, number>>,
  textNames: readonly Text[] = [],
): CommandLine<Name, Text> | null {
  const names = Object.keys(defaults) as Name[];
  const { values, positionals } = parse([...names, ...textNames]);
  if (values['help'] === true) {
    console.log(help.trim());
    return null;
  }
  if (positionals.length > 1) throw new UsageError(`expected one argument at most, got ${positionals.map(quote).join(' ')}; see --help`);
  const numbers: Record<Name, number> = { ...defaults };
  for (const name of names) {
    const text = values[name];
    if (typeof text === 'string') numbers[name] = wholeNumber(`--${name}`, text);
  }
  const texts = {} as Record<Text, string | undefined>;
  for (const name of textNames) {
    const text = values[name];
    if (text === '') throw new UsageError(`expected --${name} not to be empty`);
    texts[name] = typeof text === 'string' ? text : undefined;
  }
  return { argument: positionals[0], json: values['json'] === true, numbers, texts };
}

/** For an example that takes no argument. @throws {UsageError} when one was given. */
export function refuseArgument({ argument }: { readonly argument: string | undefined }): void {
  if (argument !== undefined) throw new UsageError(`expected no argument, got ${quote(argument)}; see --help`);
}

/** A whole number >= 1, as a person writes it: `1000000` or `1e6`. @throws {UsageError} */
export function wholeNumber(what: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageError(`expected ${what} to be a whole number >= 1, got ${quote(text)}`);
  return value;
}

function parse(names: readonly string[]): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  for (const name of names) options[name] = { type: 'string' };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see --help`);
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
