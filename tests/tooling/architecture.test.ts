import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { checkArchitecture } from "../../tools/check-architecture.ts";

let root: string;

function plant(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A house without a fault, in which every planted one must stand out. */
const sound: Readonly<Record<string, string>> = {
  "packages/contract/src/index.ts": 'export { newId } from "./ids.ts";\n',
  "packages/llm/src/hub.ts": 'import type { ErrorCode } from "@ghostllm/contract";\nexport type Code = ErrorCode;\n',
  "packages/llm/src/dialects/openai-chat/index.ts":
    'import { scan } from "#wire/scan.ts";\nexport const codec = scan;\n',
  "packages/llm/src/dialects/gemini/index.ts":
    'import { encode } from "./encode/encode.ts";\nexport const codec = encode;\n',
  "packages/llm/src/dialects/gemini/encode/encode.ts":
    'import { fit } from "#dialects/gemini/straight/fit.ts";\nimport { dialect } from "#dialects/gemini/name.ts";\nexport const encode = fit(dialect);\n',
  "packages/llm/src/providers/openai.ts":
    'import { defineCompatible } from "./define-compatible.ts";\nexport const openai = defineCompatible();\n',
  "packages/llm/src/providers/together.ts": "export const together = 1;\n",
  "packages/llm/src/providers/index.ts": 'import { openai } from "./openai.ts";\nexport const providers = [openai];\n',
  "apps/server/src/gateway/flow/execute.ts":
    '// openai is named only in this comment; process.env too\nimport { link } from "#link/link.ts";\nimport type { Config } from "#config/config.ts";\n',
  "apps/server/src/gateway/upstream/client.ts": 'import { connect } from "node:net";\nimport { Pool } from "undici";\n',
  "apps/server/src/gateway/http/listener.ts":
    'import { createServer, type ClientRequest } from "node:http";\nconst text = "sent together";\n',
  "apps/server/src/control/store/engines/sqlite.ts": 'import { Kysely } from "kysely";\n',
  "apps/server/src/config/sources.ts": "export const environment = process.env;\n",
  "apps/server/src/compose/vendors.ts":
    'import { startFake } from "@ghostllm/fake-upstream";\nimport { listen } from "#gateway/http/listener.ts";\n',
  "apps/server/src/main.ts":
    'import { compose } from "#compose/compose.ts";\nimport { version } from "./version.ts";\n',
  "apps/cli/src/commands/serve.ts": 'import { serve } from "@ghostllm/server";\n',
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ghostllm-architecture-"));
  for (const [path, text] of Object.entries(sound)) plant(path, text);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

it("finds nothing in a sound house", () => {
  const report = checkArchitecture(root);
  expect(report.violations).toEqual([]);
  expect(report).toMatchObject({ files: Object.keys(sound).length, imports: 19 });
});

const planted: readonly (readonly [path: string, text: string, message: string])[] = [
  // Between workspaces.
  [
    "packages/contract/src/a.ts",
    'import { hub } from "@ghostllm/llm";',
    "packages/contract may not import @ghostllm/llm",
  ],
  [
    "packages/llm/src/wire/a.ts",
    'export { x } from "@ghostllm/server";',
    "packages/llm may not import @ghostllm/server",
  ],
  ["apps/server/src/gateway/flow/a.ts", 'await import("ghostllm");', "apps/server may not import ghostllm"],
  ["apps/server/src/gateway/flow/a.ts", 'import type { X } from "@ghostllm/llm/src/hub.ts";', "goes past the index"],
  ["apps/server/tests/a.test.ts", 'import { x } from "@ghostllm/llm/src/hub.ts";', "goes past the index"],
  ["apps/web/src/a.ts", 'import { x } from "@ghostllm/contract";', "the workspace apps/web is not in the table"],
  [
    "apps/cli/src/commands/user.ts",
    'import { x } from "@ghostllm/server";',
    "is only for apps/cli/src/commands/serve.ts",
  ],
  [
    "apps/server/src/gateway/flow/a.ts",
    'import { fake } from "@ghostllm/fake-upstream";',
    "is only for apps/server/src/compose/vendors.ts",
  ],
  // Between the folders of one.
  [
    "apps/server/src/gateway/flow/a.ts",
    'import { store } from "#control/store/store.ts";',
    "gateway/flow may not import control",
  ],
  [
    "apps/server/src/control/a.ts",
    'import {\n  plan,\n  type Plan,\n} from "#gateway/flow/plan.ts";',
    "control may not import gateway",
  ],
  ["apps/server/src/domain/a.ts", 'import type { Link } from "#link/link.ts";', "domain may not import link"],
  [
    "apps/server/src/gateway/flow/a.ts",
    'import { loadConfig } from "#config/load.ts";',
    "may import only types from config",
  ],
  ["apps/server/src/misc/a.ts", 'import type { X } from "#domain/x.ts";', "misc is not in the table"],
  [
    "apps/server/src/gateway/flow/a.ts",
    'import type { Parts } from "#compose/compose.ts";',
    "gateway/flow may not import compose",
  ],
  ["apps/server/src/compose/compose.ts", 'import "#main.ts";', "nobody may import apps/server/src/main.ts"],
  ["apps/server/src/gateway/flow/a.ts", 'import { x } from "../listener.ts";', "climbs out of its folder"],
  [
    "packages/llm/src/wire/a.ts",
    'import { codec } from "#dialects/gemini/index.ts";',
    "wire may not import dialects/gemini/index.ts",
  ],
  [
    "packages/llm/src/dialects/passage/a.ts",
    'import { openai } from "#providers/openai.ts";',
    "may import only types from providers",
  ],
  [
    "packages/llm/src/dialects/gemini/a.ts",
    'import { codec } from "#dialects/openai-chat/index.ts";',
    "gemini may not know openai-chat",
  ],
  [
    "packages/llm/src/dialects/gemini/encode/a.ts",
    'import type { X } from "#dialects/openai-chat/encode/b.ts";',
    "gemini may not know openai-chat",
  ],
  // Between nested folders.
  [
    "apps/server/src/gateway/http/a.ts",
    'import { serve } from "#gateway/endpoints/inference.ts";',
    "gateway/http may not import gateway/endpoints",
  ],
  [
    "apps/server/src/gateway/flow/answer/a.ts",
    'import type { Caller } from "#gateway/endpoints/serve-request.ts";',
    "gateway/flow may not import gateway/endpoints",
  ],
  [
    "apps/server/src/gateway/http/b.ts",
    'import type { Run } from "#gateway/flow/call.ts";',
    "gateway/http may not import gateway/flow",
  ],
  ["apps/server/src/gateway/a.ts", 'import { x } from "#link/link.ts";', "gateway/a.ts is not in the table"],
  [
    "packages/llm/src/dialects/gemini/decode/a.ts",
    'import { encode } from "#dialects/gemini/encode/encode.ts";',
    "dialects/gemini/decode may not import dialects/gemini/encode",
  ],
  [
    "packages/llm/src/dialects/gemini/encode/a.ts",
    'import type { X } from "#dialects/gemini/decode/b.ts";',
    "dialects/gemini/encode may not import dialects/gemini/decode",
  ],
  [
    "packages/llm/src/dialects/gemini/decode/a.ts",
    'import { fit } from "#dialects/gemini/straight/fit.ts";',
    "dialects/gemini/decode may not import dialects/gemini/straight",
  ],
  [
    "packages/llm/src/dialects/gemini/a.ts",
    'import { x } from "#dialects/gemini/straight/x.ts";',
    "dialects/gemini may not import dialects/gemini/straight",
  ],
  [
    "packages/llm/src/dialects/gemini/straight/a.ts",
    'import { codec } from "#dialects/gemini/index.ts";',
    "dialects/gemini/straight may not import dialects/gemini/index.ts",
  ],
  [
    "packages/llm/src/dialects/gemini/straight/a.ts",
    'import { between } from "#dialects/passage/between.ts";',
    "dialects/gemini/straight may not import dialects/passage",
  ],
  [
    "packages/llm/src/dialects/fields/a.ts",
    'import { scan } from "#dialects/passage/scan.ts";',
    "dialects/fields may not import dialects/passage",
  ],
  [
    "packages/llm/src/dialects/passage/a.ts",
    'import { openai } from "#dialects/dialect.ts";',
    "dialects/passage may import only types from dialects/dialect.ts",
  ],
  ["packages/llm/src/dialects/a.ts", 'import type { X } from "#hub.ts";', "dialects/a.ts is not in the table"],
  ["packages/llm/src/providers/xai.ts", 'import { openai } from "./openai.ts";', "xai.ts may not know openai.ts"],
  // Of packages.
  [
    "apps/server/src/control/resources/a.ts",
    'import { sql } from "kysely";',
    "kysely is only for apps/server/src/control/store",
  ],
  ["apps/server/src/link/a.ts", 'import pool from "pg/lib/pool.js";', "pg/lib/pool.js is only for"],
  [
    "apps/server/src/gateway/flow/a.ts",
    'import { request } from "undici";',
    "undici is only for apps/server/src/gateway/upstream",
  ],
  [
    "apps/server/src/gateway/flow/a.ts",
    'import { request as ask } from "node:https";',
    "{ request } of node:https is only for",
  ],
  ["apps/server/src/control/a.ts", 'import net from "node:net";', "{ default } of node:net is only for"],
  ["apps/server/src/control/a.ts", 'const tls = await import("node:tls");', "{ * } of node:tls is only for"],
  ["apps/server/src/gateway/flow/a.ts", 'import fastify from "fastify";', "fastify is only for"],
  ["packages/llm/src/wire/a.ts", 'import { Buffer } from "node:buffer";', "node:buffer is not for this workspace"],
  ["packages/contract/src/a.ts", 'import { randomBytes } from "node:crypto";', "node:crypto is not for this workspace"],
  // Of what stands in a file.
  ["apps/server/src/gateway/flow/a.ts", "const port = process.env.PORT;", "uses process.env"],
  ["apps/cli/src/a.ts", 'const port = process["env"].PORT;', "uses process.env"],
  ["packages/fake-upstream/src/a.ts", "const { env } = process;", "uses process.env"],
  ["apps/server/src/control/a.ts", "const answer = await fetch(url);", "uses a client socket"],
  ["apps/server/src/gateway/flow/a.ts", 'if (principal.role === "admin") serve();', "uses a role's name"],
  ["apps/server/src/control/a.ts", 'const isUser = "user" !== caller?.role;', "uses a role's name"],
  ["apps/server/src/control/a.ts", 'switch (user.role) { case "admin": serve(); }', "uses a role's name"],
  ["apps/server/src/control/a.ts", 'if (["admin", "root"].includes(user.role)) serve();', "uses a role's name"],
  ["apps/cli/src/a.ts", 'const admin = users.find(({ role }) => role === "admin");', "uses a role's name"],
  ["packages/llm/src/catalog/a.ts", "const now = Date.now();", "uses the clock"],
  ["packages/llm/src/catalog/a.ts", "const now = new Date();", "uses the clock"],
  ["packages/llm/src/catalog/a.ts", "const id = `${Math.random()}`;", "uses randomness"],
  ["packages/llm/src/catalog/a.ts", "console.log(1);", "uses the outer world"],
  ["packages/llm/src/catalog/a.ts", "setTimeout(() => 1, 2);", "uses the outer world"],
  ["apps/server/src/gateway/flow/a.ts", 'if (provider === "openai") retry();', "names the vendor or dialect `openai`"],
  ["apps/server/src/gateway/flow/a.ts", "const isOpenai = 1;", "names the vendor or dialect `openai`"],
  ["apps/server/src/gateway/flow/a.ts", "const openaiChatCodec = 1;", "names the vendor or dialect `openai-chat`"],
  ["apps/server/src/gateway/flow/a.ts", "const message = `the Gemini answer`;", "names the vendor or dialect `gemini`"],
  ["apps/server/src/gateway/flow/a.ts", 'if (type === "together") retry();', "names the vendor or dialect `together`"],
  ["apps/server/src/gateway/flow/a.ts", "const one = 1;\n".repeat(301), "has 301 lines, and 300 is the limit"],
];

describe("a planted violation is caught", () => {
  it.each(planted)("%s: %s", (path, text, message) => {
    plant(path, `${text}\n`);
    const { violations } = checkArchitecture(root);
    const found = violations.filter((one) => one.path === path);
    expect(found.map((one) => one.message).join("\n")).toContain(message);
    expect(found.every(({ instead }) => instead !== "")).toBe(true);
    expect(violations).toEqual(found);
  });
});

describe("a circle of imports is caught", () => {
  const messages = (): readonly string[] => checkArchitecture(root).violations.map(({ message }) => message);

  it("of two files", () => {
    plant("packages/llm/src/wire/a.ts", 'import { b } from "./b.ts";\nexport const a = b;');
    plant("packages/llm/src/wire/b.ts", 'import { a } from "./a.ts";\nexport const b = a;');
    const wire = "packages/llm/src/wire";
    expect(messages()).toEqual([`is in a circle of imports: ${wire}/a.ts -> ${wire}/b.ts -> ${wire}/a.ts`]);
  });

  it("that a type closes, across folders", () => {
    plant("apps/server/src/domain/a.ts", 'import { b } from "./b.ts";');
    plant("apps/server/src/domain/b.ts", 'export { c } from "#domain/deep/c.ts";');
    plant("apps/server/src/domain/deep/c.ts", 'import type { A } from "#domain/a.ts";');
    expect(messages()).toHaveLength(1);
    expect(messages()[0]).toMatch(/domain\/a.ts -> .*domain\/b.ts -> .*deep\/c.ts -> .*domain\/a.ts$/);
  });

  it("in the tools", () => {
    plant("tools/a.ts", 'import { b } from "./inner/b.ts";');
    plant("tools/inner/b.ts", 'import type { A } from "../a.ts";');
    expect(messages()).toEqual(["is in a circle of imports: tools/a.ts -> tools/inner/b.ts -> tools/a.ts"]);
  });

  it("of a file with itself", () => {
    plant("tools/a.ts", 'import { a } from "./a.ts";');
    expect(messages()).toEqual(["is in a circle of imports: tools/a.ts -> tools/a.ts"]);
  });

  it("only where files lead back to themselves", () => {
    plant("tools/a.ts", 'import { b } from "./b.ts";\nimport { c } from "./c.ts";');
    plant("tools/b.ts", 'import { c } from "./c.ts";');
    plant("tools/c.ts", "export const c = 1;");
    plant("tools/c.test.ts", 'import { a } from "./a.ts";');
    expect(messages()).toEqual([]);
  });
});

describe("what only looks like a violation is let through", () => {
  it.each([
    ["a comment", '// import { store } from "#control/store/store.ts";\n/* process.env, fetch(url) */'],
    ["a string", "const text = \"import { x } from 'kysely'; // process.env\";"],
    ["a template", "const text = `fetch(${`Date.now() ${1}`}) kysely`;"],
    ["a regular expression", "const quotes = /[\"'`/]/; const text = 'process.env';"],
    ["a type", 'import type { Socket } from "node:net";\nimport { type Kysely } from "kysely";'],
    ["a method of that name", "const answer = await client.fetch(url);"],
    ["another door of a workspace", 'import { createClient } from "@ghostllm/contract/client";'],
    [
      "a role that is only passed on",
      'const row = { role: user.role }; const name = roles[user.role]; if (body.role !== undefined) make({ role: "admin" });',
    ],
    ["a division", "const half = total / 2; const more = half / 3; // fetch("],
  ])("%s", (_, text) => {
    plant("apps/server/src/gateway/flow/a.ts", `${text}\n`);
    expect(checkArchitecture(root).violations).toEqual([]);
  });

  it("a test that reaches across folders", () => {
    plant(
      "apps/server/src/gateway/flow/a.test.ts",
      'import { store } from "#control/store/sqlite.ts";\nimport { request } from "node:http";\n',
    );
    expect(checkArchitecture(root).violations).toEqual([]);
  });
});

it("gives the line", () => {
  plant(
    "apps/server/src/gateway/flow/a.ts",
    '/*\n\n*/\nimport { Secret } from "#domain/secret.ts";\n\nconst x = process.env;\n',
  );
  expect(checkArchitecture(root).violations).toMatchObject([{ line: 6 }]);
});

it("fails when it sees no files, no imports or no vendors", () => {
  rmSync(root, { recursive: true });
  mkdirSync(root);
  const messages = checkArchitecture(root).violations.map(({ message }) => message);
  expect(messages.join("\n")).toMatch(/no source files[^]*no imports[^]*no provider files/);
  plant("apps/server/src/domain/a.ts", "export const a = 1;\n");
  expect(checkArchitecture(root).violations).toHaveLength(2);
});

it("sees this repository", () => {
  const { files, imports } = checkArchitecture(resolve(import.meta.dirname, "../.."));
  expect(files).toBeGreaterThan(50);
  expect(imports).toBeGreaterThan(files);
});
