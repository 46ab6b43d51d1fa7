import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { progressOf } from "./progress.ts";

const opened: { destroy(): void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.destroy();
});

/** Both ends of one connection; the client does not read. */
async function openPair(): Promise<{ readonly server: Socket; readonly client: Socket }> {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const accepted = new Promise<Socket>((resolve) => listener.once("connection", resolve));
  const client = connect((listener.address() as AddressInfo).port, "127.0.0.1");
  const server = await accepted;
  opened.push(client, server, { destroy: () => listener.close() });
  return { server, client };
}

/** The same for several looks: on a busy machine one of them comes before anything could have changed. */
async function untilStill(server: Socket): Promise<string | null> {
  const looks: (string | null)[] = [];
  await vi.waitFor(
    () => {
      looks.push(progressOf(server));
      expect(looks.length).toBeGreaterThan(4);
      expect(new Set(looks.slice(-5)).size).toBe(1);
    },
    { timeout: 30_000, interval: 50 },
  );
  return looks.at(-1) ?? null;
}

it("is null where nothing waits", async () => {
  const { server } = await openPair();
  expect(progressOf(server)).toBeNull();
  await new Promise((resolve) => server.write("hello", resolve));
  expect(progressOf(server)).toBeNull();
});

it("changes while the client takes parts of one large piece, and with nothing else", async () => {
  const { server, client } = await openPair();
  server.write(Buffer.alloc(32_000_000));
  const still = await untilStill(server);
  expect(still).not.toBeNull();
  server.write("more that waits");
  expect(progressOf(server)).toBe(still);
  let received = 0;
  client.on("data", (bytes: Buffer) => {
    received += bytes.length;
    if (received > 12_000_000) client.pause();
  });
  await vi.waitUntil(() => received > 12_000_000, { timeout: 30_000 });
  const further = await untilStill(server);
  expect(further).not.toBe(still);
  expect(further).not.toBeNull();
});
