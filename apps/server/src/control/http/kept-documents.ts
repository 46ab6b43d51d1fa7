// The documents of the API, which are large, are made once: anybody may ask for them, as often as they like.

import type { FastifyInstance, FastifyRequest } from "fastify";

const paths: ReadonlySet<string> = new Set(["/docs/json", "/docs/yaml"]);

interface Document {
  readonly type: string;
  readonly body: Buffer;
}

/** To be called before anything else changes what is sent. */
export function keepDocuments(app: FastifyInstance): void {
  const kept = new Map<string, Document>();
  app.addHook("onRequest", async (request, reply) => {
    const known = kept.get(nameOf(request));
    return known === undefined ? undefined : reply.type(known.type).send(known.body);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const name = nameOf(request);
    if (!paths.has(name) || request.method !== "GET" || typeof payload !== "string" || kept.has(name)) return payload;
    if (reply.statusCode === 200)
      kept.set(name, { type: String(reply.getHeader("content-type")), body: Buffer.from(payload) });
    return payload;
  });
}

/** Of the route, so that no query makes another document of it. */
function nameOf({ routeOptions, method }: FastifyRequest): string {
  return method === "GET" || method === "HEAD" ? (routeOptions.url ?? "") : "";
}
