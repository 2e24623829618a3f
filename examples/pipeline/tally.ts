/** What is counted in the text. */

/** Sounds of American English in ARPAbet: the vowels, which carry the stress of a syllable, then the consonants. */
const VOWELS = 'AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW'.split(' ');
const CONSONANTS = 'B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH'.split(' ');
export const SOUNDS: readonly string[] = [...VOWELS, ...CONSONANTS];

/** Syllables counted one by one; more count as so many. */
export const MOST_SYLLABLES = 12;

/** Places in the counters. */
export const BYTES = 0;
export const LINES = 1;
export const WORDS = 2;
export const VARIANTS = 3;
export const REMARKS = 4;
/** Entries by their number of syllables, from 0 on. */
export const SYLLABLES = 5;
/** In the order of `SOUNDS`. */
export const FIRST_SOUND = SYLLABLES + MOST_SYLLABLES + 1;
/** Number of counters. */
export const COUNTERS = FIRST_SOUND + SOUNDS.length;

/** How many entries end in the same sounds, from their last vowel on. A `Map` travels as a `Map`. */
export type Endings = Map<string, number>;

/** A line of the dictionary: word, variant, sounds, remark. */
const ENTRY = /^ *"[^"]+?(\(\d\))?": "([A-Z0-2 ]+?)(?: #([^"]*))?",?$/;

const placeOf = new Map(SOUNDS.map((sound, index) => [sound, FIRST_SOUND + index]));

/** Counts of some of the text. */
export class Tally {
  readonly counters = new Uint32Array(COUNTERS);
  readonly endings: Endings = new Map();

  /** Counts whole lines. @throws {RangeError} for an entry with a sound that is not known. */
  add(text: Buffer): void {
    const { counters } = this;
    const lines = text.toString('utf8').split('\n');
    if (lines.at(-1) === '') lines.pop();
    counters[BYTES] += text.length;
    counters[LINES] += lines.length;
    for (const line of lines) {
      const entry = ENTRY.exec(line);
      if (entry === null) continue;
      const [, variant, sounds, remark] = entry as unknown as [string, string | undefined, string, string | undefined];
      counters[variant === undefined ? WORDS : VARIANTS]++;
      if (remark !== undefined) counters[REMARKS]++;
      this.#pronounce(sounds);
    }
  }

  #pronounce(pronunciation: string): void {
    const { counters, endings } = this;
    const sounds = pronunciation.split(' ');
    let syllables = 0;
    let lastVowel = 0;
    for (let index = 0; index < sounds.length; index++) {
      const sound = sounds[index] as string;
      const isVowel = /\d$/.test(sound);
      const plain = isVowel ? sound.slice(0, -1) : sound;
      const place = placeOf.get(plain);
      if (place === undefined) throw new RangeError(`Expected a sound, got ${JSON.stringify(sound)} in ${JSON.stringify(pronunciation)}`);
      counters[place]++;
      sounds[index] = plain;
      if (!isVowel) continue;
      syllables++;
      lastVowel = index;
    }
    counters[SYLLABLES + Math.min(syllables, MOST_SYLLABLES)]++;
    const ending = sounds.slice(lastVowel).join(' ');
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
}

/** Adds the second to the first. */
export function addCounters(total: Uint32Array, counters: Uint32Array): void {
  for (let place = 0; place < total.length; place++) total[place] += counters[place] as number;
}

/** Adds the second to the first. */
export function addEndings(total: Endings, endings: Endings): void {
  for (const [ending, count] of endings) total.set(ending, (total.get(ending) ?? 0) + count);
}
