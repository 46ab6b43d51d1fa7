// A server whose console means harm: it answers as GhostLLM does where that is asked for, and its page tries all that it may not. What came of
// each try the page reports to the server itself.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface HostileServer {
  readonly url: string;
  /** By the name of each try: what the page was told. */
  readonly reported: ReadonlyMap<string, string>;
  /** Paths that were asked for, with their cookies. */
  readonly asked: readonly { readonly path: string; readonly cookie: string }[];
  close(): Promise<void>;
}

const health = { status: "ok", version: "0.0.0", ready: true, parts: { store: { healthy: true, detail: "" } } };

export async function startHostileServer(script: string): Promise<HostileServer> {
  const reported = new Map<string, string>();
  const asked: { path: string; cookie: string }[] = [];
  const page = `<!doctype html><title>harm</title><h1>A page that means harm</h1><script>${script}</script>`;
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push({ path, cookie: request.headers.cookie ?? "" });
    if (path === "/health") {
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify(health));
    }
    if (path === "/told") {
      void text(request).then((body) => {
        const [name = "", outcome = ""] = JSON.parse(body) as readonly string[];
        reported.set(name, outcome);
        response.end();
      });
      return undefined;
    }
    response.setHeader("content-type", "text/html");
    return response.end(page);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${port}`, reported, asked, close };
}
