// Finds what is personal or secret in a text: one walk over its characters, which stops where something may begin. Called with every
// text of a request that a policy holds for.
// Invariant: the time is linear in the length of the text, whatever it holds: a detector looks at a bounded piece, or its walk
// moves on behind what it looked at.

import type { PrivacyClass } from "@ghostllm/contract";
import { cardIn } from "./card.ts";
import { isPlainDigit, isWordPart, isWordStart, startOf, starts } from "./characters.ts";
import { emailAround } from "./email.ts";
import type { Finding, Span } from "./finding.ts";
import { ibanAt } from "./iban.ts";
import { ipv4At, ipv6Around } from "./ip.ts";
import { endOfDigits, GroupReader, mostDigits } from "./numbers.ts";
import type { Group } from "./numbers.ts";
import { internationalAt, nationalIn } from "./phone.ts";
import { botTokenAt, KeyBlocks, mayBeSecret, SecretReader, userInfoAt } from "./secrets.ts";

export type WantedClasses = ReadonlySet<PrivacyClass>;

/** In the order of the text, none within another. */
export function findPersonal(text: string, wanted: WantedClasses): readonly Finding[] {
  const walk = new Walk(text, wanted);
  walk.go();
  return walk.findings;
}

class Walk {
  readonly findings: Finding[] = [];
  readonly #text: string;
  readonly #wanted: WantedClasses;
  readonly #blocks: KeyBlocks;
  readonly #groups: GroupReader;
  readonly #secrets: SecretReader;
  #at = 0;

  constructor(text: string, wanted: WantedClasses) {
    this.#text = text;
    this.#wanted = wanted;
    this.#blocks = new KeyBlocks(text);
    this.#groups = new GroupReader(text);
    this.#secrets = new SecretReader(text);
  }

  go(): void {
    const text = this.#text;
    const { length } = text;
    let at = 0;
    while (at < length) {
      const start = startOf(text.charCodeAt(at));
      if (start === starts.nothing) at += 1;
      else {
        this.#at = at;
        if (start === starts.word) this.#readWord();
        else this.#readSign(start);
        at = this.#at;
      }
    }
  }

  /** Whatever it finds, the walk moves on. */
  #readSign(start: number): void {
    const at = this.#at;
    if (start === starts.digit) this.#readDigits(at);
    else if (start === starts.at) this.#take("email", () => emailAround(this.#text, at));
    else if (start === starts.colon) this.#readColon(at);
    else if (start === starts.plus) this.#readPlus(at);
    else if (start === starts.dash) this.#readDash(at);
    if (this.#at <= at) this.#at = at + 1;
  }

  #readWord(): void {
    const text = this.#text;
    const at = this.#at;
    if (mayBegin(text, at) && isWordStart(text, at) && this.#beginsWord(at)) return;
    let end = at + 1;
    while (end < text.length && isWordPart(text.charCodeAt(end))) end += 1;
    // What follows the letter of an escaped line's end is a word of its own.
    this.#at = text.charCodeAt(at - 1) === 0x5c && end > at + 1 ? at + 1 : end;
  }

  #beginsWord(at: number): boolean {
    const text = this.#text;
    const secret = this.#wanted.has("secret") ? this.#secrets.at(at) : null;
    if (secret !== null) return this.#add("secret", secret);
    const iban = this.#wanted.has("iban") ? ibanAt(text, at) : null;
    return iban !== null && this.#add("iban", iban);
  }

  #readColon(at: number): void {
    this.#take("secret", () => userInfoAt(this.#text, at));
    // The @ behind it is none of an address.
    if (this.#at > at) this.#at += 1;
    else this.#take("ip", () => ipv6Around(this.#text, at));
  }

  #readDash(at: number): void {
    const text = this.#text;
    if (text.charCodeAt(at + 1) !== 0x2d) return;
    this.#take("secret", () => this.#blocks.blockAt(at));
    if (this.#at !== at) return;
    // A line of dashes is looked at once.
    let end = at + 1;
    while (text.charCodeAt(end) === 0x2d) end += 1;
    this.#at = Math.max(at + 1, end - 5);
    if (end - at <= 5) this.#at = end;
  }

  #readPlus(at: number): void {
    if (!this.#wanted.has("phone")) return;
    const text = this.#text;
    const first = startOf(text.charCodeAt(at + 1)) === starts.bracket ? at + 2 : at + 1;
    if (startOf(text.charCodeAt(first)) !== starts.digit || endOfDigits(text, first) - first > mostDigits) return;
    const groups = this.#groups.from(first);
    this.#take("phone", () => internationalAt(text, at, groups));
  }

  #readDigits(at: number): void {
    const text = this.#text;
    const end = endOfDigits(text, at);
    if (end - at > mostDigits) {
      this.#at = end;
      return;
    }
    const found = this.#numberAt(at, end);
    if (!found && this.#at < end) this.#at = end;
  }

  #numberAt(at: number, end: number): boolean {
    const text = this.#text;
    const wanted = this.#wanted;
    if (isShort(text, end) && end - at < shortestPhone) return false;
    const token = wanted.has("secret") ? botTokenAt(text, at, end) : null;
    if (token !== null) return this.#add("secret", token);
    const address = text.charAt(end) === "." ? ipv4At(text, at) : null;
    if (address !== null) return wanted.has("ip") && this.#add("ip", address);
    const groups = this.#groups.from(at);
    const card = cardIn(text, groups);
    // What is a card is no phone, also where nobody looks for cards.
    if (card !== null) return wanted.has("card") && this.#add("card", card);
    const phone = wanted.has("phone") && mayBePhone(groups) ? nationalIn(text, groups) : null;
    return phone !== null && this.#add("phone", phone);
  }

  #take(one: PrivacyClass, find: () => Span | null): void {
    const found = this.#wanted.has(one) ? find() : null;
    if (found !== null) this.#add(one, found);
  }

  /** What was found within it belongs to it. */
  #add(one: PrivacyClass, { start, end }: Span): true {
    while ((this.findings.at(-1)?.end ?? 0) > start) this.findings.pop();
    this.findings.push({ class: one, start, end });
    this.#at = end;
    return true;
  }
}

/** By its first characters alone, as most words cannot. */
function mayBegin(text: string, at: number): boolean {
  const third = text.charCodeAt(at + 2);
  return isPlainDigit(third) || third === 0x20 || third === 0x2d || mayBeSecret(text, at);
}

const shortestPhone = 7;

/** Nothing that could go on stands behind it. */
function isShort(text: string, end: number): boolean {
  const code = text.charCodeAt(end);
  return end >= text.length || code === 0x2c || code === 0x3a || code === 0x0a || isWordPart(code);
}

function mayBePhone(groups: readonly Group[]): boolean {
  let digits = 0;
  for (const group of groups) digits += group.digits.length;
  return digits >= shortestPhone;
}
