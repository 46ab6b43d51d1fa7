// What is wrong with a recording itself, told by its bytes alone: no gateway could read of it what the oracle says. Called by
// the replay and by the suites over the corpus. Invariant: no rule knows an id, and none may fit what can be read.

import type { CorpusRecord, OracleEntry } from "./corpus.ts";

export type AnswerFormat = "openai-chat" | "openai-responses" | "anthropic-messages" | "gemini" | "ollama";

export type FaultName =
  | "nothing"
  | "no-format"
  | "other-api"
  | "failure"
  | "array"
  | "joined"
  | "cut"
  | "partial-calls"
  | "two-texts"
  | "changing-id"
  | "end-mark"
  | "last-line";

/** The answer of a recording, as far as rules look at it. */
export type RecordedAnswer = Pick<CorpusRecord, "status" | "response_body" | "response_text" | "response_b64">;

type Fields = Readonly<Record<string, unknown>>;

interface Parts {
  readonly format: AnswerFormat;
  readonly text: string | undefined;
  /** The whole answer, or the events of a stream. */
  readonly values: readonly Fields[];
  readonly body: unknown;
}

export interface Fault {
  readonly name: FaultName;
  readonly reason: string;
  /** Absent: for every client. */
  readonly clients?: readonly AnswerFormat[];
}

interface Rule extends Fault {
  readonly fits: (parts: Parts) => boolean;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The objects of an event stream or of lines of JSON. */
function eventsIn(text: string): readonly Fields[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.map((line) => parse(line.replace(/^data: ?/, ""))).filter(isFields);
}

function partsOf(answer: RecordedAnswer, format: AnswerFormat): Parts {
  const { response_text: text, response_body: body } = answer;
  const values = text === undefined ? [body].filter(isFields) : eventsIn(text);
  return { format, text, values, body };
}

const typeOf = ({ type }: Fields): string => (typeof type === "string" ? type : "");

/** What the answers of each format hold, whole or in events. */
const isOfFormat: Readonly<Record<AnswerFormat, (value: Fields) => boolean>> = {
  "openai-chat": ({ choices }) => Array.isArray(choices),
  "openai-responses": (value) => value["object"] === "response" || /^(?:response\.|error$)/.test(typeOf(value)),
  "anthropic-messages": (value) => /^(?:message|content_block|ping$|error$)/.test(typeOf(value)),
  gemini: ({ candidates, promptFeedback, responseId, modelVersion }) =>
    [candidates, promptFeedback, responseId, modelVersion].some((told) => told !== undefined),
  ollama: ({ message, response, done }) => done !== undefined || isFields(message) || typeof response === "string",
};

const isFailure = (value: Fields): boolean =>
  (value["error"] !== undefined && value["error"] !== null) ||
  typeOf(value) === "error" ||
  value["object"] === "error" ||
  isRefusedByStatus(value) ||
  listOf(value["choices"]).some((choice) => choice["finish_reason"] === "error");

/** MiniMax tells of its failures so. */
function isRefusedByStatus(value: Fields): boolean {
  const code = fieldsOf(value["base_resp"])["status_code"];
  return typeof code === "number" && code !== 0;
}

const isBlank = ({ text, body }: Parts): boolean => (text === undefined ? body === undefined : text.trim() === "");

function isAlien({ format, values }: Parts): boolean {
  return !values.some((value) => isOfFormat[format](value) || isFailure(value));
}

/** An answer of chat without a choice answers nothing. */
function saysNothing({ format, text, values }: Parts): boolean {
  return format === "openai-chat" && text === undefined && listOf(values[0]?.["choices"]).length === 0;
}

const count = (values: readonly Fields[], fits: (value: Fields) => boolean): number => values.filter(fits).length;

/** Beginnings of answers. One that stands within a part of another is a failure that all can see. */
function answersIn(values: readonly Fields[], [start, opens, closes]: readonly [string, string, string]): number {
  let open = 0;
  let answers = 0;
  for (const type of values.map(typeOf)) {
    if (type === opens) open += 1;
    else if (type === closes) open -= 1;
    else if (type === start && open === 0) answers += 1;
  }
  return answers;
}

const messageMarks = ["message_start", "content_block_start", "content_block_stop"] as const;
const responseMarks = ["response.created", "response.output_item.added", "response.output_item.done"] as const;

/** How many answers there are in a stream of each format. */
const answersOf: Readonly<Record<AnswerFormat, (parts: Parts) => number>> = {
  "openai-chat": ({ text = "" }) => [...text.matchAll(/^data: ?\[DONE\]/gm)].length,
  "openai-responses": ({ values }) => answersIn(values, responseMarks),
  "anthropic-messages": ({ values }) => answersIn(values, messageMarks),
  gemini: ({ values }) => idsAfterTheEnd(values),
  ollama: ({ values }) => count(values, ({ done }) => done === true),
};

const finishOf = (value: Fields): unknown =>
  listOf(value["candidates"])[0]?.["finishReason"] ?? fieldsOf(value["promptFeedback"])["blockReason"];

/** Google's streams have no end mark: another answer has another id. */
function idsAfterTheEnd(values: readonly Fields[]): number {
  const end = values.findIndex((value) => Boolean(finishOf(value)));
  if (end === -1) return 0;
  const id = values[end]?.["responseId"];
  return 1 + count(values.slice(end + 1), (value) => value["responseId"] !== id && Array.isArray(value["candidates"]));
}

const endsOf: Readonly<Record<AnswerFormat, (value: Fields) => boolean>> = {
  "openai-chat": ({ choices }) => listOf(choices).some(({ finish_reason: reason }) => typeof reason === "string"),
  "openai-responses": (value) => /^response\.(?:completed|incomplete|failed|cancelled)$/.test(typeOf(value)),
  "anthropic-messages": (value) =>
    typeOf(value) === "message_stop" || typeof fieldsOf(value["delta"])["stop_reason"] === "string",
  gemini: (value) => Boolean(finishOf(value)),
  ollama: ({ done }) => done === true,
};

function isCut({ format, text, values }: Parts): boolean {
  if (text === undefined || values.some((value) => endsOf[format](value) || isFailure(value))) return false;
  return !/^data: ?\[DONE\]/m.test(text);
}

function hasPartialCalls({ format, values }: Parts): boolean {
  if (format !== "gemini") return false;
  const candidates = values.flatMap((value) => listOf(value["candidates"]));
  const parts = candidates.flatMap(({ content }) => listOf(fieldsOf(content)["parts"]));
  return parts.some(({ functionCall }) => {
    const { willContinue, partialArgs } = fieldsOf(functionCall);
    return willContinue !== undefined || partialArgs !== undefined;
  });
}

/** The text that the response tells beside its items is another than theirs. */
function tellsTwoTexts({ format, text, values }: Parts): boolean {
  if (format !== "openai-responses") return false;
  const response = text === undefined ? values[0] : fieldsOf(values.findLast(endsOf[format])?.["response"]);
  const told = response?.["output_text"];
  if (typeof told !== "string") return false;
  const contents = listOf(response?.["output"]).flatMap(({ content }) => listOf(content));
  const written = contents.filter((part) => typeOf(part) === "output_text").map((part) => String(part["text"]));
  const streamed = values.filter((value) => typeOf(value) === "response.output_text.delta");
  const deltas = streamed.map(({ delta }) => String(delta)).join("");
  return told !== written.join("") || (text !== undefined && told !== deltas);
}

function changesId({ format, values }: Parts): boolean {
  const ids = values.flatMap(({ response }) => fieldsOf(response)["id"] ?? []);
  return format === "openai-responses" && new Set(ids).size > 1;
}

const rules: readonly Rule[] = [
  { name: "nothing", reason: "There is nothing in it.", fits: isBlank },
  {
    name: "array",
    reason:
      "A stream in the form of a JSON array, which no SDK and no gateway asks for, and of which SDKs read nothing.",
    fits: ({ body }) => Array.isArray(body),
  },
  {
    name: "no-format",
    reason: "The answer is a text in no vendor's format.",
    fits: ({ text, body, values }) => values.length === 0 && (text !== undefined || !Array.isArray(body)),
  },
  {
    name: "other-api",
    reason: "The answer of another API, or of another call than the one under which it is filed.",
    fits: (parts) => isAlien(parts) && parts.values.length > 0,
  },
  {
    name: "failure",
    reason:
      "A failure under a status of success, of which SDKs read an empty answer: the gateway says that it is none.",
    fits: (parts) => saysNothing(parts) || parts.values.some(isFailure),
  },
  {
    name: "joined",
    reason: "Several answers were joined into one, which the vendor's own SDK refuses as well.",
    fits: (parts) => parts.text !== undefined && answersOf[parts.format](parts) > 1,
  },
  {
    name: "cut",
    reason: "The recording stops before its end, which SDKs pass over: the gateway says that the stream broke.",
    fits: isCut,
  },
  {
    name: "partial-calls",
    reason: "A call's arguments come in pieces, which Google's SDK tells as so many calls without a name.",
    fits: hasPartialCalls,
  },
  {
    name: "two-texts",
    reason:
      "The response tells one text in its items and another beside them; versions of SDKs differ in which they believe.",
    fits: tellsTwoTexts,
  },
  {
    name: "changing-id",
    reason:
      "The response's id changes within the stream, which newer versions of its SDK refuse; the gateway passes bytes.",
    clients: ["openai-responses"],
    fits: changesId,
  },
  {
    name: "end-mark",
    reason: "There is something behind the end mark, which newer versions of its SDK refuse; the gateway passes bytes.",
    clients: ["openai-chat"],
    fits: ({ text = "" }) => /^data: ?\[DONE\][^\r\n]/m.test(text),
  },
  {
    name: "last-line",
    reason:
      "The last event lacks the empty line behind it. Google's SDK refuses that; others are told all of the answer.",
    fits: ({ format, text }) => format === "gemini" && text !== undefined && !/(?:\r\n|\r|\n){2}$/.test(text),
  },
];

/** All that is wrong with an answer; nothing is said of errors, which are told by their status. */
export function faultsOf(answer: RecordedAnswer, format: AnswerFormat): readonly Fault[] {
  if (answer.status < 200 || answer.status > 299 || answer.response_b64 !== undefined) return [];
  const parts = partsOf(answer, format);
  return rules.filter(({ fits }) => fits(parts)).map(({ fits: _fits, ...fault }) => fault);
}

const alwaysVisible: ReadonlySet<FaultName> = new Set(["failure", "cut", "nothing"]);

/** Those for which others may read an answer otherwise than its vendor's SDK did, which may have refused it itself. */
export function excusingFaults(answer: RecordedAnswer, format: AnswerFormat, wasRefused: boolean): readonly Fault[] {
  return faultsOf(answer, format).filter(({ name }) => !(wasRefused && alwaysVisible.has(name)));
}

/** Whether all that the vendor's SDK said of it, as the oracle has it, can be expected of others. */
export function isSound(record: CorpusRecord, format: AnswerFormat, oracle: ReadonlyMap<string, OracleEntry>): boolean {
  const wasRefused = oracle.get(record.id)?.sdk.error !== undefined;
  return excusingFaults(record, format, wasRefused).length === 0;
}

const unreadable: ReadonlySet<FaultName> = new Set([...alwaysVisible, "no-format", "other-api"]);

/** Nothing that is said of it as an answer can be expected of a decoder. */
export function isUnreadable(answer: RecordedAnswer, format: AnswerFormat, wasRefused = false): boolean {
  return excusingFaults(answer, format, wasRefused).some(({ name }) => unreadable.has(name));
}

/** Whether one of these is wrong with it. */
export function hasFault(answer: RecordedAnswer, format: AnswerFormat, ...names: readonly FaultName[]): boolean {
  return faultsOf(answer, format).some(({ name }) => names.includes(name));
}

/** Hugging Face leaves `logprob` out of entries of logprobs: what is invalid itself does not become valid. */
export function lacksLogprobs(answer: RecordedAnswer): boolean {
  const choices = partsOf(answer, "openai-chat").values.flatMap((value) => listOf(value["choices"]));
  const entries = choices.flatMap(({ logprobs }) => listOf(fieldsOf(logprobs)["content"]));
  return entries.some(({ logprob }) => typeof logprob !== "number");
}
