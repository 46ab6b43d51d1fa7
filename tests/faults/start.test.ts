// Starts that must fail do so with a sentence and an exit code, and leave nothing behind that spoils the next start.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from "vitest";
import { createAccount, listUsage } from "../support/admin.ts";
import { type Exit, type ServerOptions, spawnServer, startServer } from "../support/server.ts";

const isRoot = process.getuid?.() === 0;
const model = "openai/gpt-4o-mini";

let base: string;
let upstream: FakeUpstream;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "ghostllm-start-"));
  upstream = await startFakeUpstream();
});

afterAll(async () => {
  await upstream.close();
  rmSync(base, { recursive: true, force: true });
});

function newDirectory(name: string): string {
  const path = join(base, name);
  mkdirSync(path);
  return path;
}

/** What makes root heed the modes of files as everybody else must. */
const runBy = isRoot ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : [];

function skipWithoutSetpriv({ skip }: TestContext): void {
  const [program, ...parameters] = [...runBy, "true"];
  if (spawnSync(program ?? "", parameters).status !== 0) skip("root may read everything, and there is no setpriv here");
}

async function failToStart(options: ServerOptions): Promise<{ readonly exit: Exit; readonly sentence: string }> {
  const server = spawnServer(options);
  const timer = setTimeout(() => server.signal("SIGKILL"), 15_000);
  const exit = await server.exit;
  clearTimeout(timer);
  expect(server.stdout).toBe("");
  expect(server.stderr).not.toMatch(/^\s+at /m);
  return { exit, sentence: /GhostLLM cannot start: (.*)/.exec(server.stderr)?.[1] ?? server.stderr };
}

const failed: Exit = { code: 1, signal: null };

async function ask(url: string, key: string) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  const { status, headers } = response;
  return { status, id: headers.get("x-request-id"), retryAfter: headers.get("retry-after") };
}

describe("a start", () => {
  it("is refused on a data directory that another server uses, which goes on", async () => {
    const dataDir = newDirectory("shared");
    const first = await startServer({ dataDir });
    const { exit, sentence } = await failToStart({ dataDir });
    expect(exit).toEqual(failed);
    expect(sentence).toContain(`Another ghostllm (pid ${first.pid}) uses this data directory: ${dataDir}`);
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
  });

  it("is refused on a port that is in use, and the first secrets are shown by the start that succeeds", async () => {
    const dataDir = newDirectory("port");
    const other = createServer().listen(0, "127.0.0.1");
    await vi.waitUntil(() => other.listening, { timeout: 30_000 });
    const environment = { SERVER_PORT: String((other.address() as AddressInfo).port) };
    const { exit, sentence } = await failToStart({ dataDir, environment });
    other.close();
    expect(exit).toEqual(failed);
    expect(sentence).toBe(
      `Port ${environment.SERVER_PORT} on 127.0.0.1 is in use by another program. Stop that one, or set SERVER_PORT to a free port.`,
    );
    const server = await startServer({ dataDir, environment });
    expect(server.stdout).toMatch(/Password +\S+\n +API key +gk-/);
    await server.stop();
  });

  it("is refused with the configuration's faults, all at once, and exit code 2", async () => {
    const environment = { SERVER_PORT: "ninety", LOG_LEVEL: "loud" };
    const server = spawnServer({ dataDir: newDirectory("configuration"), environment });
    expect(await server.exit).toEqual({ code: 2, signal: null });
    expect(server.stderr).toMatch(/SERVER_PORT.*\n.*LOG_LEVEL/);
  });

  it("is refused with an ENCRYPTION_KEY that is none", async () => {
    const { exit, sentence } = await failToStart({
      dataDir: newDirectory("short-key"),
      environment: { ENCRYPTION_KEY: "short" },
    });
    expect(exit).toEqual(failed);
    expect(sentence).toMatch(/^ENCRYPTION_KEY must be 32 bytes/);
  });

  it.for([
    ["unreadable", 0o000],
    ["read-only", 0o555],
  ] as const)("is refused on a data directory that is %s", async ([name, mode], context) => {
    skipWithoutSetpriv(context);
    const dataDir = newDirectory(name);
    chmodSync(dataDir, mode);
    const { exit, sentence } = await failToStart({ dataDir, runBy });
    expect(exit).toEqual(failed);
    expect(sentence).toContain(dataDir);
    expect(sentence).toMatch(/permission denied/i);
  });

  it("is refused on a data directory that is a file", async () => {
    const dataDir = join(base, "file");
    writeFileSync(dataDir, "");
    const { exit, sentence } = await failToStart({ dataDir });
    expect(exit).toEqual(failed);
    expect(sentence).toMatch(/not a directory/i);
  });

  it("needs no standard input", async () => {
    const server = await startServer({ withoutStdin: true });
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});

describe("another ENCRYPTION_KEY than the data's", () => {
  const keys = ["a", "b"].map((letter) => ({ ENCRYPTION_KEY: letter.repeat(40) }));

  it("does not matter for a provider of the environment, whose credential is sealed anew", async () => {
    const dataDir = newDirectory("resealed");
    const start = (environment: NodeJS.ProcessEnv | undefined) =>
      startServer({ dataDir, upstreamUrl: upstream.url, environment: environment ?? {} });
    const first = await start(keys[0]);
    const { key } = await createAccount(first.admin);
    await first.stop();
    const second = await start(keys[1]);
    expect((await ask(second.url, key)).status).toBe(200);
    await second.stop();
  });

  it("leaves out a provider that was added by hand: its models answer 503 and health says why", async () => {
    const dataDir = newDirectory("other-key");
    const start = (environment: NodeJS.ProcessEnv | undefined) =>
      startServer({ dataDir, environment: environment ?? {} });
    const first = await start(keys[0]);
    const { key } = await createAccount(first.admin);
    await first.admin.providers.create({
      body: { name: "openai", provider_type: "openai", base_url: `${upstream.url}/v1`, api_key: "sk-by-hand" },
    });
    expect((await ask(first.url, key)).status).toBe(200);
    await first.stop();

    const second = await start(keys[1]);
    const refused = await ask(second.url, key);
    expect(refused.status).toBe(503);
    expect(refused.retryAfter).toBeNull();
    const health = await fetch(`${second.url}/health`);
    expect(health.status).toBe(503);
    expect(await health.text()).toContain("openai: The stored secret of provider openai cannot be opened");
    expect(await second.stop()).toEqual({ code: 0, signal: null });

    const third = await start(keys[0]);
    expect((await ask(third.url, key)).status).toBe(200);
    await third.stop();
  });
});

describe("a disk that is full", () => {
  const commands = { mount: "mount", unmount: "umount" };
  const mountPoint = (): string => join(base, "small-disk");

  function mountSmallDisk({ skip }: TestContext): void {
    mkdirSync(mountPoint());
    try {
      execFileSync(commands.mount, ["-t", "tmpfs", "-o", "size=24m", "tmpfs", mountPoint()], { stdio: "pipe" });
    } catch (error) {
      skip(`a small disk cannot be mounted here: ${String(error).split("\n")[0]}`);
    }
  }

  function append(path: string, bytes: number): boolean {
    try {
      writeFileSync(path, Buffer.alloc(bytes), { flag: "a" });
      return true;
    } catch {
      return false;
    }
  }

  /** To the last byte: what fails for a large piece may still work for a smaller one. */
  function fill(path: string): void {
    for (let bytes = 1 << 20; bytes >= 1; bytes >>= 1) while (append(path, bytes));
  }

  it("stops answers that could not be accounted for, loses none that were given, and is left behind", async (context) => {
    mountSmallDisk(context);
    const dataDir = mountPoint();
    const server = await startServer({ dataDir, upstreamUrl: upstream.url });
    try {
      const account = await createAccount(server.admin);
      const answered: (string | null)[] = [];
      const statuses = new Set<number>();
      const askSome = async (count: number): Promise<void> => {
        for (let at = 0; at < count; at += 1) {
          const { status, id } = await ask(server.url, account.key);
          statuses.add(status);
          if (status === 200) answered.push(id);
        }
      };
      await askSome(20);
      expect([...statuses]).toEqual([200]);
      fill(join(dataDir, "filler"));
      for (let time = 0; time < 20; time += 1) {
        await askSome(20);
        await sleep(50);
      }
      expect(statuses).toEqual(new Set([200, 503]));
      rmSync(join(dataDir, "filler"));
      await vi.waitFor(async () => expect((await ask(server.url, account.key)).status).toBe(200), {
        timeout: 45_000,
        interval: 200,
      });
      await vi.waitFor(
        async () => {
          const recorded = new Set((await listUsage(server.admin)).map(({ id }) => id));
          expect(answered.filter((id) => id === null || !recorded.has(id))).toEqual([]);
        },
        { timeout: 45_000, interval: 300 },
      );
      console.info(`full disk: ${answered.length} answers, all recorded; statuses ${[...statuses].join(", ")}`);
      expect(await server.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await server.kill();
      execFileSync(commands.unmount, ["-l", dataDir]);
    }
  });
});
