import { setTimeout as sleep } from "node:timers/promises";
import { countStatuses, openDeafClients, requestBytes } from "../deaf-clients.ts";
import { expectThat } from "../line.ts";
import type { Line } from "../line.ts";

const paths = [
  "/v1/chat/completions",
  "/v1/messages",
  "/v1/responses",
  "/v1beta/models/gpt-4o-mini:generateContent",
  "/api/chat",
];
const members = Array.from({ length: 2_000_000 }, (_, index) => `"k${index}":1`).join(",");
const shapes: readonly string[] = [
  "[".repeat(30_000_000),
  `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"x"}],"metadata":{${members}}}`,
  `{"model":"gpt-4o-mini","messages":[${'{"role":"user","content":"x"},'.repeat(700_000)}{"role":"user","content":"x"}]}`,
  `{"a":${'{"a":'.repeat(4_000_000)}1`,
];

export const heavyJson: Line = {
  name: "A4 JSON that is heavy to read",
  what: "bodies of 20 to 30 MB that are all brackets, members or messages, in every dialect",
  async press(stage, scale) {
    const [key = ""] = stage.keys;
    for (const body of shapes.slice(0, scale === 1 ? shapes.length : 2)) {
      const bytes = (index: number): Buffer =>
        requestBytes({ method: "POST", path: paths[index % paths.length] ?? "", key, body });
      const count = paths.length;
      const clients = await openDeafClients(stage, { count, from: "127.0.0.2", bytes, reads: true });
      for (let waited = 0; waited < 200 && clients.heard.includes(""); waited += 1) await sleep(50);
      const statuses = [...countStatuses(clients.heard)];
      const isFine = statuses.every(([status]) => [200, 400, 413, 429, 503].includes(status));
      expectThat(isFine, `${body.slice(0, 30)}: ${JSON.stringify(statuses)}`);
    }
  },
};
