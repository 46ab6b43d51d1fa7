import { openDeafClients, requestBytes } from "../deaf-clients.ts";
import { expectThat } from "../line.ts";
import type { Line } from "../line.ts";

const perClient = 100;

export const unreadLog: Line = {
  name: "A6 a log that nobody reads",
  what: "20,000 lines to a standard error that nobody reads",
  server: { environment: { LOG_LEVEL: "trace" }, isStderrUnread: true },
  async press(stage, scale) {
    const refused = requestBytes({ method: "POST", path: "/v1/chat/completions", key: "gk-nobody", body: "{}" });
    const bytes = (): Buffer => Buffer.concat(Array.from({ length: perClient }, () => refused));
    await openDeafClients(stage, { count: 200 * scale, from: "127.0.0.2", bytes, reads: true });
    const startedAt = performance.now();
    const answer = await fetch(`${stage.server.url}/health/live`);
    await answer.text();
    expectThat(answer.status === 200 && performance.now() - startedAt < 5_000, "the server waits for its log");
  },
};
