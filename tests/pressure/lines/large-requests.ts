import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { countStatuses, openDeafClients, requestBytes } from "../deaf-clients.ts";
import { expectThat } from "../line.ts";
import type { Line } from "../line.ts";
import { pressedModel } from "../stage.ts";
import type { Stage } from "../stage.ts";

const megabyte = 1_000_000;

function chat(bytes: number): string {
  const content = "a word or two ".repeat(bytes / 14);
  return JSON.stringify({ model: pressedModel, max_tokens: 10, messages: [{ role: "user", content }] });
}

async function pressBodies(stage: Stage, count: number, body: string | Buffer, path: string, headers = {}) {
  const requests = stage.keys.map((key) => requestBytes({ method: "POST", path, key, body, headers }));
  const bytes = (index: number): Buffer => requests[index % requests.length] ?? Buffer.alloc(0);
  const clients = await openDeafClients(stage, { count, from: "127.0.0.2", bytes, reads: true });
  for (let waited = 0; waited < 600 && clients.heard.some((text) => text === ""); waited += 1) await sleep(100);
  const statuses = countStatuses(clients.heard);
  const odd = [...statuses].filter(([status]) => ![200, 400, 413, 429, 503].includes(status));
  expectThat(odd.length === 0, `${path}: ${JSON.stringify([...statuses])}`);
  return statuses;
}

export const largeBodies: Line = {
  name: "A3 large bodies",
  what: "80 bodies of 30 MB at a time, in the vendor's dialect and in another",
  isQuick: true,
  async press(stage, scale) {
    await stage.vendor.control.script({ kind: "slow-headers", delayMs: 300 });
    const body = chat(30 * megabyte);
    const straight = await pressBodies(stage, 80 * scale, body, "/v1/chat/completions");
    expectThat((straight.get(200) ?? 0) > 0, `nobody is served: ${JSON.stringify([...straight])}`);
    if (scale === 1) await pressBodies(stage, 80, body, "/v1/messages");
    await stage.vendor.control.script({ kind: "default" });
  },
};

export const bombs: Line = {
  name: "A3 bodies that grow when they are unpacked",
  what: "300 bodies of 30 KB that become 30 MB",
  async press(stage, scale) {
    const body = gzipSync(chat(30 * megabyte));
    await pressBodies(stage, 300 * scale, body, "/v1/chat/completions", { "content-encoding": "gzip" });
  },
};

export const uncounted: Line = {
  name: "A3 prompts that must be counted here",
  what: "400 prompts of 500 KB for which the vendor tells no usage",
  async press(stage, scale) {
    await stage.vendor.control.script({ kind: "chat", usage: "none" });
    await pressBodies(stage, 400 * scale, chat(megabyte / 2), "/v1/chat/completions");
    await stage.vendor.control.script({ kind: "default" });
  },
};
