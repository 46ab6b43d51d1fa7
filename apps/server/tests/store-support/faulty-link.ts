// A TCP proxy in front of a database, which can be made to fail in the ways that networks and servers do.

import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";

export interface FaultyLink {
  /** The address of the database through the link. */
  readonly url: string;
  /** Every connection is cut, and new ones are too. */
  cut(): void;
  /** Connections stay and nothing passes: the peer has lost its power. */
  silence(): void;
  /** What passes, in either direction, takes so long. */
  slow(ms: number): void;
  mend(): void;
  /** Bytes that have passed, in both directions. */
  passed(): number;
  close(): Promise<void>;
}

export async function createFaultyLink(databaseUrl: string): Promise<FaultyLink> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let state: "whole" | "cut" | "silent" = "whole";
  let passed = 0;
  let delayMs = 0;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  };
  const forward = (from: Socket, to: Socket): void => {
    from.on("data", (bytes) => {
      if (state !== "whole") return;
      passed += bytes.byteLength;
      if (delayMs === 0) to.write(bytes);
      // In order, as timers of the same length are.
      else setTimeout(() => to.write(bytes), delayMs);
    });
    from.on("close", () => to.destroy());
  };
  const server = createServer((client) => {
    if (state === "cut") {
      client.destroy();
      return;
    }
    track(client);
    const upstream = createConnection(Number(target.port), target.hostname);
    track(upstream);
    forward(client, upstream);
    forward(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const destroyAll = (): void => sockets.forEach((socket) => socket.destroy());
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    passed: () => passed,
    slow: (ms) => {
      delayMs = ms;
    },
    cut: () => {
      state = "cut";
      destroyAll();
    },
    silence: () => {
      state = "silent";
    },
    mend: () => {
      // What was swallowed in silence cannot be made good: those connections are of no more use.
      if (state === "silent") destroyAll();
      state = "whole";
    },
    close: async () => {
      destroyAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
