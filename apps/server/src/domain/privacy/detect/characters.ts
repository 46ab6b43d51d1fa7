// Characters as the detectors tell them apart. All of it is a look into a table: a text is read once, from its beginning to its end.

/** What a character begins. */
export const starts = { nothing: 0, word: 1, digit: 2, at: 3, colon: 4, plus: 5, bracket: 6, dash: 7 } as const;

const kinds = new Uint8Array(128);
for (let code = 0x30; code <= 0x39; code += 1) kinds[code] = starts.digit;
for (let code = 0x41; code <= 0x5a; code += 1) kinds[code] = kinds[code + 0x20] = starts.word;
kinds[0x5f] = starts.word;
kinds[0x40] = starts.at;
kinds[0x3a] = starts.colon;
kinds[0x2b] = starts.plus;
kinds[0x28] = starts.bracket;
kinds[0x2d] = starts.dash;

/** What the character begins, if anything does. */
export function startOf(code: number): number {
  if (code < 128) return kinds[code] ?? 0;
  return isWideDigit(code) ? starts.digit : code === 0xff0b ? starts.plus : code === 0xff08 ? starts.bracket : 0;
}

/** Digits as wide as letters of Japanese. */
function isWideDigit(code: number): boolean {
  return code >= 0xff10 && code <= 0xff19;
}

export function isDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || isWideDigit(code);
}

/** `code` is a digit's. */
export function digitOf(code: number): string {
  return String.fromCharCode(code < 128 ? code : code - 0xff10 + 0x30);
}

export function isPlainDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** Of Europe's languages: addresses hold them, while scripts without spaces run on right beside an address. */
export function isAccented(code: number): boolean {
  return code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7;
}

export function isAlphanumeric(code: number): boolean {
  return isPlainDigit(code) || isLetter(code);
}

/** Of a word as programmers write them. Asked for nearly each character of a text. */
export function isWordPart(code: number): boolean {
  return code < 128 ? wordParts[code] === 1 : isAccented(code) || isWideDigit(code);
}

const wordParts = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) if (isAlphanumeric(code) || code === 0x5f) wordParts[code] = 1;

export function isHex(code: number): boolean {
  return isPlainDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

const escapedSpaces = new Set("nrtbf");

/** A word may begin here: nothing of one stands before, but for a line's end as JSON within a text writes it. */
export function isWordStart(text: string, at: number): boolean {
  if (at === 0 || !isWordPart(text.charCodeAt(at - 1))) return true;
  return escapedSpaces.has(text.charAt(at - 1)) && text.charAt(at - 2) === "\\" && text.charAt(at - 3) !== "\\";
}

export function isWordEnd(text: string, end: number): boolean {
  return end >= text.length || !isWordPart(text.charCodeAt(end));
}
