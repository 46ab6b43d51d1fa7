import { existsSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";

function isListening(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}

/** The variable is there exactly when `npm test` could start a PostgreSQL. */
describe.skipIf(!process.env["GHOSTLLM_TEST_POSTGRES_URL"])("a throw-away PostgreSQL", () => {
  let postgres: ThrowAwayPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(() => postgres.dispose());

  it("stops and starts again under the same address", async () => {
    const { url, port, pid } = postgres;
    expect(new URL(url).port).toBe(String(port));
    expect(await isListening(port)).toBe(true);
    await postgres.stop();
    expect(postgres.pid).toBeNull();
    expect(await isListening(port)).toBe(false);
    await postgres.start();
    expect(await isListening(port)).toBe(true);
    expect(postgres.pid).not.toBe(pid);
    expect(postgres.url).toBe(url);
  });

  it("comes back after a crash", async () => {
    await postgres.kill();
    expect(await isListening(postgres.port)).toBe(false);
    await postgres.start();
    expect(await isListening(postgres.port)).toBe(true);
  });

  it("leaves nothing behind", async () => {
    const { pid, directory } = postgres;
    expect(existsSync(directory)).toBe(true);
    await postgres.dispose();
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});
