// Between an agent and the gateway: passes everything on as it is, and remembers what was asked and how it was answered.

import { createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Overheard {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
  /** What the gateway said could not be expressed. */
  readonly notes: string;
  /** Of errors only. */
  readonly answer: string;
}

export interface Wiretap {
  readonly url: string;
  readonly overheard: readonly Overheard[];
  clear(): void;
  close(): Promise<void>;
}

export async function startWiretap(target: string): Promise<Wiretap> {
  const overheard: Overheard[] = [];
  const server = createServer((incoming, response) => {
    pass(target, incoming, response).then(
      (heard) => overheard.push(heard),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    overheard,
    clear: () => void overheard.splice(0),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function pass(target: string, incoming: IncomingMessage, response: ServerResponse): Promise<Overheard> {
  const { method = "", url: path = "", headers } = incoming;
  const body = await buffer(incoming);
  const answered = await ask(`${target}${path}`, { method, headers }, body);
  const status = answered.statusCode ?? 0;
  response.writeHead(status, answered.rawHeaders);
  const errorText: Buffer[] = [];
  answered.on("data", (chunk: Buffer) => {
    if (status >= 400) errorText.push(chunk);
    response.write(chunk);
  });
  await new Promise((resolve) => answered.once("close", resolve));
  response.end();
  const notes = String(answered.headers["x-ghostllm-notes"] ?? "");
  return {
    method,
    path,
    body: body.toString("utf8"),
    status,
    notes,
    answer: Buffer.concat(errorText).toString("utf8"),
  };
}

function ask(url: string, options: object, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request(url, options, resolve);
    asking.once("error", reject);
    asking.end(body);
  });
}
