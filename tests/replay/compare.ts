import { isDeepStrictEqual } from "node:util";
import type { Failure, FinishClass, Format, Outcome, Reading, TokenCounts } from "./reading.ts";

export interface Miss {
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** How each client's format says what it has no word for. */
const readAs: Readonly<Record<Format, Readonly<Partial<Record<FinishClass, readonly FinishClass[]>>>>> = {
  "openai-chat": { refusal: ["content_filter", "stop"], other: ["stop"] },
  "openai-responses": { refusal: ["content_filter", "stop"], other: ["stop"] },
  "anthropic-messages": { content_filter: ["refusal"], other: ["stop"] },
  gemini: { refusal: ["content_filter", "stop"], other: ["stop"] },
  ollama: { refusal: ["stop"], content_filter: ["stop"], other: ["stop"] },
};

/** Formats that end an answer with calls as any other answer. */
function effective(finish: FinishClass | null, { calls }: Reading): FinishClass | null {
  return finish === "stop" && calls.length > 0 ? "tool_calls" : finish;
}

function isFinishRight(expected: Reading, actual: Reading, client: Format): boolean {
  const wanted = effective(expected.finish, expected);
  const told = effective(actual.finish, actual);
  // Where the vendor gave no reason, any that fits will do.
  if (wanted === null) return told === null || told === (expected.calls.length > 0 ? "tool_calls" : "stop");
  // A refusal told in words, and calls that only their own format ends so.
  const words = readAs[client][wanted] ?? [];
  if (told === wanted || words.some((word) => effective(word, actual) === told)) return true;
  return wanted === "tool_calls" && expected.calls.length === 0 && told === "stop";
}

function missesOfCounts(expected: TokenCounts | null, actual: TokenCounts | null, client: Format): readonly Miss[] {
  if (expected === null) return [];
  const told = actual ?? { prompt: 0, completion: 0, cached: 0, reasoning: 0 };
  const fields: (keyof TokenCounts)[] = ["prompt", "completion"];
  // Some vendors tell parts that are larger than the whole: those cannot be told to all clients.
  if (client !== "ollama" && expected.reasoning <= expected.completion) fields.push("reasoning");
  const ofCache = expected.cached + (client === "anthropic-messages" ? (expected.written ?? 0) : 0);
  if (client !== "ollama" && ofCache <= expected.prompt) fields.push("cached");
  return fields
    .filter((field) => expected[field] !== told[field])
    .map((field) => ({ field: `usage.${field}`, expected: expected[field], actual: told[field] }));
}

/** What a model wrote instead of a JSON object has no form where arguments are objects. */
function areCallsRight({ calls: expected, finish }: Reading, actual: Reading["calls"], client: Format): boolean {
  // A call that the vendor numbers -1 is lost on its SDK.
  if (expected.length === 0 && finish === "tool_calls") return true;
  const needsObjects = client !== "openai-chat" && client !== "openai-responses";
  const tellable = ({ name, args }: Reading["calls"][number]) =>
    needsObjects && (typeof args !== "object" || args === null) ? { name } : { name, args };
  const told = actual.map((call, at) => {
    const wanted = expected[at];
    return wanted !== undefined && !("args" in tellable(wanted)) ? { name: call.name } : call;
  });
  return isDeepStrictEqual(expected.map(tellable), told);
}

function missesOfReading(expected: Reading, actual: Reading, client: Format): readonly Miss[] {
  const misses: Miss[] = [];
  const check = (field: keyof Reading, isRight: boolean): void => {
    if (!isRight) misses.push({ field, expected: expected[field], actual: actual[field] });
  };
  check("text", expected.text === actual.text);
  check("reasoning", expected.reasoning === null || expected.reasoning === actual.reasoning);
  check("calls", areCallsRight(expected, actual.calls, client));
  check("finish", isFinishRight(expected, actual, client));
  return [...misses, ...missesOfCounts(expected.usage, actual.usage, client)];
}

/**
 * Faults of the request, for which vendors have several statuses: across formats the one of what the words mean is told, and
 * everywhere a 400 of those that a server tells as its own.
 */
const faultsOfRequests: ReadonlySet<number | undefined> = new Set([400, 404, 422]);

function isSameFault({ status: expected, message }: Failure, actual: number | undefined): boolean {
  if (expected !== undefined && expected >= 500 && actual === 400) return true;
  // OpenAI has told of a quota that is used up with a 400, too: across formats the status agrees with the code.
  if (expected === 400 && actual === 429 && message.includes("exceeded your current quota")) return true;
  return expected === actual || (faultsOfRequests.has(expected) && faultsOfRequests.has(actual));
}

/** A vendor's refusal of its key is the operator's affair and becomes a 502; all other errors keep status and message. */
function missesOfFailure(expected: Failure, actual: Failure): readonly Miss[] {
  const isRefusedKey = actual.status === 502 && /refused the credential/.test(actual.message);
  if (isRefusedKey && [400, 401, 403].includes(expected.status ?? 0)) return [];
  const misses: Miss[] = [];
  if (expected.status !== undefined && !isSameFault(expected, actual.status)) {
    misses.push({ field: "error.status", expected: expected.status, actual: actual.status });
  }
  if (expected.status !== undefined && !says(actual.message, expected.message)) {
    misses.push({ field: "error.message", expected: expected.message, actual: actual.message });
  }
  return misses;
}

/** Some SDKs put the body as it came into the message. */
function says(message: string, words: string): boolean {
  return message.includes(words) || message.includes(JSON.stringify(words).slice(1, -1));
}

/** What a client read of an answer that it should have read otherwise; empty when all is right. */
export function compare(expected: Outcome, actual: Outcome, client: Format): readonly Miss[] {
  if ("failure" in expected) {
    if ("failure" in actual) return missesOfFailure(expected.failure, actual.failure);
    return [{ field: "error", expected: expected.failure, actual: "an answer" }];
  }
  if ("failure" in actual) return [{ field: "answer", expected: "an answer", actual: actual.failure }];
  return missesOfReading(expected.reading, actual.reading, client);
}
