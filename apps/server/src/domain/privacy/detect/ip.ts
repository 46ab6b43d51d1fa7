import { isHex, isPlainDigit, isWordEnd, isWordPart, isWordStart } from "./characters.ts";
import type { Span } from "./finding.ts";

/** The address that begins with the digits at `at`; null where none does, or it is one that everybody has. */
export function ipv4At(text: string, at: number): Span | null {
  const read = readIpv4(text, at);
  if (read === null || !isWordStart(text, at) || isWithinNumber(text, at) || isVersion(text, at)) return null;
  if (!isWordEnd(text, read.end) || /^\.[0-9]/.test(text.slice(read.end, read.end + 2))) return null;
  return isEverybodys(read.parts) ? null : { start: at, end: read.end };
}

function readIpv4(text: string, from: number): { readonly parts: readonly number[]; readonly end: number } | null {
  const parts: number[] = [];
  let at = from;
  for (;;) {
    const start = at;
    let value = 0;
    while (at - start < 4 && isPlainDigit(text.charCodeAt(at))) value = value * 10 + text.charCodeAt(at++) - 0x30;
    const isLeading = text.charAt(start) === "0" && at - start > 1;
    if (at === start || value > 255 || at - start > 3 || isLeading) return null;
    parts.push(value);
    if (parts.length === 4) return { parts, end: at };
    if (text.charAt(at) !== ".") return null;
    at += 1;
  }
}

function isWithinNumber(text: string, at: number): boolean {
  return (text.charAt(at - 1) === "." || text.charAt(at - 1) === ",") && isPlainDigit(text.charCodeAt(at - 2));
}

/** `version 1.2.3.4`, and numbers of sections that are as small. */
function isVersion(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 14), at).toLowerCase();
  return /(?:\bv|\bver|version|release|build|firmware|section|chapter|§|\boid)[\s.:=]{0,2}$/.test(before);
}

/** Of this machine, of none, and masks of networks. */
function isEverybodys([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): boolean {
  if (first === 0 || first === 127) return true;
  return (
    first === 255 || (first === 8 && second === 8 && (fourth === 8 || fourth === 4) && (third === 8 || third === 4))
  );
}

const longestIpv6 = 45;

/** The address around the colon at `at`, which is its first one; null where there is none. */
export function ipv6Around(text: string, at: number): Span | null {
  let start = at;
  while (at - start < 5 && isHex(text.charCodeAt(start - 1))) start -= 1;
  if (at - start > 4 || !mayBegin(text, start)) return null;
  const end = endOfIpv6(text, at);
  if (end - at < 3 || end - start > longestIpv6 || !isWordEnd(text, end)) return null;
  return isIpv6(text.slice(start, end)) ? { start, end } : null;
}

/** No word and no further group stands before; a colon may end what announces the address. */
function mayBegin(text: string, start: number): boolean {
  if (start === 0) return true;
  if (isWordPart(text.charCodeAt(start - 1))) return false;
  return text.charAt(start - 1) !== ":" || !(isHex(text.charCodeAt(start - 2)) || text.charAt(start - 2) === ":");
}

function endOfIpv6(text: string, from: number): number {
  const last = Math.min(text.length, from + longestIpv6 + 1);
  let end = from;
  while (end < last && (isHex(text.charCodeAt(end)) || text.charAt(end) === ":" || text.charAt(end) === ".")) end += 1;
  while (end > from && (text.charAt(end - 1) === "." || (text.charAt(end - 1) === ":" && text.charAt(end - 2) !== ":")))
    end -= 1;
  return end;
}

function isIpv6(address: string): boolean {
  const dot = address.indexOf(".");
  const colon = dot < 0 ? -1 : address.lastIndexOf(":", dot);
  const tail = dot < 0 ? "" : address.slice(colon + 1);
  if (tail !== "" && readIpv4(tail, 0)?.end !== tail.length) return false;
  // An address of the older kind at the end stands for two groups.
  const [left = "", right, more] = (tail === "" ? address : `${address.slice(0, colon + 1)}0:0`).split("::");
  if (more !== undefined) return false;
  const groups = [...groupsOf(left), ...groupsOf(right ?? "")];
  if (!groups.every((group) => group.length > 0 && group.length <= 4)) return false;
  if (right === undefined ? groups.length !== 8 : groups.length > 7) return false;
  return (
    isOfNetwork(groupsOf(left)[0] ?? "0", tail !== "" && left === "") || (right === undefined && groups.length === 8)
  );
}

function groupsOf(part: string): readonly string[] {
  return part === "" ? [] : part.split(":");
}

/** In which addresses are given out: names of programs with two colons in them begin otherwise. */
function isOfNetwork(first: string, isOlder: boolean): boolean {
  const value = Number.parseInt(first, 16);
  if (isOlder || (value >= 0x2000 && value <= 0x3fff && first.length === 4)) return true;
  return first.length === 4 && value >= 0xfc00 && (value < 0xfe00 || value >= 0xfe80);
}
