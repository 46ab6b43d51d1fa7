// Some servers leave out of a prompt what is too long for them, and say so by their count alone.

import type { ParsedRequest } from "@ghostllm/llm";
import type { WholeAnswer } from "./answer.ts";

/** Our estimate is on the high side, by less than this. */
const leastTimes = 2;
/** How far the count of what is left may be from half of what the server holds. */
const mostTokensOff = 16;

/** What the client is told; null where the count does not show it. */
export function describeCutPrompt({ promptTokensEstimate, body }: ParsedRequest, answer: WholeAnswer): string | null {
  const { target } = answer;
  if (target === null) return null;
  const { definition } = target.provider;
  const read = answer.usage?.promptTokens ?? 0;
  if (definition.cutsPrompts !== "to half" || read === 0 || promptTokensEstimate < read * leastTimes) return null;
  const held = heldTokens(body, target.contextLength).find((most) => Math.abs(read - most / 2) <= mostTokensOff);
  return held === undefined
    ? null
    : `all but ${read} tokens of the prompt: it was cut to the server's context of ${held}`;
}

/** What the client or the server says, and what servers have by default. */
function heldTokens(body: Buffer, contextLength: number | null): readonly number[] {
  const wanted = /"num_ctx"\s*:\s*(\d{1,7})/.exec(body.toString("latin1"))?.[1];
  if (wanted !== undefined) return [Number(wanted)];
  return [...(contextLength === null ? [] : [contextLength]), ...usualContexts];
}

const usualContexts = [2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144];
