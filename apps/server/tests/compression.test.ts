// Plain answers are made smaller for clients that take it, whichever plane gives them; streams and small ones never.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { askExactly, decoded } from "./support/exact-answer.ts";
import type { ExactAnswer } from "./support/exact-answer.ts";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const model = "gpt-4o-mini";
const messages = [{ role: "user", content: "many words, ".repeat(2_000) }];

let upstream: FakeUpstream;
let server: WholeServer;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startWholeServer({ OPENAI_API_KEY: "sk-vendor", OPENAI_BASE_URL: `${upstream.url}/v1` });
});
afterAll(async () => {
  await server?.close();
  await upstream?.close();
});
beforeEach(() =>
  upstream.script(({ path, text }) =>
    text.includes('"seed":400')
      ? { kind: "error", status: 400, message: "wrong, ".repeat(500) }
      : path.endsWith("/files")
        ? {
            kind: "answer",
            body: { object: "list", data: Array.from({ length: 99 }, () => ({ id: "file-1", object: "file" })) },
          }
        : { kind: "default" },
  ),
);

interface Ask {
  readonly path: string;
  readonly body?: object;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask({ path, body, method, headers = {} }: Ask, acceptEncoding: string | null): Promise<ExactAnswer> {
  const key = path.startsWith("/admin") ? wholeAdminKey : server.apiKey;
  return askExactly(server.url + path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(acceptEncoding !== null && { "accept-encoding": acceptEncoding }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const chat: Ask = { path: "/v1/chat/completions", body: { model, messages } };
const stylesheet: Ask = { path: "/docs/static/swagger-ui.css" };

const large: readonly (readonly [string, Ask])[] = [
  ["a chat", chat],
  ["a message", { path: "/v1/messages", body: { model, messages, max_tokens: 50_000 } }],
  [
    "content of Gemini",
    {
      path: `/v1beta/models/${model}:generateContent`,
      body: { contents: [{ parts: [{ text: messages[0]?.content ?? "" }] }] },
    },
  ],
  ["a chat of Ollama", { path: "/api/chat", body: { model, messages, stream: false } }],
  ["embeddings", { path: "/v1/embeddings", body: { model: "text-embedding-3-small", input: ["a", "b", "c"] } }],
  ["an error of the vendor that says much", { path: "/v1/chat/completions", body: { model, messages, seed: 400 } }],
  ["a list of what a vendor keeps", { path: "/v1/files" }],
  ["a list for operators", { path: "/admin/models" }],
  ["the document of the API", { path: "/docs/json" }],
  ["a file of the documentation", stylesheet],
  ["metrics", { path: "/metrics" }],
];

/** What differs from one answer to the next. */
function comparable(answer: ExactAnswer): string {
  return decoded(answer)
    .toString("utf8")
    .replaceAll(/"(?:id|responseId)":"[^"]*"|"(?:created|\w+_duration)":\d+|"(?:created_at|createTime)":"[^"]*"/g, "");
}

describe.each(large)("%s", (name, route) => {
  it.each(["gzip", "br", "zstd"])("comes as %s to who takes that, and says the same", async (coding) => {
    const plain = await ask(route, null);
    const answer = await ask(route, coding);
    expect(answer.status).toBe(plain.status);
    expect(plain.bytes.length).toBeGreaterThan(2048);
    expect(answer.headers["content-encoding"]).toBe(coding);
    expect(answer.headers["content-type"]).toBe(plain.headers["content-type"]);
    expect(Number(answer.headers["content-length"])).toBe(answer.bytes.length);
    expect(answer.bytes.length).toBeLessThan(plain.bytes.length);
    if (name !== "metrics") expect(comparable(answer)).toBe(comparable(plain));
    for (const { headers } of [plain, answer]) expect(headers.vary).toContain("Accept-Encoding");
  });

  it("comes as it is to who takes nothing else", async () => {
    for (const header of ["identity", "deflate", "gzip;q=0", "*;q=0"]) {
      const answer = await ask(route, header);
      expect(answer.headers["content-encoding"]).toBeUndefined();
      expect(Number(answer.headers["content-length"])).toBe(answer.bytes.length);
    }
  });
});

describe("streams", () => {
  const streams: readonly (readonly [string, Ask])[] = [
    ["chat", { path: "/v1/chat/completions", body: { model, messages, stream: true } }],
    ["messages", { path: "/v1/messages", body: { model, messages, max_tokens: 50_000, stream: true } }],
    ["lines of Ollama", { path: "/api/chat", body: { model, messages } }],
    [
      "Gemini",
      {
        path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
        body: { contents: [{ parts: [{ text: "Hello" }] }] },
      },
    ],
  ];
  it.each(streams)("of %s are sent as they are", async (_name, route) => {
    const { status, headers, bytes } = await ask(route, "gzip, br, zstd, identity;q=0");
    expect(status).toBe(200);
    expect(headers["content-encoding"]).toBeUndefined();
    expect(bytes.toString("utf8")).toMatch(/^(?:data: |event: |\{)/);
  });
});

describe("what is sent as it is", () => {
  it("small answers, unless the client would not take them so", async () => {
    const small: Ask = { path: "/v1/chat/completions", body: { model, messages: [{ role: "user", content: "Hi" }] } };
    const { headers } = await ask(small, "gzip, br, zstd");
    expect([headers["content-encoding"], headers.vary]).toEqual([undefined, undefined]);
    const answer = await ask(small, "gzip, identity;q=0");
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(decoded(answer).toString("utf8")).toContain("You said: Hi");
  });

  it("parts of files, what has not changed, and answers to HEAD", async () => {
    const part = await ask({ ...stylesheet, headers: { range: "bytes=0-4999" } }, "gzip");
    expect([part.status, part.bytes.length, part.headers["content-encoding"]]).toEqual([206, 5_000, undefined]);
    const { headers: known } = await ask(stylesheet, "gzip");
    const headers = { "if-none-match": known.etag ?? "" };
    const unchanged = await ask({ ...stylesheet, headers }, "gzip");
    expect([unchanged.status, unchanged.bytes.length]).toEqual([304, 0]);
    expect(unchanged.headers.vary).toBe("Accept-Encoding");
    expect(known.etag).toMatch(/^W\//);
    expect(known["accept-ranges"]).toBeUndefined();
  });

  it.each([
    ["of the gateway", { path: "/metrics" }],
    ["of what a vendor keeps", { path: "/v1/files" }],
    ["of a file", stylesheet],
    ["of a page", { path: "/docs/json" }],
  ])("the answer to HEAD %s, which does not say how long a coded one would be", async (_name, route) => {
    const { status, headers, bytes } = await ask({ ...route, method: "HEAD" }, "gzip");
    expect([status, bytes.length]).toEqual([200, 0]);
    expect([headers["content-encoding"], headers["content-length"]]).toEqual([undefined, undefined]);
    expect(headers.vary).toContain("Accept-Encoding");
    const plain = await ask({ ...route, method: "HEAD" }, null);
    expect(Number(plain.headers["content-length"])).toBeGreaterThan(2048);
  });

  it("sound, pictures and what else is dense already", async () => {
    const audio = Buffer.alloc(20_000, "sound");
    upstream.script({ kind: "answer", base64: audio.toString("base64"), headers: { "content-type": "audio/mpeg" } });
    const answer = await ask({ path: "/v1/audio/speech", body: { model, input: "Hello", voice: "alloy" } }, "gzip");
    expect([answer.status, answer.headers["content-encoding"]]).toEqual([200, undefined]);
    expect(answer.bytes.equals(audio)).toBe(true);
  });
});

describe("many large answers at once", () => {
  it("are all whole, compressed or not", async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => ask(chat, "gzip")));
    const texts = new Set(answers.map(comparable));
    expect(texts.size).toBe(1);
    expect(answers.some(({ headers }) => headers["content-encoding"] === "gzip")).toBe(true);
  });
});
