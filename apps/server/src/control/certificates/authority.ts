// How an authority is asked (ACME, RFC 8555), by acme-client. Called by issue.ts. Invariant: it is asked once for each thing: what it
// refuses is not asked again by the library, so that nobody's limits are used up.

import { AsyncLocalStorage } from "node:async_hooks";
import type { Client } from "acme-client";
import type { AskWeb, WebAnswer } from "#control/sign-in/ask-web.ts";

/** What the authority has refused, or that it could not be asked. */
export class AuthorityError extends Error {
  override readonly name = "AuthorityError";
  /** As the authority has it, such as `rateLimited`; `unreachable` where it has not answered. */
  readonly kind: string;
  /** It is not to be asked before; null where it does not say. */
  readonly retryAfterMs: number | null;

  constructor(kind: string, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

interface AuthorityOptions {
  readonly directoryUrl: string;
  /** In PEM. */
  readonly accountKey: string;
  /** Null until the authority knows it. */
  readonly accountUrl: string | null;
  readonly externalAccount: { readonly kid: string; readonly hmacKey: string } | null;
}

/** Runs what asks an authority: all its requests go this way. */
export type Asking = <Result>(run: () => Promise<Result>) => Promise<Result>;

const asking = new AsyncLocalStorage<AskWeb>();
const timeoutMs = 30_000;
const longestDetail = 500;
const problemPrefix = "urn:ietf:params:acme:error:";

/** `stop`: whoever asks has lost the right to it. */
export function askingBy(ask: AskWeb, stop: AbortSignal): Asking {
  const untilStopped: AskWeb = async (request) => {
    stop.throwIfAborted();
    return ask(request);
  };
  return (run) => asking.run(untilStopped, run);
}

export async function openAuthority(options: AuthorityOptions): Promise<Client> {
  const { Client: AcmeClient } = await loadLibrary();
  const { directoryUrl, accountKey, accountUrl, externalAccount } = options;
  return new AcmeClient({
    ...{ directoryUrl, accountKey },
    ...(accountUrl !== null && { accountUrl }),
    ...(externalAccount !== null && { externalAccountBinding: externalAccount }),
  });
}

/** In PEM. */
export async function makeKey(type: "ecdsa" | "rsa"): Promise<string> {
  const { crypto: made } = await loadLibrary();
  const key = type === "rsa" ? await made.createPrivateRsaKey(2048) : await made.createPrivateEcdsaKey("P-256");
  return key.toString();
}

export async function makeRequest(key: string, domains: readonly string[]): Promise<Buffer> {
  const { crypto: made } = await loadLibrary();
  const [, request] = await made.createCsr({ altNames: [...domains] }, key);
  return request;
}

/** Whoever has no authority does not load it. */
async function loadLibrary() {
  const { default: library } = await import("acme-client");
  // It would ask again by itself what has failed, and wait within that; we know better when.
  library.axios.defaults.adapter = async (config) => {
    const ask = asking.getStore();
    if (ask === undefined) throw new AuthorityError("unreachable", "nobody may ask the authority here");
    const answer = await send(ask, config);
    refuseProblem(answer);
    return { data: answer.body, status: answer.status, statusText: "", headers: answer.headers, config };
  };
  return library;
}

interface LibraryRequest {
  readonly url?: string;
  readonly method?: string;
  readonly data?: unknown;
}

async function send(ask: AskWeb, { url = "", method = "get", data }: LibraryRequest): Promise<WebAnswer> {
  const isPost = method.toLowerCase() === "post";
  try {
    return await ask({
      ...{ url, timeoutMs },
      // A nonce comes with an answer to GET as well (RFC 8555, 7.2).
      method: isPost ? "POST" : "GET",
      headers: { "user-agent": "GhostLLM", ...(isPost && { "content-type": "application/jose+json" }) },
      body: isPost && typeof data === "string" ? data : null,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuthorityError("unreachable", `${URL.parse(url)?.host ?? "the authority"} cannot be asked: ${reason}`);
  }
}

/** A nonce that it does not know is the library's to see to. */
function refuseProblem({ status, headers, body }: WebAnswer): void {
  if (status < 400) return;
  const { type, detail } = problemOf(body);
  if (type === "badNonce") return;
  const kind = type ?? (status === 429 ? "rateLimited" : status >= 500 ? "unreachable" : "refused");
  const told = detail ?? `the authority answers HTTP ${status}`;
  throw new AuthorityError(kind, told.slice(0, longestDetail), retryAfterOf(headers["retry-after"]));
}

interface Problem {
  readonly type: string | null;
  readonly detail: string | null;
}

function problemOf(body: string): Problem {
  try {
    return readProblem(JSON.parse(body));
  } catch {
    return { type: null, detail: null };
  }
}

/** A problem document (RFC 9457), as in answers and in what is told of a challenge. */
export function readProblem(value: unknown): Problem {
  if (typeof value !== "object" || value === null) return { type: null, detail: null };
  const { type, detail } = value as { readonly type?: unknown; readonly detail?: unknown };
  return {
    type: typeof type === "string" && type.startsWith(problemPrefix) ? type.slice(problemPrefix.length) : null,
    detail: typeof detail === "string" ? detail.slice(0, longestDetail) : null,
  };
}

function retryAfterOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
