// Which strings a text of JSON may hold, asked before a word is looked for that most texts do not hold.

import { someString } from "./json-strings.ts";

/** The longest pattern that Node looks for byte by byte with memchr; for longer ones it takes a way that prose makes slow. */
const quicklyFound = 6;

/** Of smaller texts a search is cheaper than a look at where their strings begin. */
const largeBytes = 4_096;

const letters = 6;

/** May there be such a string, or one that begins so? The word begins with its quotation mark. */
export function mayHold(json: Buffer, word: string): boolean {
  if (json.length < largeBytes || word.length <= letters)
    return json.includes(word.slice(0, quicklyFound), 0, "latin1");
  const wanted = Buffer.from(word, "latin1");
  const [first, rest] = [wanted.readUInt16BE(1), wanted.readUInt32BE(3)];
  const last = json.length - letters;
  return someString(json, (at) => at <= last && json.readUInt16BE(at) === first && json.readUInt32BE(at + 2) === rest);
}
