import type { ProviderEntry } from "#domain/snapshot.ts";
import { decoded } from "./decoded-answer.ts";
import { readWhole } from "./read-whole.ts";
import type { Authenticator } from "./authenticate.ts";
import type { UpstreamClient, UpstreamRequest } from "./upstream.ts";

const maxBytes = 16 * 1024 * 1024;

export interface JsonAnswer {
  readonly status: number;
  /** Undefined where the answer is no JSON. */
  readonly body: unknown;
}

export interface JsonSources {
  readonly client: UpstreamClient;
  readonly authenticator: Authenticator;
}

interface JsonRequest {
  readonly url: string;
  readonly provider: ProviderEntry | null;
  readonly timeoutMs: number;
  /** Sent with POST. */
  readonly body?: object | undefined;
}

/** GET for the control plane, which opens no sockets itself. Rejects with UpstreamFailure; aborts after `timeoutMs`. */
export async function fetchJson(
  { client, authenticator }: JsonSources,
  { url, provider, timeoutMs, body: sent }: JsonRequest,
): Promise<JsonAnswer> {
  const headers = { ...provider?.definition.headers, accept: "application/json", "accept-encoding": "identity" };
  const request: UpstreamRequest =
    sent === undefined
      ? { method: "GET", url, headers, body: null }
      : {
          method: "POST",
          url,
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(sent),
        };
  const call = client.send(provider === null ? request : await authenticator.authenticate(request, provider));
  const timer = setTimeout(() => call.abort(), timeoutMs);
  try {
    const answer = decoded(await call.answer);
    const { body, complete } = await readWhole(answer, maxBytes);
    if (!complete) call.abort();
    return { status: answer.status, body: complete ? parse(body.toString("utf8")) : undefined };
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
