import type { PromptPolicy } from "@ghostllm/contract";

/** What is stored of the texts of requests, in words. */
export const storingWords: Readonly<Record<PromptPolicy, string>> = {
  nothing: "nothing",
  request: "the request",
  request_and_answer: "the request and the answer",
};

/** Of a key that says nothing of it its team does. */
export function storingWordOf(policy: string | null): string {
  if (policy === null) return "what its team says";
  const known: Readonly<Record<string, string>> = storingWords;
  return known[policy] ?? policy;
}
