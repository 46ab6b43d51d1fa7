import type { IncomingMessage, ServerResponse } from "node:http";
import type { ExchangeParts } from "./exchange.ts";
import { MessageBody } from "./message-body.ts";
import { NodeResponse } from "./node-response.ts";

/** Of what Node's HTTP server has read. */
export function nodeParts(request: IncomingMessage, response: ServerResponse): ExchangeParts {
  return { request, body: new MessageBody(request), response: new NodeResponse(response) };
}
