// A word that stands in every place of a request, whose vendors quote it in every way they have: it is found in no log, no
// metric, no report of health, no usage record, no answer of the admin API and no file of the data directory.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const word = "canary7f3aQx";
const quote = { error: { message: `cannot read: ${word}`, type: word, code: word, param: word } };
const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (content: string) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
});

/** How vendors quote a request; the model that is asked for says which of them is meant. */
const quotes: Readonly<Record<string, Script>> = {
  "bad-request": { kind: "answer", status: 400, body: quote },
  "unknown-status": { kind: "answer", status: 418, text: `I am ${word}`, headers: { "content-type": "text/html" } },
  limited: { kind: "answer", status: 429, body: quote, headers: { "retry-after": word, "x-error": word } },
  failing: { kind: "answer", status: 500, body: quote, headers: { "content-type": `application/json; ${word}` } },
  refused: { kind: "answer", status: 401, body: quote, headers: { "www-authenticate": word } },
  redirected: { kind: "answer", status: 307, text: word, headers: { location: `https://${word}.invalid/${word}` } },
  "no-json": {
    kind: "answer",
    status: 200,
    text: `{"choices":[${word}`,
    headers: { "content-type": "application/json" },
  },
  "odd-json": { kind: "answer", status: 200, body: { [word]: word, error: word, message: word, detail: [word] } },
  "no-http": { kind: "wire", text: `HTTP/1.1 2${word}\r\n${word}\r\n\r\n` },
  "odd-length": { kind: "wire", text: `HTTP/1.1 200 OK\r\ncontent-length: ${word}\r\n\r\n${word}` },
  "stream-error-first": { kind: "raw", text: event(quote) },
  "stream-error-within": { kind: "raw", text: event(chunk("Hel")) + `event: error\n${event(quote)}` },
  "stream-no-json": { kind: "raw", text: event(chunk("Hel")) + `data: {"choices":[${word}\n\ndata: [DONE]\n\n` },
  "stream-odd": { kind: "raw", text: `${event({ type: word, [word]: word })}event: ${word}\ndata: ${word}\n\n` },
  "stream-cut": { kind: "cut", after: { bytes: 60 }, of: { kind: "raw", text: event(chunk(word)) } },
};

const image = `data:image/png;base64,${word}`;
const url = `https://example.com/${word}.png?${word}`;
const schema = {
  type: "object",
  title: word,
  properties: { [word]: { type: "string", description: word, enum: [word] } },
};
const args = JSON.stringify({ [word]: word });

type Ask = (model: string, stream: boolean) => readonly [path: string, body: object];

const asks: Readonly<Record<string, Ask>> = {
  "openai-chat": (model, stream) => [
    `/v1/chat/completions?${word}`,
    {
      ...{ model, stream, user: word, metadata: { [word]: word }, stop: [word], prompt_cache_key: word },
      messages: [
        { role: "system", content: word, name: word },
        {
          role: "user",
          content: [
            { type: "text", text: word },
            { type: "image_url", image_url: { url } },
            { type: "image_url", image_url: { url: image } },
            { type: "file", file: { filename: `${word}.pdf`, file_data: `data:application/pdf;base64,${word}` } },
          ],
        },
        { role: "assistant", tool_calls: [{ id: word, type: "function", function: { name: word, arguments: args } }] },
        { role: "tool", tool_call_id: word, content: word },
      ],
      tools: [{ type: "function", function: { name: word, description: word, parameters: schema } }],
      [word]: word,
    },
  ],
  "openai-responses": (model, stream) => [
    "/v1/responses",
    {
      ...{ model, stream, user: word, metadata: { [word]: word }, instructions: word, safety_identifier: word },
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: word },
            { type: "input_image", image_url: url },
          ],
        },
        { type: "function_call", call_id: word, name: word, arguments: args },
        { type: "function_call_output", call_id: word, output: word },
      ],
      tools: [{ type: "function", name: word, description: word, parameters: schema, strict: false }],
    },
  ],
  "anthropic-messages": (model, stream) => [
    "/v1/messages",
    {
      ...{ model, stream, max_tokens: 9, system: word, metadata: { user_id: word }, stop_sequences: [word] },
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: word },
            { type: "image", source: { type: "url", url } },
          ],
        },
        { role: "assistant", content: [{ type: "tool_use", id: word, name: word, input: { [word]: word } }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: word, content: word }] },
      ],
      tools: [{ name: word, description: word, input_schema: schema }],
    },
  ],
  count: (model) => ["/v1/messages/count_tokens", { model, system: word, messages: [{ role: "user", content: word }] }],
  gemini: (model, stream) => [
    `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    {
      systemInstruction: { parts: [{ text: word }] },
      contents: [
        { role: "user", parts: [{ text: word }, { fileData: { fileUri: url, mimeType: "image/png" } }] },
        { role: "model", parts: [{ functionCall: { name: word, args: { [word]: word } } }] },
        { role: "user", parts: [{ functionResponse: { name: word, response: { [word]: word } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: word, description: word, parametersJsonSchema: schema }] }],
      labels: { [word]: word },
    },
  ],
  ollama: (model, stream) => [
    "/api/chat",
    {
      ...{ model, stream, options: { stop: [word] }, keep_alive: word },
      messages: [
        { role: "system", content: word },
        { role: "user", content: word, images: [word] },
        { role: "assistant", content: word, tool_calls: [{ function: { name: word, arguments: { [word]: word } } }] },
        { role: "tool", tool_name: word, content: word },
      ],
      tools: [{ type: "function", function: { name: word, description: word, parameters: schema } }],
    },
  ],
  embeddings: (model) => ["/v1/embeddings", { model, input: [word], user: word }],
  speech: (model) => ["/v1/audio/speech", { model, input: word, instructions: word, voice: word }],
};

const vendors = ["openai-compatible", "openai", "anthropic", "google", "ollama"] as const;

let server: WholeServer;
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startFakeUpstream({
    script: ({ path, text }) => {
      const mode = Object.keys(quotes).find((name) => text.includes(`m-${name}"`) || path.includes(`m-${name}:`));
      return (mode === undefined ? undefined : quotes[mode]) ?? { kind: "answer", status: 404, body: quote };
    },
  });
  server = await startWholeServer({ LOG_LEVEL: "trace" });
  for (const provider_type of vendors) {
    const base_url = provider_type.startsWith("openai") ? `${upstream.url}/v1` : upstream.url;
    await server.admin.providers.create({ body: { provider_type, base_url, api_key: "sk-of-the-vendor-0123456789" } });
  }
});
afterAll(async () => {
  await server.close();
  await upstream.close();
});

/** Where a vendor or a client may put it beside the body. */
const headers = () => ({
  authorization: `Bearer ${server.apiKey}`,
  "content-type": "application/json",
  "x-custom": word,
  "openai-organization": word,
  "anthropic-beta": word,
  cookie: `a=${word}`,
  referer: `https://example.com/${word}`,
});

async function send(path: string, init: RequestInit): Promise<string> {
  const response = await fetch(server.url + path, { method: "POST", headers: headers(), ...init });
  return response.text().catch(() => "cut");
}

function upload(file: string): FormData {
  const form = new FormData();
  form.set("purpose", "user_data");
  form.set("file", new Blob([word]), file);
  form.set("prompt", word);
  return form;
}

async function operatorsView(): Promise<string> {
  const authorization = `Bearer ${wholeAdminKey}`;
  const paths = ["/metrics", "/health", "/health/ready", "/status", "/admin/providers", "/admin/usage?limit=500"];
  const more = ["/admin/usage/summary", "/admin/models", "/admin/users", "/admin/api-keys"];
  const texts = [...paths, ...more].map(async (path) =>
    (await fetch(server.url + path, { headers: { authorization } })).text(),
  );
  return (await Promise.all(texts)).join("\n");
}

async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

it("nothing of a request is found where operators look, however its vendor quotes it", async () => {
  const asked = Object.keys(quotes).flatMap((mode, turn) =>
    Object.values(asks).flatMap((ask, index) =>
      [false, true].map(async (stream) => {
        const vendor = vendors[(turn + index) % vendors.length] ?? "openai";
        const [path, body] = ask(`${vendor}/m-${mode}`, stream);
        return send(path, { body: JSON.stringify(body) });
      }),
    ),
  );
  // What is large is read elsewhere.
  const large = ["bad-request", "no-json", "stream-error-within"].flatMap((mode) =>
    Object.values(asks).map((ask, index) => {
      const [path, body] = ask(`${vendors[index % vendors.length]}/m-${mode}`, index % 2 === 0);
      return send(path, { body: JSON.stringify({ ...body, padding: "x".repeat(200_000) }) });
    }),
  );
  const broken = [
    `{"model": "${word}", ${word}`,
    `"${word}"`,
    `{"model":"openai/m-failing","messages":"${word}"}`,
    `[${"[".repeat(150_000)}${word}`,
  ];
  const refused = ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/api/chat"].flatMap((path) =>
    broken.map((body) => send(path, { body })),
  );
  const { "content-type": _json, ...plain } = headers();
  const files = [`${word}.txt`, `${word}\n.txt`].map((name) =>
    send("/v1/files", { body: upload(name), headers: { ...plain, "x-ghostllm-provider": "openai" } }),
  );
  const answers = await Promise.all([...asked, ...large, ...refused, ...files]);
  // The client itself is told what its vendor says.
  expect(answers.filter((answer) => answer.includes(word)).length).toBeGreaterThan(50);
  expect(upstream.received.length).toBeGreaterThan(150);
  expect(server.logged.length).toBeGreaterThan(300);

  const view = await operatorsView();
  expect(view).toContain('"model":"m-');
  expect(contextOf(view)).toBe("");
  expect(contextOf(server.logged.join(""))).toBe("");
  for (const file of await filesOf(server.dataDir))
    expect(`${file} ${contextOf(await readFile(file, "latin1"))}`).toBe(`${file} `);
});

/** What stands around the word; nothing where it is not found. */
function contextOf(text: string): string {
  const at = text.indexOf(word);
  return at < 0 ? "" : text.slice(Math.max(0, at - 300), at + 60);
}
