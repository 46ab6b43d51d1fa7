// What the vendor counted, in all classes that have prices of their own, and what that costs: read from the oracle and
// worked out by code that shares nothing with the gateway.

import type { Price, Rates } from "@ghostllm/llm";
import { fieldsOf } from "./reading.ts";
import type { Format } from "./reading.ts";

/** A different prime for every class, so that no token can be counted as another one and cost the same. In nano-USD each. */
const rates = {
  input: 2003,
  output: 3001,
  cached: 211,
  write: 2503,
  writeHour: 4001,
  reasoning: 5003,
  audioInput: 7001,
  cachedAudio: 307,
  audioOutput: 8009,
  imageInput: 9001,
  imageOutput: 10_007,
  webSearch: 0,
} as const;

const perMillion = (nanos: number) => ({ base: nanos * 1_000_000 });

const usual: Rates = {
  input: perMillion(rates.input),
  output: perMillion(rates.output),
  cachedInput: perMillion(rates.cached),
  cacheWrite: perMillion(rates.write),
  cacheWriteHour: perMillion(rates.writeHour),
  reasoning: perMillion(rates.reasoning),
  audioInput: perMillion(rates.audioInput),
  cachedAudio: perMillion(rates.cachedAudio),
  audioOutput: perMillion(rates.audioOutput),
  imageInput: perMillion(rates.imageInput),
  imageOutput: perMillion(rates.imageOutput),
  perWebSearch: rates.webSearch,
  perFileSearch: 0,
  perContainer: 0,
};

/** Other classes of service cost the same here, and what vendors say they charge is not asked. */
export const replayPrice: Price = {
  ...usual,
  classes: { priority: usual, flex: usual, batch: usual, provisioned_throughput: usual },
  isOverride: true,
  version: "replay",
};

export interface TokenClasses {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly write: number;
  readonly writeHour: number;
  readonly reasoning: number;
  readonly audioPrompt: number;
  readonly cachedAudio: number;
  readonly cachedImage: number;
  readonly audioCompletion: number;
  readonly imagePrompt: number;
  readonly imageCompletion: number;
}

const none: TokenClasses = {
  prompt: 0,
  completion: 0,
  cached: 0,
  write: 0,
  writeHour: 0,
  reasoning: 0,
  audioPrompt: 0,
  cachedAudio: 0,
  cachedImage: 0,
  audioCompletion: 0,
  imagePrompt: 0,
  imageCompletion: 0,
};

type Fields = Readonly<Record<string, unknown>>;

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function ofKind(details: unknown, kind: string, number: number): number {
  const list = Array.isArray(details) ? (details as unknown[]).map(fieldsOf) : [];
  const fitting = list.filter(({ modality }) => modality === kind || modality === number);
  return fitting.reduce((sum, { tokenCount }) => sum + count(tokenCount), 0);
}

/** What Anthropic counts of an answer, or of one step of it. */
function messageClasses(usage: Fields): TokenClasses {
  const cached = count(usage["cache_read_input_tokens"]);
  const written = count(usage["cache_creation_input_tokens"]);
  const writeHour = count(fieldsOf(usage["cache_creation"])["ephemeral_1h_input_tokens"]);
  return {
    ...none,
    prompt: count(usage["input_tokens"]) + cached + written,
    completion: count(usage["output_tokens"]),
    cached,
    write: written - writeHour,
    writeHour,
    reasoning: count(fieldsOf(usage["output_tokens_details"])["thinking_tokens"]),
  };
}

/** Advice of other models, and the making of a shorter conversation. */
function stepsBeside(steps: readonly Fields[]): readonly Fields[] {
  return steps.filter(({ type }) => type !== "message");
}

function addClasses(one: TokenClasses, other: TokenClasses): TokenClasses {
  const sums = Object.entries(one).map(([name, value]: [string, number]) => [
    name,
    value + count(fieldsOf(other)[name]),
  ]);
  return { ...one, ...Object.fromEntries(sums) } as TokenClasses;
}

/** Of a stream that tells its steps at its end the SDK keeps the sums alone. */
export function isCutShort(usage: unknown, answer: string): boolean {
  return answer.includes('"advisor_message"') && fieldsOf(usage)["iterations"] === undefined;
}

/** What the vendor counts is not all that it charges, or not at one model's price. */
export function isPricedByTokens(usage: unknown, answer: string): boolean {
  const { iterations, num_sources_used: sources } = fieldsOf(usage);
  const steps = (Array.isArray(iterations) ? (iterations as unknown[]) : []).map(fieldsOf);
  return stepsBeside(steps).length === 0 && count(sources) === 0 && !answer.includes('"image_generation_call"');
}

/** Each vendor's documented meaning of its counts. */
const readers: Readonly<Record<Format, (usage: Fields) => Partial<TokenClasses>>> = {
  "openai-chat"(usage) {
    const input = fieldsOf(usage["prompt_tokens_details"]);
    const output = fieldsOf(usage["completion_tokens_details"]);
    const [prompt, told] = [count(usage["prompt_tokens"]), count(usage["completion_tokens"])];
    const reasoning = count(output["reasoning_tokens"]) || count(usage["reasoning_tokens"]);
    const isBeside = reasoning > 0 && count(usage["total_tokens"]) === prompt + told + reasoning;
    return {
      prompt,
      completion: isBeside ? told + reasoning : told,
      cached: count(input["cached_tokens"]) || count(usage["prompt_cache_hit_tokens"]) || count(usage["cached_tokens"]),
      write: count(input["cache_write_tokens"]),
      imagePrompt: count(input["image_tokens"]),
      reasoning,
      audioPrompt: count(input["audio_tokens"]),
      audioCompletion: count(output["audio_tokens"]),
    };
  },
  "openai-responses": (usage) => ({
    prompt: count(usage["input_tokens"]),
    completion: count(usage["output_tokens"]),
    cached: count(fieldsOf(usage["input_tokens_details"])["cached_tokens"]),
    write: count(fieldsOf(usage["input_tokens_details"])["cache_write_tokens"]),
    reasoning: count(fieldsOf(usage["output_tokens_details"])["reasoning_tokens"]),
  }),
  "anthropic-messages"(usage) {
    const steps = (Array.isArray(usage["iterations"]) ? (usage["iterations"] as unknown[]) : []).map(fieldsOf);
    return stepsBeside(steps).map(messageClasses).reduce(addClasses, messageClasses(usage));
  },
  gemini(usage) {
    const prompt = count(usage["promptTokenCount"]) + count(usage["toolUsePromptTokenCount"]);
    const reasoning = count(usage["thoughtsTokenCount"]);
    const told = usage["candidatesTokenCount"];
    const rest = Math.max(reasoning, count(usage["totalTokenCount"]) - prompt);
    const input = usage["promptTokensDetails"];
    const output = usage["candidatesTokensDetails"];
    return {
      prompt,
      completion: typeof told === "number" ? told + reasoning : rest,
      cached: count(usage["cachedContentTokenCount"]),
      reasoning,
      audioPrompt: ofKind(input, "AUDIO", 4) + ofKind(usage["toolUsePromptTokensDetails"], "AUDIO", 4),
      cachedAudio: ofKind(usage["cacheTokensDetails"], "AUDIO", 4),
      cachedImage: ofKind(usage["cacheTokensDetails"], "IMAGE", 2),
      audioCompletion: ofKind(output, "AUDIO", 4),
      imagePrompt: ofKind(input, "IMAGE", 2),
      imageCompletion: ofKind(output, "IMAGE", 2),
    };
  },
  ollama: (usage) => ({ prompt: count(usage["prompt_eval_count"]), completion: count(usage["eval_count"]) }),
};

/** Null where the vendor told none. */
export function classesOf(format: Format, usage: unknown): TokenClasses | null {
  const fields = fieldsOf(usage);
  return Object.keys(fields).length === 0 ? null : { ...none, ...readers[format](fields) };
}

/** Some vendors tell parts that are larger than the whole: nobody can say what those cost. */
export function isConsistent(told: TokenClasses): boolean {
  const { prompt, completion, cached, write, writeHour, reasoning, audioCompletion, imageCompletion } = told;
  return cached + write + writeHour <= prompt && reasoning + audioCompletion + imageCompletion <= completion;
}

/** In nano-USD. */
export function costOfClasses(told: TokenClasses): number {
  const { prompt, completion, cached, write, writeHour, reasoning, ...kinds } = told;
  const fresh = prompt - cached - write - writeHour;
  const audio = Math.min(fresh, Math.max(0, kinds.audioPrompt - kinds.cachedAudio));
  const image = Math.min(fresh - audio, Math.max(0, kinds.imagePrompt - kinds.cachedImage));
  const written = completion - reasoning - kinds.audioCompletion - kinds.imageCompletion;
  return (
    (fresh - audio - image) * rates.input +
    audio * rates.audioInput +
    image * rates.imageInput +
    (cached - kinds.cachedAudio) * rates.cached +
    kinds.cachedAudio * rates.cachedAudio +
    write * rates.write +
    writeHour * rates.writeHour +
    written * rates.output +
    reasoning * rates.reasoning +
    kinds.audioCompletion * rates.audioOutput +
    kinds.imageCompletion * rates.imageOutput
  );
}
