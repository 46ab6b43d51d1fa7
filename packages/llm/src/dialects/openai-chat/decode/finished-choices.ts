import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Which answers of a stream have told why they ended. Only chunks that may tell it need be read. */
export class FinishedChoices {
  readonly #finished = new Set<unknown>();
  readonly #answers: number;
  #hasUsageChunk = false;

  /** How many were asked for. */
  constructor(answers: number) {
    this.#answers = answers;
  }

  /** Some vendors never tell why an answer ended, but send what it cost behind it. */
  get areFinished(): boolean {
    return this.#finished.size >= this.#answers || (this.#hasUsageChunk && this.#answers === 1);
  }

  read(chunk: unknown, hasUsage: boolean): void {
    const choices = choicesOf(chunk);
    for (const choice of choices) if (choice["finish_reason"]) this.#finished.add(choice["index"] ?? 0);
    this.#hasUsageChunk ||= hasUsage && choices.length === 0;
  }
}

export function choicesOf(chunk: unknown): readonly JsonObject[] {
  const choices = memberOf(chunk, "choices");
  return Array.isArray(choices) ? choices.filter(isObject) : [];
}

/** Does a chunk tell more than that an answer has begun? */
export function tellsOfAnswer(chunk: unknown): boolean {
  if (!isObject(chunk)) return true;
  if (!Array.isArray(chunk["choices"])) return !isObject(chunk["usage"]);
  return choicesOf(chunk).some((choice) => {
    const { delta, message, text, finish_reason: reason } = choice;
    if (reason || (text ?? "") !== "") return true;
    return Object.entries(fieldsOf(delta ?? message)).some(([field, value]) => field !== "role" && isTold(value));
  });
}

function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function isTold(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "";
}
