// The configuration file by the admin API: shown without its secrets, a text checked in its place, and read anew.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

const written = `# ours
timeouts: { idle_ms: 60s }
providers:
  - name: main
    type: openai
    api_key: sk-written-out-123456789
  - { name: other, type: groq, api_key: "\${GROQ_OF_TESTS}" }
`;

describe("the configuration file", () => {
  let directory: string;
  let file: string;
  let server: WholeServer;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ghostllm-file-"));
    file = join(directory, "ghostllm.yaml");
    await writeFile(file, written, { mode: 0o600 });
    await writeFile(join(directory, "elsewhere"), "a secret of somebody else");
    server = await startWholeServer({ GHOSTLLM_CONFIG: file, GROQ_OF_TESTS: "gsk-of-a-variable-1234" });
  });
  beforeEach(async () => {
    await writeFile(file, written, { mode: 0o600 });
    await server.admin.system.reload();
  });
  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  const check = (text: string) => server.admin.system.check({ body: { text } });

  it("is shown as it is in force, without its secrets", async () => {
    const { file: name, text } = await server.admin.system.file({});
    expect(name).toBe(file);
    expect(text).toContain("idle_ms: 60s");
    expect(text).toContain('api_key: "[secret]"');
    expect(text).toContain("${GROQ_OF_TESTS}");
    expect(text).not.toMatch(/sk-written|gsk-of/);
  });

  it("is what is checked where nothing is typed: no fault, and nothing that differs", async () => {
    const { text } = await server.admin.system.file({});
    expect(await check(text ?? "")).toEqual({ problems: [], warnings: [], changes: [], declares_otherwise: false });
  });

  it("says what another text would change, and changes nothing by that", async () => {
    const { text } = await server.admin.system.file({});
    const other = `${(text ?? "").replace("60s", "90s")}server: { hsts_seconds: 7 }\n`;
    const { changes, declares_otherwise: declaresOtherwise } = await check(other);
    expect(changes.map(({ path, is_live: isLive }) => [path, isLive])).toEqual(
      expect.arrayContaining([
        ["timeouts.idle_ms", true],
        ["server.hsts_seconds", false],
      ]),
    );
    expect(declaresOtherwise).toBe(false);
    expect((await check(other.replace("name: main", "name: renamed"))).declares_otherwise).toBe(true);
    expect(await readFile(file, "utf8")).toBe(written);
    const { settings } = await server.admin.system.configuration({});
    expect(settings.find(({ path }) => path === "timeouts.idle_ms")?.value).toBe(60_000);
  });

  it("names all faults of a text with their lines and columns", async () => {
    const { problems } = await check("log_levle: info\ntimeouts:\n  idle_ms: soon\n");
    expect(problems).toMatchObject([
      { line: 1, column: 1, setting: "log_levle" },
      { line: 3, column: 12, setting: "timeouts.idle_ms" },
    ]);
    expect((await check("a: [")).problems[0]).toMatchObject({ line: 1, message: expect.stringContaining("YAML") });
  });

  it("tells nothing of variables, and reads no other file", async () => {
    const told = [
      await check("timeouts: { idle_ms: '${GROQ_OF_TESTS}' }"),
      await check("events: { source: '/x-${GROQ_OF_TESTS}' }"),
      await check(`jwt_secret: "file:${join(directory, "elsewhere")}"`),
      await check(`providers: [{ name: a, type: openai, api_key: "file:${join(directory, "elsewhere")}" }]`),
    ];
    expect(told[0]?.problems).toMatchObject([{ message: expect.stringContaining("${GROQ_OF_TESTS}") }]);
    expect(told[3]?.problems).toMatchObject([{ message: expect.stringContaining("those of the file in force") }]);
    expect(JSON.stringify(told)).not.toMatch(/gsk-of|somebody else/);
  });

  it("is read anew where somebody asks for it, and not where it has a fault", async () => {
    await writeFile(file, written.replace("60s", "70s"));
    expect((await server.admin.system.reload()).problems).toEqual([]);
    const { settings } = await server.admin.system.configuration({});
    expect(settings.find(({ path }) => path === "timeouts.idle_ms")?.value).toBe(70_000);
    await writeFile(file, written.replace("60s", "soon"));
    const { problems } = await server.admin.system.reload();
    expect(problems).toMatchObject([{ place: expect.stringContaining("timeouts.idle_ms") }]);
    expect((await server.admin.system.file({})).text).toContain("70s");
  });
});
