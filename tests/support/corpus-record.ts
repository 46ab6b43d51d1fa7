// Recordings come in many layouts: fields are missing, null or of another type. Here each is brought into one form, so that
// no suite need doubt what it reads.

import type { CorpusRecord } from "./corpus.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown, fallback: string): string =>
  typeof value === "string" && value !== "" ? value : fallback;

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(isFields(value) ? value : {});
  return Object.fromEntries(
    entries.map(([name, held]) => [name, Array.isArray(held) ? held.join(", ") : String(held)]),
  );
}

function parse(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A body that was kept as a text is one as well. */
function requestOf({ request_body: body, request_text: text }: Fields): Fields | null {
  const found = [body, parse(body), parse(text)].find(isFields);
  return found ?? null;
}

type Answer = Pick<CorpusRecord, "response_body" | "response_text" | "response_b64">;

function answerOf(record: Fields, asksForStream: boolean): Answer {
  const { response_text: text, response_b64: base64, response_body: body } = record;
  if (typeof base64 === "string" && base64 !== "") return { response_b64: base64 };
  if (typeof text === "string" && text !== "") return answerOfText(text, record, asksForStream);
  return body === undefined ? { response_text: "" } : { response_body: body };
}

/** One JSON document under its own content type is no stream, even if it was kept as a text. */
function answerOfText(text: string, { response_headers: headers }: Fields, asksForStream: boolean): Answer {
  const type = textsOf(headers)["content-type"] ?? "";
  const isJson = /^application\/json\b/i.test(type) || (type === "" && !asksForStream);
  const value = isJson && /^\s*[[{]/.test(text) ? parse(text) : undefined;
  return value === undefined ? { response_text: text } : { response_body: value };
}

function lowerNames(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What is missing is as in most recordings; an id is made of the place. */
export function normalizeRecord(line: Fields, provider: string, at: number): CorpusRecord {
  const request = requestOf(line);
  const { status, kinds, elided } = line;
  const headers = lowerNames(textsOf(line["response_headers"]));
  return {
    id: textOf(line["id"], `${provider}:${at + 1}`),
    provider: textOf(line["provider"], provider),
    family: textOf(line["family"], "OTHER"),
    host: textOf(line["host"], ""),
    method: textOf(line["method"], "POST"),
    path: textOf(line["path"], ""),
    query: textsOf(line["query"]),
    endpoint: textOf(line["endpoint"], "unknown"),
    request_headers: lowerNames(textsOf(line["request_headers"])),
    request_body: request,
    status: typeof status === "number" ? status : 200,
    response_headers: headers,
    ...answerOf({ ...line, response_headers: headers }, request?.["stream"] === true),
    kinds: Array.isArray(kinds) ? kinds.map(String) : [],
    ...(Array.isArray(elided) && { elided: elided.map(String) }),
  };
}
