// The admin API as LiteLLM's routes ask it: each call is a request to a route of ours, within this process, by the credential and from the
// address of whoever has called. Invariant: nothing is decided here; permissions, rules and the audit log are those of the route that is asked.

import { errorCatalogue, GhostError } from "@ghostllm/contract";
import { ClientError, createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import type { FastifyInstance, FastifyRequest } from "fastify";

/** Of nobody: it is never looked up. */
const baseUrl = "http://within";

export function adminFor(app: FastifyInstance, request: FastifyRequest, address: string): Client {
  const userAgent = request.headers["user-agent"];
  const ask: typeof fetch = async (input, init) => {
    const answer = await app.inject({
      method: init?.method ?? "GET",
      url: String(input).slice(baseUrl.length),
      headers: { ...toHeaders(init?.headers), ...(userAgent !== undefined && { "user-agent": userAgent }) },
      ...(typeof init?.body === "string" && { payload: init.body }),
      ...(address !== "" && { remoteAddress: address }),
    });
    return new Response(answer.payload, { status: answer.statusCode, headers: { "content-type": "application/json" } });
  };
  return createClient({ baseUrl, apiKey: credentialOf(request), fetch: ask });
}

function toHeaders(headers: ConstructorParameters<typeof Headers>[0]): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}

/** As LiteLLM's clients send it. A browser's cookie counts for nothing here. */
export function credentialOf({ headers }: FastifyRequest): string {
  const given = headers["x-litellm-api-key"] ?? headers.authorization;
  const key = String(given ?? "").replace(/^Bearer +/i, "");
  if (key !== "") return key;
  throw new GhostError("invalid_api_key", "Send a key as `Authorization: Bearer`");
}

/** What a route of ours has refused is refused in its words. */
export function asRefused(error: unknown): unknown {
  if (!(error instanceof ClientError) || !(error.code in errorCatalogue)) return error;
  const code = error.code as keyof typeof errorCatalogue;
  return new GhostError(code, error.message, {
    cause: error,
    ...(error.param !== undefined && { param: error.param }),
  });
}
