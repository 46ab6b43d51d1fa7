// A collector that takes what OTLP sends over HTTP, reads all of it and holds it to the conventions.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { faultsOf } from "./conventions.ts";
import { readJson } from "./read-json.ts";
import { readProtobuf, type ReadRequest, type ReadSpan } from "./read-protobuf.ts";

export interface Received extends ReadRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came, unpacked. */
  readonly body: Buffer;
}

/** Null: it is not answered. */
export type Answering = (response: ServerResponse, received: Received) => void;

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What was not as it should be. */
  readonly faults: string[];
  /** All spans of what was taken. */
  readonly spans: readonly ReadSpan[];
  /** In place of 200 for all. */
  answering: Answering | null;
  /** Those of one trace. */
  of(traceId: string): readonly ReadSpan[];
  close(): Promise<void>;
}

export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const faults: string[] = [];
  const taken: ReadSpan[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => void parts.push(part));
    request.on("end", () => {
      const sent = Buffer.concat(parts);
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
      const isJson = request.headers["content-type"] === "application/json";
      try {
        const read = isJson ? readJson(body) : readProtobuf(body);
        const one = { ...read, path: request.url ?? "", headers: request.headers, body };
        received.push(one);
        if (receiver.answering !== null) return receiver.answering(response, one);
        taken.push(...read.spans);
        faults.push(...read.spans.flatMap(faultsOf));
      } catch (error) {
        faults.push(String(error));
      }
      response.writeHead(200, { "content-type": request.headers["content-type"] ?? "" }).end(isJson ? "{}" : "");
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  const receiver: Receiver = {
    ...{ url: `http://127.0.0.1:${address.port}`, received, faults, answering: null },
    spans: taken,
    of: (traceId) => taken.filter((span) => span.traceId === traceId),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
