import { isAccented, isAlphanumeric, isLetter, isPlainDigit } from "./characters.ts";
import type { Span } from "./finding.ts";

const longestLocal = 64;
const longestDomain = 253;

/** The address around the @ at `at`; null where there is none. */
export function emailAround(text: string, at: number): Span | null {
  const end = endOfDomain(text, at + 1);
  const start = startOfLocal(text, at);
  if (start === at || end < 0) return null;
  const domain = text.slice(at + 1, end);
  return isOfFile(domain) || isOfRepository(text, start, at, end) ? null : { start, end };
}

function startOfLocal(text: string, at: number): number {
  const first = Math.max(0, at - longestLocal);
  let start = at;
  while (start > first && isLocal(text.charCodeAt(start - 1))) start -= 1;
  // It ends with none of these, and begins with a letter, a digit or a line below.
  if (text.charAt(at - 1) === ".") return at;
  const doubled = text.slice(start, at).lastIndexOf("..");
  if (doubled >= 0) start += doubled + 2;
  while (start < at && !isAlphanumeric(text.charCodeAt(start)) && !mayLead(text.charCodeAt(start))) start += 1;
  return isEscape(text, start) && start + 1 < at ? start + 1 : start;
}

function isLocal(code: number): boolean {
  return isAlphanumeric(code) || isAccented(code) || localSigns.has(code);
}

const localSigns = new Set([".", "!", "'", "_", "%", "+", "-"].map((sign) => sign.charCodeAt(0)));

function mayLead(code: number): boolean {
  return code === 0x5f || isAccented(code);
}

/** The letter of a line's end, as JSON within a text writes it. */
function isEscape(text: string, start: number): boolean {
  return text.charAt(start - 1) === "\\" && "nrt".includes(text.charAt(start));
}

/** Behind the last label; -1 where there are not two of them, or the last is none of a top level. */
function endOfDomain(text: string, from: number): number {
  const last = Math.min(text.length, from + longestDomain);
  let end = from;
  while (end < last && isDomain(text.charCodeAt(end))) end += 1;
  while (end > from && !isAlphanumeric(text.charCodeAt(end - 1)) && !isAccented(text.charCodeAt(end - 1))) end -= 1;
  const domain = text.slice(from, end);
  const dot = domain.lastIndexOf(".");
  if (dot < 1 || domain.startsWith("-") || domain.includes("..")) return -1;
  return isTopLevel(domain.slice(dot + 1)) ? end : -1;
}

function isDomain(code: number): boolean {
  return isAlphanumeric(code) || code === 0x2e || code === 0x2d || isAccented(code);
}

function isTopLevel(label: string): boolean {
  if (label.startsWith("xn--")) return label.length > 4;
  if (label.length < 2) return false;
  for (let at = 0; at < label.length; at += 1) {
    const code = label.charCodeAt(at);
    if (!isLetter(code) && !isAccented(code)) return false;
  }
  return true;
}

/** Names of files such as `icon@2x.png`. None of these is a top level. */
const extensions = new Set(
  "png jpg jpeg gif svg webp bmp ico css js ts jsx tsx json html xml yml yaml txt lock tgz gz log conf".split(" "),
);

function isOfFile(domain: string): boolean {
  const [first = "", ...rest] = domain.split(".");
  if (first.endsWith("x") && isPlainDigit(first.charCodeAt(0)) && first.length <= 3) return true;
  return extensions.has((rest.at(-1) ?? "").toLowerCase());
}

/** `git@host.example:owner/name`, which is nobody's address. */
function isOfRepository(text: string, start: number, at: number, end: number): boolean {
  return text.slice(start, at) === "git" && /^[:/]\w/.test(text.slice(end, end + 2));
}
