import { isAlphanumeric, isLetter, isPlainDigit, isWordEnd } from "./characters.ts";
import type { Span } from "./finding.ts";

/** Country -> characters in all, by the registry of ISO 13616. https://www.swift.com/standards/data-standards/iban */
const lengths = new Map<string, number>(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 " +
    "FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 " +
    "MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 " +
    "SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
);

/** The account number that begins with the word at `at`; null where none does. */
export function ibanAt(text: string, at: number): Span | null {
  if (!isLetter(text.charCodeAt(at + 1))) return null;
  const length = lengths.get(text.slice(at, at + 2).toUpperCase());
  if (length === undefined || !isPlainDigit(text.charCodeAt(behindSpace(text, at + 2)))) return null;
  const read = readCharacters(text, at, length);
  if (read === null || !isWordEnd(text, read.end) || remainderOf(read.characters) !== 1) return null;
  return { start: at, end: read.end };
}

/** As many as the country has, with a space or a dash before any of them. */
function readCharacters(text: string, from: number, length: number) {
  let characters = "";
  let at = from;
  while (characters.length < length) {
    if (characters.length > 0) at = behindSpace(text, at);
    if (!isAlphanumeric(text.charCodeAt(at))) return null;
    characters += text.charAt(at);
    at += 1;
  }
  return { characters: characters.toUpperCase(), end: at };
}

function behindSpace(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x2d || code === 0xa0 ? at + 1 : at;
}

/** By 97, with the first four characters at the end and letters as two digits each. */
function remainderOf(iban: string): number {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}
