import type { FieldReader } from "./field-reader.ts";

/** For how many tokens at each place their probabilities are asked for, as OpenAI's clients do, and Ollama's. */
export function readAskedLogprobs(reader: FieldReader): number | undefined {
  if (reader.peek("logprobs") === false) reader.spellAsWritten("logprobs");
  if (reader.peek("logprobs") !== true) return undefined;
  reader.drop("logprobs");
  const top = reader.number("top_logprobs");
  if (top === 0) reader.spell("top_logprobs", 0);
  return top ?? 0;
}
