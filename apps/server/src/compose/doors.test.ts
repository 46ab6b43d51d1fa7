import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { createServer as createNetServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { Doors } from "./doors.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

async function take(port = 0): Promise<Doors> {
  const doors = await Doors.take({ host: "127.0.0.1", port });
  cleanups.push(() => doors.close());
  return doors;
}

async function serve(doors: Doors) {
  const server = createServer((_request, response) => response.end("served"));
  cleanups.push(() => server.close());
  return { server, url: await doors.leadTo(server) };
}

/** Asks over so many connections at once; tells when it begins and when all have their answers. */
const crowd = `
  const { connect } = require("node:net");
  const { parentPort, workerData: { port, count } } = require("node:worker_threads");
  parentPort.postMessage("begun");
  let left = count;
  for (let at = 0; at < count; at += 1) {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n"));
    socket.once("data", () => socket.destroy());
    socket.once("close", () => (left -= 1) === 0 && parentPort.postMessage("served"));
  }`;

describe("the doors of a server", () => {
  it.runIf(process.platform === "linux")("let a crowd in within few turns of the event loop", async () => {
    const { url } = await serve(await take());
    let turns = 0;
    let isOver = false;
    const work = (): void => {
      turns += 1;
      for (const until = performance.now() + 10; performance.now() < until;) Math.sqrt(2);
      if (!isOver) setImmediate(work);
    };
    const count = 150;
    const worker = new Worker(crowd, { eval: true, workerData: { port: Number(new URL(url).port), count } });
    await once(worker, "message");
    turns = 0;
    work();
    await once(worker, "message");
    isOver = true;
    // Through one door it is one a turn.
    expect(turns).toBeLessThan(count / 2);
  });

  it("are taken once", async () => {
    const { url } = await serve(await take());
    const port = Number(new URL(url).port);
    await expect(take(port)).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use by another program`);
    const other: Server = createNetServer();
    other.listen(port, "127.0.0.1");
    const [error] = (await once(other, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("EADDRINUSE");
  });

  it("may be taken again when they are closed", async () => {
    const doors = await take();
    const { server, url } = await serve(doors);
    server.close();
    await doors.close();
    await expect(fetch(url)).rejects.toThrow();
    const again = await serve(await take(Number(new URL(url).port)));
    expect(await (await fetch(again.url)).text()).toBe("served");
  });

  it("let nobody in until they lead somewhere", async () => {
    const probe = createNetServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, "close");
    await take(port);
    for (let time = 0; time < 40; time += 1) await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  });

  it("say so where another program has come before they lead somewhere", async () => {
    const { url } = await serve(await take());
    const port = Number(new URL(url).port);
    for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
    const [one, other] = [await take(port), await take(port)];
    await serve(one);
    await expect(serve(other)).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use by another program`);
  });

  it("stay open for who is inside, and tell when all have left", async () => {
    const doors = await take();
    const { server, url } = await serve(doors);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.removeAllListeners("request");
    server.on("request", (_request, response) => void promise.then(() => response.end("at last")));
    const asked = Array.from({ length: 30 }, () => fetch(url, { headers: { connection: "close" } }));
    await expect.poll(() => server.listenerCount("request")).toBe(1);
    await sleep(100);
    let isClosed = false;
    const closed = Promise.all([doors.close(), new Promise((done) => server.close(done))]).then(
      () => (isClosed = true),
    );
    await sleep(50);
    expect(isClosed).toBe(false);
    resolve();
    expect(await Promise.all(asked.map(async (each) => (await each).text()))).toEqual(asked.map(() => "at last"));
    await closed;
  });
});
