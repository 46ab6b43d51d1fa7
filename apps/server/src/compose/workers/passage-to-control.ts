// How a worker passes on what is no route of the gateway: over a unix socket, with word of who sent it. Called by worker.ts.
// Invariant: what a client wrote about itself in our own header never arrives, and who leaves is let go on both sides.

import { Agent, request as ask } from "node:http";
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import type { ControlServer } from "#control/http/control-server.ts";
import type { ClientAddresses, PassedOn } from "#edge/client-addresses.ts";
import { encodeForAnybody } from "#gateway/http/answer-error.ts";

export const passedHeader = "x-ghostllm-passed-on";

/** They belong to one connection, and this server's end of it is the worker. */
const hopHeaders = ["connection", "keep-alive", "transfer-encoding", "proxy-connection", "te", "trailer", "expect"];

export class PassageToControl implements Pick<ControlServer, "handle" | "upgrade"> {
  readonly #socketPath: string;
  readonly #addresses: ClientAddresses;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 8 });

  constructor(socketPath: string, addresses: ClientAddresses) {
    this.#socketPath = socketPath;
    this.#addresses = addresses;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const passed = this.#begin(request, hopHeaders);
    let isAnswered = false;
    passed.on("response", (answer) => {
      isAnswered = true;
      answerWith(answer, response);
    });
    // Who is answered before he has sent all is not waited for.
    passed.on("error", () => {
      if (!isAnswered) failed(response);
    });
    response.on("close", () => passed.destroy());
    request.pipe(passed);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const passed = this.#begin(request, []);
    passed.on("upgrade", (answer: IncomingMessage, other: Duplex, otherHead: Buffer) => {
      socket.write(headOf(answer));
      other.unshift(otherHead);
      other.write(head);
      socket.pipe(other).pipe(socket);
      other.on("error", () => socket.destroy());
      socket.on("close", () => other.destroy());
    });
    passed.on("response", (answer) => {
      socket.write(headOf(answer));
      answer.pipe(socket);
    });
    passed.on("error", () => socket.destroy());
    socket.on("error", () => passed.destroy());
    socket.on("close", () => passed.destroy());
    passed.end();
  }

  close(): void {
    this.#agent.destroy();
  }

  #begin(request: IncomingMessage, left: readonly string[]): ClientRequest {
    const headers: OutgoingHttpHeaders = { ...request.headers };
    for (const name of left) delete headers[name];
    // A body of unknown length is said to be one, whatever the method.
    if (request.headers["transfer-encoding"] !== undefined) headers["transfer-encoding"] = "chunked";
    const sender: PassedOn = { address: this.#addresses.of(request), isSecure: this.#addresses.isSecure(request) };
    headers[passedHeader] = JSON.stringify(sender);
    const { method, url: path } = request;
    return ask({ socketPath: this.#socketPath, agent: left.length > 0 ? this.#agent : false, method, path, headers });
  }
}

function answerWith(answer: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(answer.headers)) {
    if (name === "vary") response.appendHeader(name, value ?? "");
    else if (!hopHeaders.includes(name) && value !== undefined) response.setHeader(name, value);
  }
  // What the client still sends is not read.
  if (answer.headers.connection === "close") response.shouldKeepAlive = false;
  response.writeHead(answer.statusCode ?? 502);
  answer.on("error", () => response.destroy());
  answer.pipe(response);
}

/** As it came, with every name and value. */
function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The main thread ends before its workers where a server does not stop in order. */
function failed(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const error = new GhostError("service_unavailable", "GhostLLM is stopping.", { retryAfterSeconds: 1 });
  response.writeHead(error.status, { "content-type": "application/json" }).end(encodeForAnybody(error));
}
