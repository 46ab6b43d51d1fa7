import { setTimeout as sleep } from "node:timers/promises";
import { openDeafClients, requestBytes } from "../deaf-clients.ts";
import type { Opened } from "../deaf-clients.ts";
import { expectThat } from "../line.ts";
import type { Line } from "../line.ts";
import { pressedModel } from "../stage.ts";
import type { Stage } from "../stage.ts";

const pipelined = 64;
/** Beyond the deadline for what is not read, and a sweep. */
const untilCutMs = 36_000;

function pages(index: number): Buffer {
  const paths = ["/docs/static/swagger-ui-bundle.js", "/docs/json", "/metrics", "/docs/", "/status"];
  const one = requestBytes({ path: paths[index % paths.length] ?? "/" });
  return Buffer.concat(Array.from({ length: pipelined }, () => one));
}

function ask(key: string, stream: boolean): Buffer {
  const body = JSON.stringify({ model: pressedModel, stream, messages: [{ role: "user", content: "much" }] });
  return requestBytes({ method: "POST", path: "/v1/chat/completions", key, body });
}

function pressPages(stage: Stage, count: number): Promise<Opened> {
  return openDeafClients(stage, { count, from: "127.0.0.2", bytes: pages });
}

function pressAnswers(stage: Stage, count: number): Promise<Opened> {
  const [key = ""] = stage.keys;
  return openDeafClients(stage, { count, from: "127.0.0.3", bytes: (index) => ask(key, index % 2 === 0) });
}

export const unreadPages: Line = {
  name: "A1 pages that are not read",
  what: "1,500 connections that ask for pages 64 times ahead without a key, and read nothing",
  async press(stage, scale) {
    await pressPages(stage, 1_500 * scale);
    await sleep(untilCutMs);
    const open = await stage.metrics.read("ghostllm_connections");
    expectThat(open < 200, `${open} connections are still open`);
  },
};

export const unreadAnswers: Line = {
  name: "A1 answers that are not read",
  what: "150 connections that ask for answers and streams of 8 MB, and read nothing",
  async press(stage, scale) {
    await stage.vendor.control.script({ kind: "huge", bytes: 8_000_000 });
    await pressAnswers(stage, 150 * scale);
    await sleep(untilCutMs);
    const cut = await stage.metrics.read("ghostllm_answers_unread_total");
    expectThat(cut > 50 * scale, `only ${cut} connections were closed because nobody read`);
  },
};
