// What a request can cause beside its text, found in its bytes: a class of service, prompts kept for an hour, sound, tools that
// the vendor runs, and content that only the vendor knows the size of. Only for budgets, and in any dialect. Invariant: what is
// not known here is taken for the worst, since vendors add kinds of content and of tools at any time.

import { someString } from "#wire/json-strings.ts";
import { readTree } from "#wire/json-tree.ts";
import type { Operation } from "#operations.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { noDemand } from "./request-demand.ts";
import type { RequestDemand } from "./request-demand.ts";
import { readDemand } from "./read-demand.ts";

/** How the names and words begin that are looked for: most requests have none of them, and are looked at no further. */
const beginnings = [
  ...["type", "tool", "serv", "spee", "infe", "inpu", "inli", "audi", "moda", "resp", "form", "outp"],
  ...["web_", "webs", "goog", "file", "code", "imag", "advi", "comp", "prev", "conv", "cach", "docu", "vide", 'url"'],
  ...["s3lo", "s3_l", "gcs_", "gcsu", "effo", "reas", "thin", "budg", "mcp_", "mcps", "url_", "urlc", "prom", "item"],
  ...["vert", "x_se", "sear", "ente", "enab", "plug", "brow", 'ttl"', "best", "cand", "pred", "data", "fall"],
  ...["prov", "anth", "skil", "retr", "part"],
];

/** The names of limits: where there are two, vendors differ in which of them they read. */
const limits = ["max_", "maxo", "maxc", "maxt", "maxn", "num_", "numP"];

/** Letters of either case are the same. */
const lower = 0x20202020;
const asNumber = (word: string): number => (Buffer.from(word, "latin1").readUInt32BE() | lower) >>> 0;
const begun: ReadonlySet<number> = new Set(beginnings.map(asNumber));
const limiting: ReadonlySet<number> = new Set(limits.map(asNumber));
/** `models` and `container`, which begin as names do that are in every request. */
const [modelWord, contentWord] = [asNumber("mode"), asNumber("cont")];
const [backslash, letterS, letterA] = [0x5c, 0x73, 0x61];

/** Most words can be told from all of them by this: a set of numbers as large is slow to ask. */
const slots = 4_096;
const slotOf = (word: number): number => Math.imul(word, 0x9e3779b1) >>> 20;
const taken = new Uint8Array(slots);
for (const word of [...begun, ...limiting, modelWord, contentWord]) taken[slotOf(word)] = 1;

/** From string to string: in prose they are far between. This is done for every request of a key with a budget. */
function mayDemand(body: Buffer): boolean {
  const last = body.length - 4;
  let limitCount = 0;
  return someString(body, (at) => {
    if (at > last) return false;
    const word = (body.readUInt32BE(at) | lower) >>> 0;
    if (taken[slotOf(word)] === 1) {
      if (begun.has(word)) return true;
      if (word === modelWord && ((body[at + 5] ?? 0) | 0x20) === letterS) return true;
      if (word === contentWord && ((body[at + 4] ?? 0) | 0x20) === letterA) return true;
      if (limiting.has(word) && (limitCount += 1) > 1) return true;
    }
    return hasEscape(body, at);
  });
}

/** Among its first letters, which may then be any. */
function hasEscape(body: Buffer, at: number): boolean {
  for (let next = at; next < at + 6; next += 1) if (body[next] === backslash) return true;
  return false;
}

export function demandOf({ body, form, operation }: Pick<ParsedRequest, "body" | "form" | "operation">): RequestDemand {
  if (form !== undefined) return demandOfForm(operation, body);
  if (!mayDemand(body)) return noDemand;
  const tree = readTree(body);
  if (tree === null) return { ...noDemand, boundless: "a body that is no JSON, or of too many parts" };
  return readDemand(tree);
}

function demandOfForm(operation: Operation, body: Buffer): RequestDemand {
  if (operation.startsWith("audio.")) return { ...noDemand, hearsSound: true, unseen: "sound" };
  let pictures = 0;
  for (let at = body.indexOf(fileSign); at >= 0; at = body.indexOf(fileSign, at + 1)) pictures += 1;
  return { ...noDemand, pictures };
}

const fileSign = "filename";
