import { setTimeout as sleep } from "node:timers/promises";
import { countStatuses, openDeafClients, requestBytes } from "../deaf-clients.ts";
import { expectThat } from "../line.ts";
import type { Line } from "../line.ts";

const garbage = [
  "hello there\r\n\r\n",
  "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n",
  `GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}`,
];

export const refusedSockets: Line = {
  name: "A2 refused, and never closed by the client",
  what: "3,000 connections that are refused by hand, whose clients keep their side open",
  isQuick: true,
  async press(stage, scale) {
    const count = 3_000 * scale;
    const bytes = (index: number): string => garbage[index % garbage.length] ?? "";
    const clients = await openDeafClients(stage, { count, from: "127.0.0.2", bytes, reads: true });
    await sleep(3_000);
    const refused = [...countStatuses(clients.heard)].filter(([status]) => [400, 405, 431].includes(status));
    const sum = refused.reduce((total, [, each]) => total + each, 0);
    expectThat(
      sum > count * 0.99,
      `${sum} of ${count} were told why: ${JSON.stringify([...countStatuses(clients.heard)])}`,
    );
    const open = await stage.metrics.read("ghostllm_connections");
    expectThat(open < 50, `${open} connections are still open`);
  },
};

export const tooManySockets: Line = {
  name: "A2 more connections than one address may have",
  what: "5,300 connections from one address, of which 300 are too many",
  async press(stage) {
    const bytes = () => requestBytes({ path: "/health/live" });
    const clients = await openDeafClients(stage, { count: 5_300, from: "127.0.0.2", bytes, reads: true });
    await sleep(1_500);
    const statuses = countStatuses(clients.heard);
    expectThat(statuses.get(200) === 5_000, `not 5,000 are served: ${JSON.stringify([...statuses])}`);
    expectThat((statuses.get(429) ?? 0) >= 200, `they are not told why: ${JSON.stringify([...statuses])}`);
  },
};

export const fewDescriptors: Line = {
  name: "A2 few descriptors (ulimit -n 256)",
  what: "600 connections to a server that may have 256 files open",
  server: { runBy: ["sh", "-c", 'ulimit -n 256; exec "$@"', "sh"] },
  async press(stage) {
    const bytes = () => requestBytes({ path: "/health/live" });
    const clients = await openDeafClients(stage, { count: 600, from: "127.0.0.2", bytes, reads: true });
    await sleep(1_500);
    const statuses = countStatuses(clients.heard);
    expectThat((statuses.get(200) ?? 0) > 80, `too few are served: ${JSON.stringify([...statuses])}`);
    expectThat((statuses.get(429) ?? 0) > 480, `the others are not told why: ${JSON.stringify([...statuses])}`);
  },
};
