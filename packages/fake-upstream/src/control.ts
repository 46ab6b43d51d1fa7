// Orders to a fake vendor in its own process:
// POST /__fake/script (a script or a list), GET /__fake/received, GET /__fake/sockets, POST /__fake/clear.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import type { FakeUpstream } from "./fake-upstream.ts";
import type { Script } from "./script.ts";
import { scriptKinds } from "./stage.ts";

const prefix = "/__fake/";

type Order = (upstream: FakeUpstream, body: string) => unknown;

const orders: Readonly<Record<string, Order>> = {
  "POST script": (upstream, body) => {
    upstream.script(parseScripts(body));
    return { ok: true };
  },
  "GET received": (upstream) => upstream.received,
  "GET sockets": (upstream) => ({ open: upstream.openSockets() }),
  "POST clear": (upstream) => {
    upstream.clear();
    return { ok: true };
  },
};

/** `forget` leaves the connection that brought an order out of the count of open sockets. */
export function controlHandler(upstream: FakeUpstream, forget: (socket: Socket) => void) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url?.startsWith(prefix) !== true) return false;
    forget(request.socket);
    void obey(upstream, request, response);
    return true;
  };
}

async function obey(upstream: FakeUpstream, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const order = orders[`${request.method} ${request.url?.slice(prefix.length)}`];
    const body = (await buffer(request)).toString("utf8");
    if (order === undefined)
      return reply(response, 404, { error: `no such order; there are: ${Object.keys(orders).join(", ")}` });
    reply(response, 200, order(upstream, body));
  } catch (error) {
    reply(response, 400, { error: String(error) });
  }
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(value));
}

function parseScripts(text: string): Script | readonly Script[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.map(parseScript) : parseScript(value);
}

/** Looks at the kinds only, here and in wrapped scripts: whoever writes scripts has the types to go by. */
function parseScript(value: unknown): Script {
  if (!isScript(value)) throw new Error(`a script is an object with a kind of: ${scriptKinds.join(", ")}`);
  return value;
}

function isScript(value: unknown): value is Script {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  const isKnown = typeof value.kind === "string" && scriptKinds.includes(value.kind);
  return isKnown && (!("of" in value) || isScript(value.of));
}
