// A vendor of sessions in real time that does what a test tells it, over a real WebSocket.

import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

export interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: WebSocket;
  readonly said: string[];
  closedWith: number | null;
}

export interface RealtimeVendor {
  readonly url: string;
  readonly sessions: readonly Asked[];
  /** In place of a handshake, so many times. */
  refuse(status: number, times?: number): void;
  /** Responses begin, and are over when the test says so. */
  isSlow: boolean;
  usage: object;
  close(): Promise<void>;
}

const usualUsage = {
  ...{ total_tokens: 300, input_tokens: 200, output_tokens: 100 },
  input_token_details: {
    ...{ text_tokens: 50, audio_tokens: 150, cached_tokens: 40 },
    cached_tokens_details: { text_tokens: 10, audio_tokens: 30 },
  },
  output_token_details: { text_tokens: 20, audio_tokens: 80 },
};

export async function startRealtimeVendor(): Promise<RealtimeVendor> {
  const sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: 2 ** 24, perMessageDeflate: false, clientTracking: false },
  });
  const sessions: Asked[] = [];
  const refusals: number[] = [];
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.on("upgrade", (request, socket: Socket, head: Buffer) => {
    const status = refusals.shift();
    if (status !== undefined) {
      const body = JSON.stringify({ error: { message: "not now", type: "server_error", code: null } });
      const lines = [`HTTP/1.1 ${status} No`, "content-type: application/json", `content-length: ${body.length}`];
      socket.end(`${lines.join("\r\n")}\r\nconnection: close\r\n\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (session) => {
      const asked: Asked = {
        url: request.url ?? "",
        headers: request.headers,
        socket: session,
        said: [],
        closedWith: null,
      };
      sessions.push(asked);
      talk(vendor, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const vendor: RealtimeVendor = {
    ...{ url: `http://127.0.0.1:${port}/v1`, sessions, isSlow: false, usage: usualUsage },
    refuse: (status, times = 1) => void refusals.push(...Array.from({ length: times }, () => status)),
    async close() {
      for (const { socket } of sessions) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return vendor;
}

let serial = 0;

function finish({ socket }: Asked, id: string, usage: object): void {
  socket.send(JSON.stringify({ type: "response.done", response: { id, status: "completed", usage } }));
}

function talk(vendor: RealtimeVendor, asked: Asked): void {
  const { socket, said } = asked;
  const tell = (event: object): void => socket.send(JSON.stringify(event));
  tell({
    type: "session.created",
    session: { id: "s1", audio: { input: { transcription: { model: "a-transcriber" } } } },
  });
  socket.on("close", (code: number) => (asked.closedWith = code));
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    said.push(isBinary ? `binary ${data.toString("hex")}` : data.toString());
    if (isBinary) return socket.send(data, { binary: true }, () => undefined);
    const { type } = JSON.parse(data.toString()) as { readonly type: string };
    if (type !== "response.create") return tell({ type: "echo", of: type });
    const id = `resp_${(serial += 1)}`;
    tell({ type: "response.created", response: { id } });
    tell({ type: "response.output_audio.delta", response_id: id, delta: Buffer.alloc(4_800).toString("base64") });
    tell({ type: "response.output_text.delta", response_id: id, delta: "Hello" });
    if (!vendor.isSlow) finish(asked, id, vendor.usage);
  });
}
