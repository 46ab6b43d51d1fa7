// Numbers of phones. In their international form they are known by the country's code and its lengths; in their national
// forms by the lengths of their groups, what stands between these, and their first digits; and without any groups only where the
// text says what they are.

import { isWordEnd, isWordPart, isWordStart } from "./characters.ts";
import { isInternational } from "./country-codes.ts";
import type { Span } from "./finding.ts";
import type { Group } from "./numbers.ts";
import { formsOfShape } from "./phone-forms.ts";
import type { NationalForm } from "./phone-forms.ts";
import { tellsOfPhone } from "./phone-words.ts";

const mostDigits = 15;

/** `at` is that of the sign before the groups. */
export function internationalAt(text: string, at: number, groups: readonly Group[]): Span | null {
  const [first] = groups;
  if (first === undefined || !isWordStart(text, at)) return null;
  const count = longestOf(text, groups, (own) => isInternational(digitsOf(withoutTrunk(own))) && !isRound(own));
  return count === 0 ? null : { start: at, end: groups[count - 1]?.end ?? at };
}

/** Of how many groups the number is made; 0 where it is none. */
function longestOf(text: string, groups: readonly Group[], isNumber: (own: readonly Group[]) => boolean): number {
  for (let count = groups.length; count > 0; count -= 1) {
    const own = groups.slice(0, count);
    if (digitsOf(own).length > mostDigits + 1) continue;
    if (isNumber(own) && endsHere(text, groups, count)) return count;
  }
  return 0;
}

/** Behind the group is nothing that belongs to it: a further one stands apart, by a space at least. */
function endsHere(text: string, groups: readonly Group[], count: number): boolean {
  const last = groups[count - 1];
  const next = groups[count];
  if (last === undefined || !isWordEnd(text, last.end) || isAmount(text, last.end)) return false;
  return next === undefined ? !/^[-./:,][0-9]/.test(text.slice(last.end, last.end + 2)) : next.before.includes(" ");
}

/** `+44 (0)20`: the zero is for who calls from within the country. */
function withoutTrunk(groups: readonly Group[]): readonly Group[] {
  return groups.filter(
    ({ digits, before }, at) => !(digits === "0" && before.endsWith("(") && groups[at + 1]?.before.startsWith(")")),
  );
}

/** A sum in thousands. */
function isRound(groups: readonly Group[]): boolean {
  return groups.length > 2 && groups.slice(1).every(({ digits }) => digits === "000");
}

function digitsOf(groups: readonly Group[]): string {
  return groups.map(({ digits }) => digits).join("");
}

/** What begins with the first of the groups, as people of a country write it among themselves. */
export function nationalIn(text: string, groups: readonly Group[]): Span | null {
  const [first] = groups;
  if (first === undefined) return null;
  const before = text.charAt(first.start - 1);
  const isBracketed = (before === "(" || before === "（") && groups[1]?.before.startsWith(")") === true;
  const start = isBracketed ? first.start - 1 : first.start;
  const count = first.digits.startsWith("00") ? countByZeros(text, groups) : countByForm(text, groups, start);
  return count === 0 ? null : { start, end: groups[count - 1]?.end ?? start };
}

/** Two zeros stand for the sign before an international number. */
function countByZeros(text: string, groups: readonly Group[]): number {
  if (!startsHere(text, groups[0]?.start ?? 0)) return 0;
  const isNumber = (own: readonly Group[]) => own.length > 1 && isInternational(digitsOf(withoutTrunk(own)).slice(2));
  return longestOf(text, groups, isNumber);
}

function countByForm(text: string, groups: readonly Group[], start: number): number {
  for (let count = groups.length; count > 0; count -= 1) {
    const forms = formsOfShape(groups, count);
    if (forms.length === 0) continue;
    const own = groups.slice(0, count);
    const isOne = standsAlone(text, groups, own) && forms.some((form) => isOf(form, own, text, start));
    if (isOne && startsHere(text, own[0]?.start ?? 0) && endsHere(text, groups, count)) return count;
  }
  return 0;
}

function isOf(form: NationalForm, own: readonly Group[], text: string, start: number): boolean {
  const digits = digitsOf(own);
  if (!form.isBegun(digits) || isOneDigit(digits) || isRound(own)) return false;
  const signs = own.slice(1).map(({ before }) => before);
  if (!form.isSigned(signs, start < (own[0]?.start ?? start))) return false;
  return form.needsWord !== true || tellsOfPhone(text, start);
}

function isOneDigit(digits: string): boolean {
  return digits === (digits[0] ?? "").repeat(digits.length);
}

/** Where only spaces stand within, a further group before or behind it may as well belong to it. */
function standsAlone(text: string, groups: readonly Group[], own: readonly Group[]): boolean {
  const isFollowing = /[0-9] $/.test(text.slice(Math.max(0, (own[0]?.start ?? 0) - 2), own[0]?.start ?? 0));
  if (own.length === groups.length && !isFollowing) return true;
  return own.slice(1).some(({ before }) => before !== " ");
}

const currencies = "$€£¥₹#№%";

function startsHere(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  if (!isWordStart(text, at)) return false;
  if (currencies.includes(before) && before !== "") return false;
  if ("-./,:".includes(before) && at > 1 && isWordPart(text.charCodeAt(at - 2)))
    return before === ":" && !/[0-9]/.test(text.charAt(at - 2));
  return !/[$€£¥]\s$/.test(text.slice(Math.max(0, at - 2), at));
}

/** Of money, or of anything else that is counted. */
function isAmount(text: string, end: number): boolean {
  return /^\s?(?:[%$€£¥₹°]|(?:EUR|USD|GBP|BRL|JPY|CHF|euros?|dollars?|yen|reais|円|km|kg|km²)\b)/i.test(
    text.slice(end, end + 9),
  );
}
