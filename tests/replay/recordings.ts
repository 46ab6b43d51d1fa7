// Which recordings can be replayed, in which format their vendor answered, and what the vendor's own SDK read of them.

import { providers } from "@ghostllm/llm";
import type { Corpus, CorpusRecord, OracleEntry } from "../support/corpus.ts";
import { countsOf, fieldsOf, finishOf, parseArguments } from "./reading.ts";
import type { Format, Outcome, Reading, TokenCounts } from "./reading.ts";

export interface Recording {
  readonly record: CorpusRecord;
  readonly format: Format;
  /** `provider_type` whose definition is used. */
  readonly provider: string;
  readonly isStream: boolean;
  readonly expected: Outcome;
  /** What was used beside the vendor's own counts, which clients of other formats are told within theirs. */
  readonly beside: readonly TokenCounts[];
  /** The vendor's own counts, as they stood on the wire. */
  readonly usage: unknown;
}

/** Why a recording is not replayed. */
export interface Passed {
  readonly record: CorpusRecord;
  readonly why: string;
}

const formatsOfEndpoints: Readonly<Record<string, Format>> = {
  chat: "openai-chat",
  responses: "openai-responses",
  messages: "anthropic-messages",
  generateContent: "gemini",
  "ollama-chat": "ollama",
};

/** For endpoints whose names are not known here. */
const formatsOfPaths: readonly (readonly [path: RegExp, Format])[] = [
  [/\/chat\/completions$/, "openai-chat"],
  [/\/v1\/responses$/, "openai-responses"],
  [/\/v1\/messages$/, "anthropic-messages"],
  [/:(?:stream)?generateContent$/i, "gemini"],
  [/\/api\/chat$/, "ollama"],
];

const knownEndpoints: ReadonlySet<string> = new Set([
  ...["bedrock", "cohere-chat", "completions", "count_tokens", "embeddings", "interactions", "models", "moderations"],
  ...["ollama-admin", "ollama-generate", "responses-other"],
]);

function formatOf({ endpoint, path }: CorpusRecord): Format | undefined {
  if (knownEndpoints.has(endpoint)) return undefined;
  return formatsOfEndpoints[endpoint] ?? formatsOfPaths.find(([pattern]) => pattern.test(path))?.[1];
}

/** Names of vendors in the recordings that are not those of our providers. */
const providersOfNames: Readonly<Record<string, string>> = { azure: "azure-openai", "google-vertex": "google" };

/** The definition of a vendor that speaks the format in which it answered; any other that does for vendors we do not know. */
function providerFor(name: string, format: Format): string | null {
  const type = providersOfNames[name] ?? name;
  const able = providers.filter(({ speaks }) => Object.hasOwn(speaks, format));
  const exact = able.find((definition) => definition.type === type);
  const anyone = able.find((definition) => definition.type === "openai-compatible") ?? able[0];
  return (exact ?? anyone)?.type ?? null;
}

export function* recordingsOf(corpus: Corpus, pass: (passed: Passed) => void = () => {}): Iterable<Recording> {
  for (const name of corpus.providers()) {
    const oracle = corpus.oracle(name);
    for (const record of corpus.recorded(name)) {
      const found = recordingOf(record, name, oracle.get(record.id));
      if (typeof found === "string") pass({ record, why: found });
      else yield found;
    }
  }
}

/** Or why there is none. */
function recordingOf(record: CorpusRecord, name: string, entry: OracleEntry | undefined): Recording | string {
  const format = formatOf(record);
  if (format === undefined) return `no SDK here reads ${record.endpoint}`;
  if (record.response_b64 !== undefined) return "the stream is binary";
  if (entry === undefined) return "nobody said what its SDK reads";
  const provider = providerFor(name, format);
  if (provider === null) return `no provider speaks ${format}`;
  const isStream = record.response_text !== undefined && record.status === 200;
  const expected = expectedOf(record, entry, format);
  const beside = format === "anthropic-messages" ? stepsOutside(record) : [];
  return { record, format, provider, isStream, expected, beside, usage: entry.sdk.usage };
}

/** Anthropic counts compaction, and the advice of other models, in steps outside of its sums. */
function stepsOutside({ response_body: body, response_text: text = "" }: CorpusRecord): readonly TokenCounts[] {
  const events = [...text.matchAll(/^data: ?(\{.*\})\s*$/gm)].map(([, data = ""]) => fieldsOf(parse(data)));
  const usages = [...events, fieldsOf(body)].map(({ usage }) => fieldsOf(usage)["iterations"]);
  const steps = usages.findLast((iterations) => Array.isArray(iterations)) ?? [];
  const outside = (steps as readonly unknown[]).map(fieldsOf).filter(({ type }) => type !== "message");
  return outside.map((step) => countsOf("anthropic-messages", step)).filter((counts) => counts !== null);
}

/** What a client of a format is to be told: within the vendor's own format, what its SDK read. */
export function expectedBy({ expected, beside, format }: Recording, client: Format): Outcome {
  if (client === format || beside.length === 0 || !("reading" in expected)) return expected;
  const { usage } = expected.reading;
  return { reading: { ...expected.reading, usage: usage === null ? null : beside.reduce(sumOf, usage) } };
}

function sumOf(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    prompt: a.prompt + b.prompt,
    completion: a.completion + b.completion,
    cached: a.cached + b.cached,
    reasoning: a.reasoning + b.reasoning,
  };
}

function expectedOf(record: CorpusRecord, { sdk }: OracleEntry, format: Format): Outcome {
  if (sdk.error !== undefined) {
    const message = record.status === 200 ? String(sdk.error["message"]) : vendorMessage(record);
    return { failure: { status: record.status === 200 ? undefined : record.status, message } };
  }
  const refusal = refusalOf(record, format);
  const finish = expectedFinish(record, sdk.finish, format);
  const reading: Reading = {
    text: (sdk.text ?? "") + refusal,
    reasoning: sdk.reasoning ?? unlistedReasoning(record, format),
    calls: [
      ...(sdk.tool_calls ?? []).map(({ name, args }) => ({ name, args })),
      ...legacyCalls(record, format),
      ...customCalls(record, format),
    ],
    finish: refusal !== "" && finish === "stop" ? "refusal" : finish,
    usage: countsOf(format, sdk.usage),
  };
  return { reading };
}

function firstMessage(record: CorpusRecord): Readonly<Record<string, unknown>> {
  const choices = fieldsOf(record.response_body)["choices"];
  const [first] = Array.isArray(choices) ? (choices as unknown[]) : [];
  return fieldsOf(fieldsOf(first)["message"]);
}

/** The oracle lists thoughts of streams only in one format, and none in another, where nothing can be said of them. */
function unlistedReasoning(record: CorpusRecord, format: Format): string | null {
  if (format === "openai-responses") return null;
  if (format !== "openai-chat") return "";
  if (record.response_text !== undefined) return chunksOf(record).map(thoughtsOf).join("");
  const message = firstMessage(record);
  return textOf(message["reasoning_content"]) || textOf(message["reasoning"]) || thoughtsOf(message);
}

/** Mistral writes thoughts as parts of the content. */
function thoughtsOf({ content }: Readonly<Record<string, unknown>>): string {
  const parts = Array.isArray(content) ? (content as unknown[]) : [];
  const thoughts = parts.flatMap((part) => fieldsOf(part)["thinking"] ?? []);
  return thoughts
    .flat()
    .map((thought) => textOf(fieldsOf(thought)["text"]))
    .join("");
}

/** What the chunks of a recorded stream add to the first choice. */
function chunksOf({ response_text: text = "" }: CorpusRecord): readonly Readonly<Record<string, unknown>>[] {
  return [...text.matchAll(/^data: ?(\{.*\})\s*$/gm)].map(([, data = ""]) => {
    const choices = fieldsOf(parse(data))["choices"];
    return fieldsOf(fieldsOf(Array.isArray(choices) ? choices[0] : undefined)["delta"]);
  });
}

/** Calls of tools that take a text, which the oracle does not list. */
function customCalls({ response_body: body, response_text: text }: CorpusRecord, format: Format): Reading["calls"] {
  if (format !== "openai-responses") return [];
  const last = [...(text ?? "").matchAll(/^data: ?(\{.*\})\s*$/gm)].at(-1)?.[1];
  const response = text === undefined ? body : fieldsOf(parse(last ?? ""))["response"];
  const output = fieldsOf(response)["output"];
  const items = (Array.isArray(output) ? (output as unknown[]) : []).map(fieldsOf);
  const custom = items.filter(({ type }) => type === "custom_tool_call");
  return custom.map(({ name, input }) => ({ name: textOf(name), args: { input } }));
}

/** The form of calls before there were tools, which the SDK reads and the oracle does not list. */
function legacyCalls(record: CorpusRecord, format: Format): Reading["calls"] {
  const call = fieldsOf(firstMessage(record)["function_call"]);
  const name = textOf(call["name"]);
  if (format !== "openai-chat" || name === "") return [];
  return [{ name, args: parseArguments(call["arguments"]) }];
}

/** An incomplete response tells why beside its status, which is all that the oracle has. */
function expectedFinish(record: CorpusRecord, told: unknown, format: Format): Reading["finish"] {
  if (format === "openai-responses" && told === "incomplete") {
    const text = record.response_text ?? bodyTextOf(record);
    const reason = /"incomplete_details":\s*\{\s*"reason":\s*"(\w+)"/.exec(text)?.[1];
    return finishOf(format, reason);
  }
  return finishOf(format, told);
}

/** The oracle's text leaves refusals out, for which formats with nothing of the kind have only the text. */
function refusalOf(record: CorpusRecord, format: Format): string {
  const text = record.response_text ?? bodyTextOf(record);
  if (format !== "openai-chat" || !text.includes('"refusal"')) return "";
  if (record.response_text === undefined) return textOf(firstMessage(record)["refusal"]);
  return chunksOf(record)
    .map(({ refusal }) => textOf(refusal))
    .join("");
}

function bodyTextOf({ response_body: body }: CorpusRecord): string {
  return JSON.stringify(body) ?? "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The vendor's own words in the error bodies of all formats; empty where it has none. */
function vendorMessage({ response_body: body, response_text: text }: CorpusRecord): string {
  const value = body ?? parse(text ?? "");
  const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
  const error = fieldsOf(first)["error"];
  const candidates = [fieldsOf(error)["message"], error, fieldsOf(first)["message"], fieldsOf(first)["detail"]];
  return candidates.map(textOf).find((candidate) => candidate !== "") ?? "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
