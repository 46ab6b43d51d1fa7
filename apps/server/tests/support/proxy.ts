// A proxy as companies have them at their border: CONNECT for what is encrypted, whole URLs for the rest.

import { createServer, request as httpRequest } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface TestProxy {
  readonly url: string;
  readonly port: number;
  /** `CONNECT vendor.test:443` or `GET http://vendor.test/v1/models`, each with what it came with as its credentials. */
  readonly seen: readonly { readonly line: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

interface Rules {
  /** Where names lead, as a port of this machine. */
  readonly ports: Readonly<Record<string, number>>;
  /** `user:password`, without which nothing is let through. */
  readonly credentials?: string;
}

export async function startProxy({ ports, credentials }: Rules): Promise<TestProxy> {
  const seen: { line: string; authorization: string | undefined }[] = [];
  const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;

  function admits(line: string, { headers }: IncomingMessage): boolean {
    const authorization = headers["proxy-authorization"];
    seen.push({ line, authorization });
    return wanted === undefined || authorization === wanted;
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { method = "GET", url = "" } = request;
    const { hostname, pathname, search } = new URL(url);
    const port = ports[hostname];
    const isAdmitted = admits(`${method} ${url}`, request);
    if (!isAdmitted || port === undefined) {
      response.writeHead(isAdmitted ? 502 : 407).end();
      return;
    }
    const { "proxy-authorization": _own, ...headers } = request.headers;
    const onward = httpRequest({ host: "127.0.0.1", port, method, path: pathname + search, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { url = "" } = request;
    const port = ports[url.split(":")[0] ?? ""];
    socket.on("error", () => {});
    const isAdmitted = admits(`CONNECT ${url}`, request);
    if (!isAdmitted || port === undefined) {
      socket.end(`HTTP/1.1 ${isAdmitted ? "403 Forbidden" : "407 Proxy Authentication Required"}\r\n\r\n`);
      return;
    }
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
