// The gateway as its clients have it: with a key, which is known to the page for as long as it is open and no longer.

import type { AskedAgain } from "./asked-again.ts";
import { fieldOf, listOf, textOf } from "./fields.ts";
import { askings, refusedWords } from "./trial.ts";
import type { Asking } from "./trial.ts";

export interface Trial {
  /** That was asked. */
  readonly path: string;
  readonly text: string;
  readonly model: string;
  readonly provider: string | null;
  readonly requestId: string | null;
  readonly tokens: number | null;
  readonly tookMs: number;
}

interface Call {
  readonly url: string;
  readonly key: string;
  readonly signal?: AbortSignal;
}

type Skill = "vision" | "functions" | "thinking";

/** A model that a key may ask for, by any of its names. */
export interface ModelOfKey {
  readonly name: string;
  /** Null where nobody knows. */
  readonly can: Readonly<Record<Skill, boolean | null>>;
}

export async function listModels({ url, key, signal }: Call): Promise<readonly ModelOfKey[]> {
  const response = await fetch(`${url}/v1/models`, { headers: bearer(key), ...(signal && { signal }) });
  const body = await readAnswer(response);
  return listOf(body, "data").map((one) => ({
    name: textOf(one, "id"),
    can: { vision: canOf(one, "vision"), functions: canOf(one, "functions"), thinking: canOf(one, "thinking") },
  }));
}

function canOf(model: unknown, skill: Skill): boolean | null {
  const can = fieldOf(fieldOf(model, "capabilities"), skill);
  return typeof can === "boolean" ? can : null;
}

interface TrialCall extends Call {
  readonly model: string;
  readonly prompt: string;
  readonly asking: Asking;
}

export async function tryModel({ url, key, model, prompt, asking }: TrialCall): Promise<Trial> {
  const startedAt = performance.now();
  const { request, text, tokens } = askings[asking];
  const { path, headers, body } = request(key, model, prompt);
  const response = await fetch(url + path, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await readAnswer(response);
  return {
    ...{ path, text: text(answer), model },
    provider: response.headers.get("x-ghostllm-provider"),
    requestId: response.headers.get("x-request-id"),
    tokens: tokens(answer),
    tookMs: performance.now() - startedAt,
  };
}

/** The answer as it comes, whatever its status. */
export function sendChat({ url, key, signal, request }: Call & { readonly request: unknown }): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...bearer(key), "content-type": "application/json" },
    body: JSON.stringify(request),
    ...(signal && { signal }),
  });
}

/** What a request that was made again has brought, whatever its status. */
export interface Repeated {
  readonly status: number;
  readonly requestId: string | null;
  readonly tookMs: number;
  readonly body: string;
}

export async function sendAgain({ url, key, signal, again }: Call & { readonly again: AskedAgain }): Promise<Repeated> {
  const startedAt = performance.now();
  const response = await fetch(url + again.path, {
    method: "POST",
    headers: { ...again.headers(key), "content-type": "application/json" },
    body: again.body,
    ...(signal && { signal }),
  });
  const body = await response.text();
  const requestId = response.headers.get("x-request-id");
  return { status: response.status, requestId, tookMs: performance.now() - startedAt, body };
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

async function readAnswer(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  throw new Error(refusalOf(response, body).message);
}

/** Why the gateway did not answer, in its own words. */
export function refusalOf({ status }: Response, body: unknown): { readonly message: string; readonly code: string } {
  const error = fieldOf(body, "error");
  const message = refusedWords(body);
  return {
    message: message === "" ? `The gateway answered with status ${status}.` : message,
    code: textOf(error, "code") || String(status),
  };
}

export interface Estimate {
  /** In the order in which they would be asked, with what stands against each of them. */
  readonly targets: readonly { readonly name: string; readonly state: string; readonly place: number | null }[];
  /** Why it would be refused; null where it would not. */
  readonly refusal: string | null;
  readonly promptTokens: number | null;
  /** In USD. */
  readonly prompt: string | null;
  readonly most: string | null;
  /** Whether a kept answer would be told; null where none are kept. */
  readonly cache: string | null;
}

/** What a chat would come to, without asking anybody for it. */
export async function estimateChat({ url, key, model, prompt }: Omit<TrialCall, "asking">): Promise<Estimate> {
  const body = { model, messages: [{ role: "user", content: prompt }] };
  const response = await fetch(`${url}/v1/estimate`, {
    method: "POST",
    headers: { ...bearer(key), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return toEstimate(await readAnswer(response));
}

function toEstimate(answer: unknown): Estimate {
  const [refusal, price] = [fieldOf(answer, "refusal"), fieldOf(answer, "price")];
  const tokens = fieldOf(fieldOf(answer, "tokens"), "prompt");
  return {
    targets: listOf(fieldOf(answer, "route"), "targets").map(toTarget),
    refusal: textOf(refusal, "message") || null,
    promptTokens: typeof tokens === "number" ? tokens : null,
    ...{ prompt: textOf(price, "prompt_usd") || null, most: textOf(price, "most_usd") || null },
    cache: textOf(fieldOf(answer, "cache"), "outcome") || null,
  };
}

function toTarget(target: unknown) {
  const place = fieldOf(target, "place");
  return {
    name: `${textOf(target, "provider")}/${textOf(target, "model")}`,
    state: textOf(target, "state"),
    place: typeof place === "number" ? place : null,
  };
}
