// What a request can cause beside its text, found in its bytes: a class of service, prompts kept for an hour, sound, tools that
// the vendor runs, and content that only the vendor knows the size of. Only for budgets, and in any dialect. A string within
// JSON cannot hold these words in plain quotes, so that nothing is found in what a conversation says.

import { memberOf, parseJson } from "#wire/json.ts";
import { serviceClassOf } from "./usage-parts.ts";

export interface RequestDemand {
  readonly serviceClass?: string;
  readonly geography?: string;
  readonly keepsForHour: boolean;
  readonly hearsSound: boolean;
  readonly makesSound: boolean;
  readonly webSearches: number;
  /** Of those, the ones whose results are put into the prompt and charged with it. */
  readonly readSearches: number;
  readonly fileSearches: number;
  readonly containers: number;
  /** Documents, earlier answers and the like that the vendor has and we have not: what they are called. */
  readonly unseen: string | null;
  /** Uses without an end that could be told: what to name so that there is one, or that there is none. */
  readonly boundless: string | null;
  /** How often the prompt may be read in the course of the answer. */
  readonly readings: number;
  /** Pictures in the prompt, whose size in tokens their bytes do not tell. */
  readonly pictures: number;
  /** What is written for the sake of thoughts where the client names no limit of output. */
  readonly thoughtTokens: number;
}

const nothing: RequestDemand = {
  keepsForHour: false,
  hearsSound: false,
  makesSound: false,
  webSearches: 0,
  readSearches: 0,
  fileSearches: 0,
  containers: 0,
  unseen: null,
  boundless: null,
  readings: 1,
  pictures: 0,
  thoughtTokens: 0,
};

/** How the names and words begin that are looked for: most requests have none of them, and are looked at no further. */
const beginnings = [
  "serv",
  "spee",
  "infe",
  "inpu",
  "audi",
  "AUDI",
  "moda",
  "resp",
  "web_",
  "goog",
  "file",
  "code",
  "imag",
  "advi",
  "comp",
  "prev",
  "conv",
  "cach",
  "docu",
  "vide",
  'url"',
  "s3Lo",
  "s3_l",
  "effo",
  "reas",
  "thin",
  "budg",
  "mcp_",
  'mcp"',
  "url_",
  "urlC",
  "prom",
  "item",
  "vert",
  "x_se",
  "sear",
  "ente",
  "plug",
  "brow",
];

const asNumber = (word: string): number => Buffer.from(word, "latin1").readUInt32BE();
const begun: ReadonlySet<number> = new Set(beginnings.map(asNumber));
const [quote, backslash] = [0x22, 0x5c];

/**
 * From quotation mark to quotation mark, for this is done for every request of a key with a budget: in prose they are far
 * between. An escape among the first letters may be any of them.
 */
function mayDemand(body: Buffer): boolean {
  const end = body.length - 4;
  for (let at = body.indexOf(quote); at >= 0 && at < end; at = body.indexOf(quote, at + 1)) {
    const word = body.readUInt32BE(at + 1);
    if (begun.has(word) || word >>> 8 === hour) return true;
    for (let next = at + 1; next <= at + 4; next += 1) if (body[next] === backslash) return true;
  }
  return false;
}

const hour = asNumber('1h"_') >>> 8;

export function demandOf(body: Buffer): RequestDemand {
  if (!mayDemand(body)) return nothing;
  const text = unescape(body.toString("latin1"));
  const has = (pattern: RegExp): boolean => pattern.test(text);
  const search = searchOf(text);
  const tools = toolsOf(text);
  return {
    ...termsOf(text),
    keepsForHour: has(/"(?:ttl)"\s*:\s*"1h"/),
    hearsSound: has(/"input_?audio"|"audio\/[\w.+-]+"|"(?:type|kind)"\s*:\s*"audio"/i),
    makesSound: has(/"(?:response_?)?modalities"\s*:\s*\[[^\]]*"audio"/i),
    webSearches: search.count,
    readSearches: search.readCount ?? search.count,
    ...tools,
    unseen: unseenIn(text),
    boundless: search.boundless ?? boundlessIn(text),
    readings: has(/"type"\s*:\s*"compact_/) ? 2 : 1,
    pictures: countOf(text, /"type"\s*:\s*"(?:image|image_url|input_image)"|"mime_?type"\s*:\s*"image\//gi),
    thoughtTokens: thoughtTokensOf(text),
  };
}

/** A word may be written in escapes, which must hide nothing; quotes and backslashes stay what they are. */
function unescape(text: string): string {
  return text.replace(/\\u00([2-7][\da-f])/gi, (escape, code: string) =>
    /^(?:22|5c)$/i.test(code) ? escape : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Of the highest effort, in tokens, and the answer as long again. */
const mostThoughtTokens = 32_768;

function thoughtTokensOf(text: string): number {
  const budgets = text.matchAll(/"(?:thinking_?budget|budget_?tokens)"\s*:\s*(\d{1,7})/gi);
  const wanted = Math.max(0, ...Array.from(budgets, ([, budget]) => Number(budget)));
  const isAsked = /"(?:reasoning_)?effort"\s*:\s*"(?!none)|"thinking_?level"|"think"\s*:\s*(?:true|")/i.test(text);
  return Math.max(wanted * 2, isAsked ? mostThoughtTokens : 0);
}

function termsOf(text: string): Pick<RequestDemand, "serviceClass" | "geography"> {
  const tier = /"service_?tier"\s*:\s*(?:\{\s*"type"\s*:\s*)?"([\w-]{1,40})"/i.exec(text)?.[1];
  const speed = /"speed"\s*:\s*"(fast)"/.exec(text)?.[1];
  const serviceClass = serviceClassOf(speed, tier);
  const geography = /"inference_geo"\s*:\s*"(us)"/.exec(text)?.[1];
  return { ...(serviceClass !== undefined && { serviceClass }), ...(geography !== undefined && { geography }) };
}

interface Searches {
  readonly count: number;
  readonly readCount?: number;
  readonly boundless: string | null;
}

const anthropicSearch = /"type"\s*:\s*"web_search_\d{8}"/;
const openaiSearch = /"type"\s*:\s*"web_search(?:_preview\w*|_2025_\w+)?"/;
const googleSearch = /"google_?search(?:_?retrieval)?"\s*:\s*\{/i;
const optionalSearch = /"web_search_options"\s*:\s*\{/;

function searchOf(text: string): Searches {
  if (anthropicSearch.test(text)) return bounded(limitsOfSearches(text), "max_uses");
  if (openaiSearch.test(text)) {
    const limits = Array.from(text.matchAll(/"max_tool_calls"\s*:\s*(\d{1,4})/g), ([, count]) => Number(count));
    return bounded(limits.length === 0 ? null : limits, "max_tool_calls");
  }
  // Google takes no bound, charges each search of its newer models, and nothing for what was found.
  if (googleSearch.test(text)) return { count: mostToolCalls, readCount: 1, boundless: null };
  return { count: optionalSearch.test(text) ? 1 : 0, boundless: null };
}

/** Of each tool that searches, for others have limits of the same name; null where one of them has none. */
function limitsOfSearches(text: string): readonly number[] | null {
  const tools = memberOf(parseJson(Buffer.from(text, "latin1").toString("utf8")), "tools");
  const limits = (Array.isArray(tools) ? tools : [])
    .filter((tool) => /^web_search_\d{8}$/.test(String(memberOf(tool, "type"))))
    .map((tool) => memberOf(tool, "max_uses"));
  return limits.length > 0 && limits.every((limit) => typeof limit === "number") ? limits : null;
}

function bounded(limits: readonly number[] | null, name: string): Searches {
  if (limits === null) return { count: 0, boundless: `web searches: name \`${name}\`` };
  return { count: limits.reduce((sum, count) => sum + count, 0), boundless: null };
}

function toolsOf(text: string): Pick<RequestDemand, "fileSearches" | "containers"> {
  const calls = Number(/"max_tool_calls"\s*:\s*(\d{1,4})/.exec(text)?.[1] ?? mostToolCalls);
  return {
    fileSearches: /"type"\s*:\s*"file_search"/.test(text) ? calls : 0,
    containers: /"type"\s*:\s*"code_interpreter"/.test(text) ? 1 : 0,
  };
}

/** Calls of a vendor's tool in one answer, where the request names no limit: more were not seen. */
const mostToolCalls = 30;

/** Uses that are paid for each, as often as the vendor likes. */
const boundlessUses: readonly (readonly [RegExp, string])[] = [
  [/"type"\s*:\s*"advisor_\d{8}"/, "the advice of another model"],
  [/"type"\s*:\s*"image_generation"/, "pictures that a tool makes"],
  [
    /"(?:google_?maps|enterprise_?web_?search)"\s*:\s*\{\s*(?:\}|"(?:enable_?widget|auth_?config|exclude_?domains|blocking_?confidence))/i,
    "searches of maps or of the web for enterprises",
  ],
  [/"type"\s*:\s*"(?:x_search|browser_search)"/, "searches"],
  [/"search_parameters"\s*:\s*\{(?![^{}]*"mode"\s*:\s*"off")/, "searches"],
  [/"plugins"\s*:\s*\[[^\]]*"id"\s*:\s*"web"/, "the plugin that searches the web"],
];

/** What is put into the prompt where only the vendor has it: what it keeps under an id, what it fetches, finds or is told. */
const unseenContent: readonly (readonly [RegExp, string])[] = [
  [/"(?:previous_response_id|conversation)"\s*:\s*(?:"|\{)/, "an earlier conversation"],
  [/"type"\s*:\s*"item_reference"/, "a part of an earlier conversation"],
  [/"prompt"\s*:\s*\{[^{}]*"id"\s*:\s*"/, "a prompt that the vendor keeps"],
  [/"cached_?content"\s*:\s*"/i, "content that the vendor keeps"],
  [/"file_?(?:id|url|uri)"\s*:\s*"/i, "a file that the vendor has or fetches"],
  [/"(?:document_url|audio_url|video_url)"/, "a document that the vendor fetches"],
  [/"s3_?location"/i, "a file that the vendor fetches"],
  [/"type"\s*:\s*"web_fetch_\d{8}"|"url_?context"\s*:\s*\{\s*\}/i, "pages that the vendor fetches"],
  [/"type"\s*:\s*"mcp"|"mcp_servers"\s*:\s*\[\s*\{/, "tools of another server, which the vendor asks"],
  [/"type"\s*:\s*"file_search"|"(?:file_?search_?store_?names|vertex_?rag_?store)"/i, "files that the vendor searches"],
];

function boundlessIn(text: string): string | null {
  return boundlessUses.find(([sign]) => sign.test(text))?.[1] ?? null;
}

function unseenIn(text: string): string | null {
  const isFetched = /"type"\s*:\s*"(?:url|file)"\s*,\s*"(?:url|file_id)"\s*:\s*"/.test(text);
  if (isFetched && /"type"\s*:\s*"document"/.test(text)) return "a document that the vendor fetches";
  return unseenContent.find(([sign]) => sign.test(text))?.[1] ?? null;
}
