// What a session in real time has used: the sum of what its vendor tells with each response and each transcript, and a guess of the responses
// that are under way. https://platform.openai.com/docs/guides/realtime-costs

import { countOf, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { ModelUsage, Usage } from "#usage.ts";

type Counts = Usage & { readonly byOthers?: readonly ModelUsage[] };

const nothing: Usage = {
  ...{ promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 },
  ...{
    audioPromptTokens: 0,
    cachedAudioTokens: 0,
    audioCompletionTokens: 0,
    imagePromptTokens: 0,
    cachedImageTokens: 0,
  },
};

/** "Audio in user messages is 1 token per 100 ms of audio, while audio in assistant messages is 1 token per 50ms". */
const soundTokensPerSecond = 20;
const [bytesPerSecond, bytesPerSecondOfPhones] = [48_000, 8_000];
const bytesPerBase64 = 0.75;

export class SessionUse {
  /** Goes up with all that may change what it costs. */
  changes = 0;
  #told: Counts = nothing;
  /** Responses that are under way, with what came of each. */
  readonly #running = new Map<string, { soundBytes: number; pieces: number }>();
  /** Of the last response: the next one reads all that. */
  #conversation: Usage = nothing;
  #transcriber: string | null = null;
  #bytesPerSecond = bytesPerSecond;
  #otherUses: readonly string[] = [];

  get running(): number {
    return this.#running.size;
  }

  /** As far as its vendor has told it. */
  get told(): Usage {
    return this.#withOthers(this.#told);
  }

  get usage(): Usage {
    const running = [...this.#running.values()];
    return this.#withOthers(running.reduce((sum: Counts, one) => added(sum, this.#guess(one)), this.#told));
  }

  read(event: JsonObject): void {
    const type = String(event["type"]);
    if (type === "response.created") this.#begin(idOf(event));
    else if (type === "response.done") this.#end(event);
    else if (type === "session.created" || type === "session.updated") this.#learn(event["session"]);
    else if (type.endsWith("input_audio_transcription.completed")) this.#transcribed(event["usage"]);
  }

  /** A piece of a response, of which nobody reads more than how long it is. */
  piece(isSound: boolean, bytes: number): void {
    const last = [...this.#running.values()].at(-1);
    if (last === undefined) return;
    if (isSound) last.soundBytes += bytes * bytesPerBase64;
    else last.pieces += 1;
  }

  #withOthers(usage: Usage): Usage {
    return this.#otherUses.length === 0 ? usage : { ...usage, otherUses: this.#otherUses };
  }

  #begin(id: string): void {
    this.changes += 1;
    this.#running.set(id, { soundBytes: 0, pieces: 0 });
  }

  #end(event: JsonObject): void {
    this.changes += 1;
    this.#running.delete(idOf(event));
    const usage = readUsage(memberOf(event["response"], "usage"));
    if (usage === null) return;
    this.#conversation = usage;
    this.#add(usage);
  }

  #transcribed(usage: unknown): void {
    this.changes += 1;
    const counts = memberOf(usage, "type") === "duration" ? null : readUsage(usage);
    if (counts === null || this.#transcriber === null) this.#otherUses = ["transcription"];
    else this.#add({ ...counts, byOthers: [{ model: this.#transcriber, usage: counts }] });
  }

  #add(usage: Counts): void {
    this.#told = added(this.#told, usage);
  }

  #learn(session: unknown): void {
    const audio = memberOf(session, "audio");
    const input = memberOf(memberOf(audio, "input"), "transcription") ?? memberOf(session, "input_audio_transcription");
    const model = memberOf(input, "model");
    if (typeof model === "string") this.#transcriber = model;
    const format =
      memberOf(memberOf(memberOf(audio, "output"), "format"), "type") ?? memberOf(session, "output_audio_format");
    this.#bytesPerSecond = /pcm[ua]|g711/.test(String(format)) ? bytesPerSecondOfPhones : bytesPerSecond;
  }

  #guess({ soundBytes, pieces }: { readonly soundBytes: number; readonly pieces: number }): Usage {
    const { promptTokens, completionTokens, audioPromptTokens = 0, audioCompletionTokens = 0 } = this.#conversation;
    const sound = Math.ceil((soundBytes / this.#bytesPerSecond) * soundTokensPerSecond);
    return {
      ...nothing,
      promptTokens: promptTokens + completionTokens,
      audioPromptTokens: audioPromptTokens + audioCompletionTokens,
      completionTokens: sound + pieces,
      audioCompletionTokens: sound,
    };
  }
}

function idOf(event: JsonObject): string {
  return String(memberOf(event["response"], "id"));
}

function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const input = usage["input_token_details"];
  const cached = memberOf(input, "cached_tokens_details");
  const output = usage["output_token_details"];
  return {
    ...nothing,
    promptTokens: countOf(usage["input_tokens"]),
    completionTokens: countOf(usage["output_tokens"]),
    cachedTokens: countOf(memberOf(input, "cached_tokens")),
    audioPromptTokens: countOf(memberOf(input, "audio_tokens")),
    imagePromptTokens: countOf(memberOf(input, "image_tokens")),
    cachedAudioTokens: countOf(memberOf(cached, "audio_tokens")),
    cachedImageTokens: countOf(memberOf(cached, "image_tokens")),
    audioCompletionTokens: countOf(memberOf(output, "audio_tokens")),
  };
}

const counts = [
  ...["promptTokens", "completionTokens", "cachedTokens", "reasoningTokens", "audioPromptTokens"],
  ...["cachedAudioTokens", "audioCompletionTokens", "imagePromptTokens", "cachedImageTokens"],
] as const satisfies readonly string[];

function added(one: Counts, other: Counts): Counts {
  const sums = Object.fromEntries(
    counts.map((name) => [name, (Reflect.get(one, name) ?? 0) + (Reflect.get(other, name) ?? 0)]),
  );
  const byOthers = [...(one.byOthers ?? [])];
  for (const { model, usage } of other.byOthers ?? []) {
    const known = byOthers.findIndex((part) => part.model === model);
    const part = byOthers[known];
    if (part === undefined) byOthers.push({ model, usage });
    else byOthers[known] = { model, usage: added(part.usage, usage) };
  }
  return { ...nothing, ...sums, ...(byOthers.length > 0 && { byOthers }) };
}
