// What an operator adds to every request to a provider: further headers, and parameters behind the question mark.

import { z } from "zod";
import { Secret } from "./secret.ts";

export interface Additions {
  /** By names in lower case. All values are secret: most of them open a door. */
  readonly headers: Readonly<Record<string, Secret>>;
  readonly query: Readonly<Record<string, string | Secret>>;
}

export const noAdditions: Additions = { headers: {}, query: {} };

export function isEmpty({ headers, query }: Additions): boolean {
  return Object.keys(headers).length + Object.keys(query).length === 0;
}

/** They belong to one connection, or say where a message begins and ends: another value would break both. */
const ownHeaders: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const longestName = 200;
const longestValue = 8_000;

/** Why a header cannot be added; null where it can. */
export function faultOfHeader(name: string, value: string): string | null {
  if (name.length > longestName || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    return `\`${name}\` is no name of a header`;
  if (ownHeaders.has(name.toLowerCase()))
    return `\`${name}\` is a header of the connection itself, which GhostLLM sets`;
  if (value.length > longestValue) return `the value of \`${name}\` is too long`;
  // A line break would begin another header.
  if (!/^[\x20-\x7e]*$/.test(value)) return `the value of \`${name}\` has line breaks or characters outside of ASCII`;
  return null;
}

/** Why a parameter cannot be added; null where it can. */
export function faultOfParameter(name: string, value: string): string | null {
  if (name === "" || name.length > longestName) return `\`${name}\` is no name of a parameter`;
  return value.length > longestValue ? `the value of \`${name}\` is too long` : null;
}

const wordsOfSecrets =
  /(?:^|[-_.])(?:key|token|secret|sig|signature|password|passwd|pwd|auth|credential|code)s?$|apikey|accesstoken/i;

/** Of a parameter: most of what is called so opens a door, and is hidden like a header. */
export function isNameOfSecret(name: string): boolean {
  return wordsOfSecrets.test(name);
}

const stored = z.object({
  headers: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.object({ value: z.string(), isSecret: z.boolean() })),
});

/** To be sealed as a whole. */
export function toText({ headers, query }: Additions): Secret {
  const written: z.infer<typeof stored> = {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()])),
    query: Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, { value: reveal(value), isSecret: value instanceof Secret }]),
    ),
  };
  return new Secret(JSON.stringify(written));
}

export function fromText(text: Secret): Additions {
  const { headers, query } = stored.parse(JSON.parse(text.reveal()));
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, new Secret(value)])),
    query: Object.fromEntries(
      Object.entries(query).map(([name, { value, isSecret }]) => [name, isSecret ? new Secret(value) : value]),
    ),
  };
}

export function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}

/** What is shorter than a key stands in many texts, and opens nothing. */
const shortestSecret = 12;

/** Texts of a provider that must not be told to anybody. */
export function secretsOf({
  credential,
  additions,
}: {
  readonly credential: Secret | null;
  readonly additions: Additions | null;
}): readonly Secret[] {
  const { headers, query } = additions ?? noAdditions;
  const added = [...Object.values(headers), ...Object.values(query)].filter((value) => value instanceof Secret);
  const long = added.filter((value) => value.reveal().length >= shortestSecret);
  return credential === null ? long : [credential, ...long];
}

interface Shown {
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
}

/** For people, with `[secret]` for what is one. */
export function show({ headers, query }: Additions): Shown {
  const texts = (values: Readonly<Record<string, string | Secret>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  return { headers: texts(headers), query: texts(query) };
}
