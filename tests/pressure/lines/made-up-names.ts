import { setTimeout as sleep } from "node:timers/promises";
import { countStatuses, openDeafClients, requestBytes } from "../deaf-clients.ts";
import { expectThat } from "../line.ts";
import type { Line } from "../line.ts";

const perClient = 20;

function requests(key: string, index: number): readonly Buffer[] {
  return Array.from({ length: perClient }, (_, turn) => {
    const name = `${index}-${turn}-${"n".repeat(2_000)}`;
    const body = JSON.stringify({ model: `openai/${name}`, messages: [{ role: "user", content: "x" }], user: name });
    const headers = { "x-request-id": name, "openai-beta": name, "idempotency-key": name, "user-agent": name };
    return turn % 3 === 0
      ? requestBytes({ path: `/v1/models/${name}`, key, headers })
      : turn % 3 === 1
        ? requestBytes({ path: `/v1/responses/resp_${index}${turn}`, key, headers })
        : requestBytes({ method: "POST", path: "/v1/chat/completions", key, body, headers });
  });
}

export const madeUpNames: Line = {
  name: "A5 names that clients make up",
  what: "20,000 requests, each with a model, an id and headers of its own, of 2,000 letters",
  async press(stage, scale) {
    const [key = ""] = stage.keys;
    const count = 1_000 * scale;
    const bytes = (index: number): readonly Buffer[] => requests(key, index);
    const clients = await openDeafClients(stage, { count, from: "127.0.0.2", bytes, reads: true });
    for (let waited = 0; waited < 100 && clients.heard.includes(""); waited += 1) await sleep(100);
    await sleep(2_000);
    const odd = [...countStatuses(clients.heard)].filter(([status]) => status === 0 || status >= 500);
    expectThat(odd.length === 0, JSON.stringify(odd));
  },
};
