// How hard a secret is to guess, in bits, for one who knows how people choose them: words, rows of the keyboard, counting,
// and the same thing again are worth little; what is left counts as chosen at random.

const words = [
  ...["admin", "administrator", "root", "user", "guest", "default", "password", "passwort", "passwd", "pass", "secret"],
  ...[
    "token",
    "apikey",
    "key",
    "jwt",
    "encryption",
    "ghostllm",
    "ghost",
    "llm",
    "proxy",
    "gateway",
    "server",
    "master",
  ],
  ...[
    "change",
    "changeme",
    "me",
    "please",
    "this",
    "my",
    "the",
    "your",
    "here",
    "insert",
    "replace",
    "now",
    "not",
    "use",
  ],
  ...["test", "testing", "demo", "example", "sample", "dummy", "dev", "development", "prod", "production", "staging"],
  ...["local", "localhost", "temp", "foobar", "foo", "bar", "baz", "hello", "world", "welcome", "letmein", "login"],
  ...["super", "secure", "insecure", "private", "public", "openai", "anthropic", "company", "summer", "winter", "love"],
  ...["monkey", "dragon", "football", "princess", "iloveyou", "trustno", "sunshine", "correct", "horse", "battery"],
  ...[
    "staple",
    "string",
    "value",
    "none",
    "null",
    "undefined",
    "true",
    "false",
    "sk",
    "api",
    "of",
    "for",
    "in",
    "with",
  ],
].toSorted((left, right) => right.length - left.length);

const bitsOfWord = Math.log2(words.length);
/** Where a run begins and how long it is. */
const bitsOfRun = 6;

const rows = ["qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1234567890", "!@#$%^&*()"];
const leet: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
};

/** As good as it gets: nobody looks at more of it. */
const mostCharacters = 256;

export function bitsOf(given: string): number {
  const secret = given.slice(0, mostCharacters);
  const plain = secret.toLowerCase();
  const spoken = plain
    .split("")
    .map((character) => leet[character] ?? character)
    .join("");
  const bitsOfOne = Math.log2(poolOf(secret));
  let bits = 0;
  for (let at = 0; at < plain.length;) {
    const run = Math.max(lengthOfRun(plain, at), lengthOfEcho(plain, at));
    const word = words.find((one) => plain.startsWith(one, at) || spoken.startsWith(one, at));
    const isWord = word !== undefined && word.length > run;
    const length = isWord ? word.length : run;
    bits += length < 2 ? bitsOfOne : Math.min(isWord ? bitsOfWord : bitsOfRun, length * bitsOfOne);
    at += Math.max(1, length);
  }
  return bits;
}

/** How many characters there are to choose from. */
function poolOf(secret: string): number {
  if (/^[0-9a-f]*$/i.test(secret)) return /[a-f]/i.test(secret) ? 16 : 10;
  const classes: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 20],
  ];
  return classes.reduce((sum, [pattern, size]) => sum + (pattern.test(secret) ? size : 0), 0);
}

const shortestRun = 3;

/** Of one character again and again, of counting up or down, or along a row of the keyboard; 0 where none begins here. */
function lengthOfRun(text: string, at: number): number {
  const counted = [0, 1, -1].map((step) =>
    lengthWhile(text, at, (next, last) => next.charCodeAt(0) - last.charCodeAt(0) === step),
  );
  const typed = rows
    .flatMap((row) => [row, row.split("").toReversed().join("")])
    .map((row) => {
      return lengthWhile(text, at, (next, last) => row.includes(last + next));
    });
  const longest = Math.max(...counted, ...typed);
  return longest < shortestRun ? 0 : longest;
}

function lengthWhile(text: string, at: number, goesOn: (next: string, last: string) => boolean): number {
  let end = at + 1;
  while (end < text.length && goesOn(text.charAt(end), text.charAt(end - 1))) end += 1;
  return end - at;
}

/** Of what stood before already. */
function lengthOfEcho(text: string, at: number): number {
  let length = 0;
  while (at + length < text.length && text.slice(0, at + length).includes(text.slice(at, at + length + 1))) length += 1;
  return length < shortestRun ? 0 : length;
}
