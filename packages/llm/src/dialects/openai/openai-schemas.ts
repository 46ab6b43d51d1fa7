import type { ChatRequest } from "#hub.ts";

/** OpenAI holds answers to objects alone: https://platform.openai.com/docs/guides/structured-outputs */
export function refusesSchema(model: string, { format }: Pick<ChatRequest, "format">): boolean {
  if (format?.kind !== "schema" || format.schema["type"] === "object" || format.schema["$ref"] !== undefined)
    return false;
  return /^(?:openai\/)?(?:gpt-|chatgpt|o\d)/.test(model);
}
