// Files and batches: the vendor sees one account, its users see their own, and neither budgets nor permissions are evaded.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import OpenAI, { toFile } from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { roles } from "#domain/access/roles.ts";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const annKey = "gk-annannannann-0123456789abcdef";
const bobKey = "gk-bobbobbobbob-0123456789abcdef";
const adminKey = "gk-adminadminad-0123456789abcdef";

const file = { id: "file-1", object: "file", bytes: 4, created_at: 1, filename: "in.jsonl", purpose: "batch" };
const batch = {
  id: "batch_1",
  object: "batch",
  endpoint: "/v1/responses",
  input_file_id: "file-1",
  completion_window: "24h",
  status: "validating",
  output_file_id: null,
  created_at: 1,
};
const order = { input_file_id: "file-1", endpoint: "/v1/responses", completion_window: "24h" } as const;

let vendor: FakeUpstream;
let other: FakeUpstream;
let gateway: TestGateway;
let ann: OpenAI;
let bob: OpenAI;
let admin: OpenAI;

function principal(name: string, change: Partial<Principal> = {}): Principal {
  const scopes = [makeScope("key", name), makeScope("user", name)];
  return makePrincipal({ keyId: name, userId: name, scopes, ...change });
}

interface Setting {
  readonly types?: readonly string[];
  readonly ann?: Partial<Principal>;
}

function snapshotWith({ types = ["openai", "mistral"], ann: change = {} }: Setting = {}): Snapshot {
  const urls = [vendor.url, other.url];
  const targets = types.map((type, index) => makeTarget(makeProvider(type, urls[index] ?? ""), "m"));
  const principals = {
    [annKey]: principal("ann", change),
    [bobKey]: principal("bob"),
    [adminKey]: principal("root", { grants: roles.admin }),
  };
  return makeSnapshot({ targets, principals });
}

function clientOf(apiKey: string, headers: Record<string, string> = {}): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0, defaultHeaders: headers });
}

async function start(setting: Setting = {}, limits = {}): Promise<void> {
  gateway = await startGateway(snapshotWith(setting), { limits });
  [ann, bob, admin] = [clientOf(annKey), clientOf(bobKey), clientOf(adminKey)];
}

beforeEach(async () => {
  vendor = await startFakeUpstream();
  other = await startFakeUpstream();
});
afterEach(async () => {
  await gateway.close();
  await vendor.close();
  await other.close();
});

const last = () => vendor.received.at(-1);
const answer = (body: unknown) => vendor.script({ kind: "answer", body });

async function upload(client: OpenAI, content: string | Buffer = "{}\n"): Promise<void> {
  answer(file);
  await client.files.create({ file: await toFile(Buffer.from(content), "in.jsonl"), purpose: "batch" });
}

describe("files", () => {
  it("go to the vendor byte for byte, and are read, fetched and deleted by their owner", async () => {
    await start();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await upload(ann, bytes);
    expect(last()).toMatchObject({ method: "POST", path: "/files" });
    expect(last()?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(last()?.body.includes(bytes)).toBe(true);
    expect(last()?.headers["authorization"]).toBe("Bearer sk-vendor-credential");
    answer(file);
    expect(await ann.files.retrieve("file-1")).toMatchObject({ filename: "in.jsonl" });
    expect(last()).toMatchObject({ method: "GET", path: "/files/file-1" });
    const headers = { "content-type": "application/octet-stream", "content-disposition": 'attachment; filename="in"' };
    vendor.script({ kind: "raw", base64: bytes.toString("base64"), headers });
    const content = await ann.files.content("file-1");
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
    expect(content.headers.get("content-disposition")).toBe('attachment; filename="in"');
    expect(last()?.path).toBe("/files/file-1/content");
    answer({ id: "file-1", object: "file", deleted: true });
    await ann.files.delete("file-1");
    expect(last()).toMatchObject({ method: "DELETE", path: "/files/file-1" });
    expect(gateway.records.length).toBe(4);
    for (const record of gateway.records) {
      expect(record).toMatchObject({
        operation: "files",
        provider: "openai",
        totalTokens: 0,
        costNanos: 0,
        status: "ok",
      });
    }
  });

  it("are asked for their headers alone by HEAD, and what is large is not fetched for that", async () => {
    await start({}, { answerBufferBytes: 1024 });
    await upload(ann);
    const headers = { "content-type": "application/octet-stream" };
    const ask = async (method: string) => {
      const response = await fetch(`${gateway.url}/v1/files/file-1/content`, {
        method,
        headers: { authorization: `Bearer ${annKey}` },
      });
      return { status: response.status, type: response.headers.get("content-type"), bytes: await response.text() };
    };
    vendor.script({ kind: "raw", text: "small", headers });
    expect(await ask("HEAD")).toEqual({ status: 200, type: "application/octet-stream", bytes: "" });
    // It never ends, which nobody waits for.
    vendor.script({ kind: "stall", after: { bytes: 50_000 }, of: { kind: "raw", text: "x".repeat(100_000), headers } });
    expect(await ask("HEAD")).toEqual({ status: 200, type: "application/octet-stream", bytes: "" });
    expect(last()).toMatchObject({ method: "GET", path: "/files/file-1/content" });
    await vendor.waitUntil(() => vendor.openSockets() === 0);
    expect(gateway.records.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
  });

  it("that are larger than what is held in memory pass through", async () => {
    await start({}, { answerBufferBytes: 10_000 });
    await upload(ann);
    vendor.script({ kind: "raw", text: "x".repeat(100_000), headers: { "content-type": "application/octet-stream" } });
    expect((await (await ann.files.content("file-1")).text()).length).toBe(100_000);
    expect(gateway.records.at(-1)).toMatchObject({ operation: "files", totalTokens: 0, costNanos: 0, status: "ok" });
  });

  it("are nobody else's but the administrators'", async () => {
    await start();
    await upload(ann);
    const before = vendor.received.length;
    await expect(bob.files.retrieve("file-1")).rejects.toThrow(OpenAI.NotFoundError);
    await expect(bob.files.content("file-1")).rejects.toThrow(OpenAI.NotFoundError);
    await expect(bob.files.delete("file-1")).rejects.toThrow(OpenAI.NotFoundError);
    const named = clientOf(bobKey, { "x-ghostllm-provider": "openai" });
    await expect(named.files.content("file-1")).rejects.toThrow(OpenAI.NotFoundError);
    expect(vendor.received.length).toBe(before);
    expect(await admin.files.retrieve("file-1")).toMatchObject({ id: "file-1" });
    expect(await admin.files.retrieve("file-2")).toMatchObject({ id: "file-1" });
  });

  it("are listed for administrators only", async () => {
    await start();
    answer({ object: "list", data: [file], has_more: false });
    await expect(ann.files.list()).rejects.toThrow(OpenAI.PermissionDeniedError);
    expect((await admin.files.list({ limit: 3 })).data).toMatchObject([{ id: "file-1" }]);
    expect(last()?.path).toBe("/files?limit=3");
  });

  it("say nothing by their content about whose other files are", async () => {
    await start();
    await upload(ann);
    answer({ ...file, id: "file-9" });
    await ann.files.content("file-1");
    await expect(ann.files.retrieve("file-9")).rejects.toThrow(OpenAI.NotFoundError);
  });

  it("that are too large are refused", async () => {
    await start({}, { bodyBytes: 1_000 });
    const large = upload(ann, "x".repeat(2_000));
    await expect(large).rejects.toMatchObject({ status: 413, code: "request_too_large" });
    expect(vendor.received).toEqual([]);
  });

  it("are found after a restart by who names the provider", async () => {
    await start();
    answer(file);
    await expect(ann.files.retrieve("file-1")).rejects.toThrow("x-ghostllm-provider");
    const named = clientOf(annKey, { "x-ghostllm-provider": "openai" });
    expect(await named.files.retrieve("file-1")).toMatchObject({ id: "file-1" });
  });

  it("errors of the operator's credential are not the client's", async () => {
    await start();
    vendor.script({ kind: "answer", status: 401, body: { error: { message: "no", code: "invalid_api_key" } } });
    await expect(admin.files.list()).rejects.toMatchObject({ status: 502, code: "provider_error" });
  });
});

describe("batches", () => {
  it("are made from the client's own files, at the vendor that has them, and cost nobody knows what", async () => {
    await start({ types: ["openai", "groq"] });
    const named = clientOf(annKey, { "x-ghostllm-provider": "openai" });
    await upload(named);
    answer(batch);
    expect(await ann.batches.create(order)).toMatchObject({ id: "batch_1" });
    expect(last()).toMatchObject({ method: "POST", path: "/batches" });
    expect(last()?.json()).toEqual(order);
    expect(gateway.records.at(-1)).toMatchObject({ operation: "batches", totalTokens: 0, costNanos: null });
    await ann.batches.cancel("batch_1");
    expect(last()).toMatchObject({ method: "POST", path: "/batches/batch_1/cancel" });
    expect(gateway.records.at(-1)).toMatchObject({ operation: "batches", costNanos: 0 });
    await expect(bob.batches.create(order)).rejects.toMatchObject({ status: 404, param: "input_file_id" });
    await expect(bob.batches.retrieve("batch_1")).rejects.toThrow(OpenAI.NotFoundError);
    expect(other.received).toEqual([]);
  });

  it("what one wrote belongs to its owner, also when an administrator saw it first", async () => {
    await start();
    answer(batch);
    await ann.batches.create(order);
    const usage = { input_tokens: 5, output_tokens: 6, total_tokens: 11 };
    answer({ ...batch, status: "completed", output_file_id: "file-out", error_file_id: "file-err", usage });
    await admin.batches.retrieve("batch_1");
    expect(gateway.records.at(-1)).toMatchObject({ operation: "batches", totalTokens: 0, costNanos: 0 });
    vendor.script({ kind: "raw", text: '{"response":{}}\n', headers: { "content-type": "application/jsonl" } });
    expect(await (await ann.files.content("file-out")).text()).toBe('{"response":{}}\n');
    await ann.files.content("file-err");
    await expect(bob.files.content("file-out")).rejects.toThrow(OpenAI.NotFoundError);
  });

  it("are listed for administrators only", async () => {
    await start();
    answer({ object: "list", data: [batch], has_more: false });
    await expect(ann.batches.list()).rejects.toThrow(OpenAI.PermissionDeniedError);
    expect((await admin.batches.list()).data).toMatchObject([{ id: "batch_1" }]);
  });
});

describe("which provider and which keys", () => {
  it("the only one that offers them, or the one that is named", async () => {
    await start({ types: ["openai", "groq"] });
    await expect(admin.files.list()).rejects.toThrow("x-ghostllm-provider (openai, groq)");
    answer({ object: "list", data: [], has_more: false });
    await clientOf(adminKey, { "x-ghostllm-provider": "openai" }).files.list();
    expect(vendor.received.length).toBe(1);
    const wrong = clientOf(adminKey, { "x-ghostllm-provider": "nobody" });
    await expect(wrong.files.list()).rejects.toThrow(OpenAI.NotFoundError);
    gateway.swap(snapshotWith({ types: ["mistral"] }));
    await expect(admin.files.list()).rejects.toMatchObject({ status: 404 });
    gateway.swap(snapshotWith({ types: ["mistral", "openai"] }));
    await expect(clientOf(adminKey, { "x-ghostllm-provider": "mistral" }).files.list()).rejects.toThrow(
      "does not offer",
    );
  });

  it.each<[string, Partial<Principal>]>([
    ["a budget of the key", { scopes: [makeScope("key", "ann", { budgetNanos: 1_000_000_000 })] }],
    ["a budget of the user", { scopes: [makeScope("key", "ann"), makeScope("user", "ann", { budgetNanos: 1 })] }],
    ["a limit to models", { permissions: { models: ["openai/*"] } }],
    ["a budget of an administrator", { grants: roles.admin, scopes: [makeScope("key", "ann", { budgetNanos: 1 })] }],
  ])("%s keeps from all of it", async (_, change) => {
    await start({ ann: change });
    const named = clientOf(annKey, { "x-ghostllm-provider": "openai" });
    const refused = { status: 403, code: "permission_denied" };
    await expect(upload(named)).rejects.toMatchObject(refused);
    await expect(named.files.list()).rejects.toMatchObject(refused);
    await expect(named.files.content("file-1")).rejects.toMatchObject(refused);
    await expect(named.batches.create(order)).rejects.toMatchObject(refused);
    expect(vendor.received).toEqual([]);
    expect(gateway.records).toEqual([]);
  });

  it("limits of requests hold", async () => {
    const limits = { requestsPerMinute: 1, tokensPerMinute: null, concurrentRequests: null };
    await start({ ann: { scopes: [makeScope("key", "ann", { limits })] } });
    await upload(ann);
    await expect(ann.files.retrieve("file-1")).rejects.toThrow(OpenAI.RateLimitError);
  });

  it("unknown keys are a 401", async () => {
    await start();
    await expect(clientOf("gk-unknown").files.list()).rejects.toThrow(OpenAI.AuthenticationError);
  });
});
