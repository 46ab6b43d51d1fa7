// What keys that services keep have in common: they are asked over HTTP, and what they have unwrapped once is not asked for again.

import { setTimeout as sleep } from "node:timers/promises";
import type { AskWeb, WebRequest } from "#control/sign-in/ask-web.ts";
import { KeyServiceError } from "./wrapping-key.ts";
import type { WrappedKey, WrappingKey } from "./wrapping-key.ts";

const timeoutMs = 5_000;

/** JSON, which is sent with POST. */
export type KeyServiceRequest = Pick<WebRequest, "url" | "headers" | "body">;

/** A service that restarts is back within a few seconds. */
const pausesMs = [200, 800, 2_000] as const;

/** Asks again where waiting helps. Rejects with a KeyServiceError. */
export async function askPatiently(who: string, ask: AskWeb, request: () => KeyServiceRequest): Promise<unknown> {
  for (const pauseMs of [...pausesMs, null]) {
    const sent = { ...request(), method: "POST", timeoutMs } as const;
    const answer = await ask(sent).catch((error: unknown) => reasonOf(error));
    if (typeof answer !== "string" && answer.status === 200) return parse(answer.body);
    if (pauseMs !== null && (typeof answer === "string" || answer.status >= 500 || answer.status === 429)) {
      await sleep(pauseMs);
      continue;
    }
    const reason = typeof answer === "string" ? answer : `HTTP ${answer.status}${wordsOf(parse(answer.body))}`;
    throw new KeyServiceError(`${who} does not give what it is asked for: ${reason}`);
  }
  throw new KeyServiceError(`${who} does not answer`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Vault says `errors`, AWS `message` or `Message` beside a `__type`. */
function wordsOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const { errors, message, Message, __type: type } = body as Readonly<Record<string, unknown>>;
  const words = [type, message, Message, ...(Array.isArray(errors) ? errors : [])].filter(
    (word) => typeof word === "string",
  );
  return words.length === 0 ? "" : `: ${words.join("; ").slice(0, 300)}`;
}

export function textAt(body: unknown, ...path: readonly string[]): string | null {
  let value = body;
  for (const name of path) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  return typeof value === "string" ? value : null;
}

const mostKnown = 2_000;

/** So that a provider can be used while the service is away. A data key opens one secret, and is not kept anywhere else. */
export function remembering(key: WrappingKey): WrappingKey {
  const known = new Map<string, Promise<Buffer | null>>();
  const unwrap = (wrapped: WrappedKey, binding: string): Promise<Buffer | null> => {
    const name = `${binding}\n${wrapped.bytes.toString("base64")}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    const asking = key.unwrap(wrapped, binding);
    known.set(name, asking);
    asking.catch(() => known.delete(name));
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
    return asking;
  };
  return { ...key, unwrap };
}
