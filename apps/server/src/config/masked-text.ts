// A configuration file as it may be shown: without what is secret in it. What it refers to (`${NAME}`, `file:/run/secrets/name`) stays, since
// it says where a secret is and not what it is.

import { isMap, isScalar, isSeq, parseDocument, Parser, type Document, type Scalar } from "yaml";
import type { Setting } from "./setting.ts";
import { settings } from "./settings.ts";

const mask = "[secret]";

const secretSettings = (Object.values(settings) as Setting<unknown>[])
  .filter(({ kind }) => kind.isSecret === true)
  .map(({ path }) => path);
/** Of a provider and of a key, whatever is below them. */
const secretParts = [
  ...["providers.*.api_key", "providers.*.settings", "providers.*.headers", "providers.*.query"],
  ...["keys.*.secret", "teams.*.secret"],
];
const namesOfSecrets = /secret|password|passphrase|credential|private|api_key|\btoken\b/i;

interface Placed {
  /** Entries of lists by their name, where they have one, so that they are found in another order. */
  readonly path: readonly string[];
  readonly node: Scalar;
}

/** For people: the same places, and no secret. */
export function maskSecrets(text: string): string {
  const hidden = scalarsOf(parseDocument(text)).filter(({ path, node }) => isHidden(path, node));
  const values = hidden.map(({ node }) => ({ range: rangeOf(node), by: `"${mask}"` }));
  const comments = commentsOf(text)
    .filter(({ source }) => tellsMuch(source))
    .map(({ offset, source }) => ({ range: [offset, offset + source.length] as const, by: `# ${mask}` }));
  return replaced(text, [...values, ...comments]);
}

/** With the secrets of `present` where they were masked. Those that it has not stay masked. */
export function restoreSecrets(text: string, present: string): string {
  const secrets = new Map(
    scalarsOf(parseDocument(present)).map(({ path, node }) => [JSON.stringify(path), String(node.value)]),
  );
  const masked = scalarsOf(parseDocument(text)).filter(({ node }) => node.value === mask);
  const found = masked.flatMap(({ path, node }) => {
    const secret = secrets.get(JSON.stringify(path));
    return secret === undefined ? [] : [{ range: rangeOf(node), by: JSON.stringify(secret) }];
  });
  return replaced(text, found);
}

interface Replacement {
  readonly range: readonly [from: number, to: number];
  readonly by: string;
}

function replaced(text: string, all: readonly Replacement[]): string {
  let result = text;
  for (const { range, by } of all.toSorted((one, other) => other.range[0] - one.range[0]))
    result =
      result.slice(0, range[0]) +
      by +
      (result.slice(range[0], range[1]).endsWith("\n") ? "\n" : "") +
      result.slice(range[1]);
  return result;
}

function rangeOf({ range }: Scalar): readonly [number, number] {
  return [range?.[0] ?? 0, range?.[1] ?? 0];
}

function scalarsOf(document: Document): readonly Placed[] {
  return placedIn(document.contents, []);
}

function placedIn(node: unknown, path: readonly string[]): readonly Placed[] {
  if (isScalar(node)) return [{ path, node }];
  if (isMap(node)) return node.items.flatMap(({ key, value }) => placedIn(value, [...path, wordOf(key)]));
  if (!isSeq(node)) return [];
  return node.items.flatMap((item, place) => placedIn(item, [...path, nameOf(item) ?? String(place)]));
}

function wordOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

function nameOf(item: unknown): string | null {
  const name: unknown = isMap(item) ? item.get("name") : undefined;
  return typeof name === "string" ? `name ${name}` : null;
}

function isHidden(path: readonly string[], node: Scalar): boolean {
  if (typeof node.value !== "string" && typeof node.value !== "number") return false;
  const text = String(node.value);
  if (isReference(text)) return false;
  return isSecretPath(path) || hasLogin(text);
}

/** It names a place, and has nothing else in it. */
function isReference(text: string): boolean {
  return text === "" || /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(text) || text.startsWith("file:");
}

function isSecretPath(path: readonly string[]): boolean {
  const whole = path.join(".");
  const [section = "", , ...rest] = path;
  const ofList = [section, "*", ...rest].join(".");
  if (secretSettings.some((one) => isBelow(whole, one))) return true;
  return (
    secretParts.some((one) => isBelow(ofList, one)) || namesOfSecrets.test(rest.length > 0 ? (path.at(-1) ?? "") : "")
  );
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`);
}

/** A URL with a password in it. */
function hasLogin(text: string): boolean {
  return /:\/\/[^/\s@]*:[^/\s@]+@/.test(text);
}

/** A comment that looks like a secret that somebody has put out of use. */
function tellsMuch(comment: string): boolean {
  const named = /(?:key|secret|token|passw|passphrase|credential)\w*["']?\s*[:=]\s*\S/i.test(comment);
  const words = comment.match(/[A-Za-z0-9+/_=-]{20,}/g) ?? [];
  return named || hasLogin(comment) || words.some((word) => /\d/.test(word) && /[A-Za-z]/.test(word));
}

interface Comment {
  readonly offset: number;
  readonly source: string;
}

function commentsOf(text: string): readonly Comment[] {
  const found: Comment[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (Reflect.get(value, "type") === "comment") found.push(value as Comment);
    else for (const inner of Object.values(value)) look(inner);
  };
  for (const token of new Parser().parse(text)) look(token);
  return found;
}
