import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "#domain/secret.ts";
import { UnsealError } from "./encryption.ts";
import { loadEncryption } from "./load-encryption.ts";

let dataDir: string;
let warnings: string[];
const log = {
  info: () => {},
  error: () => {},
  warn: (_: object, message: string) => void warnings.push(message),
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ghostllm-encryption-"));
  warnings = [];
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function load(key: string | null, ...previous: readonly string[]) {
  const settings = {
    key: key === null ? null : new Secret(key),
    previousKeys: previous.map((one) => new Secret(one)),
    ...{ vaultToken: null, vaultNamespace: null, kmsEndpoint: null },
    ...{ awsAccessKeyId: null, awsSecretAccessKey: null, awsSessionToken: null },
  };
  return loadEncryption({
    settings,
    dataDir,
    log,
    ask: () => Promise.reject(new Error("nobody is asked")),
    now: Date.now,
  });
}

const hexKey = "0123456789abcdef".repeat(4);
const plain = new Secret("sk-test-ключ");

describe("a sealed secret", () => {
  it.each([
    ["hex", hexKey],
    ["base64", Buffer.alloc(32, 7).toString("base64")],
    ["a passphrase", "correct horse battery staple"],
  ])("opens again with the same key, given as %s, in another process", async (_, key) => {
    const sealed = await (await load(key)).seal(plain, "provider openai");
    expect(sealed).not.toContain("sk-test");
    expect((await (await load(key)).open(sealed, "provider openai")).reveal()).toBe(plain.reveal());
  });

  it("is another text every time", async () => {
    const encryption = await load(hexKey);
    expect(await encryption.seal(plain, "a")).not.toBe(await encryption.seal(plain, "a"));
  });

  it("does not open for another row", async () => {
    const encryption = await load(hexKey);
    const sealed = await encryption.seal(plain, "provider openai");
    await expect(encryption.open(sealed, "provider groq")).rejects.toThrow(UnsealError);
  });

  it.each([
    ["another key", "f".repeat(64)],
    ["a passphrase", "another passphrase altogether"],
  ])("says that the key is another one when it is %s", async (_, key) => {
    const sealed = await (await load(hexKey)).seal(plain, "provider openai");
    const opening = (await load(key)).open(sealed, "provider openai");
    await expect(opening).rejects.toThrow(/provider openai .*ENCRYPTION_KEY/);
  });

  it("says so for a wrong passphrase too", async () => {
    const sealed = await (await load("the first passphrase")).seal(plain, "provider openai");
    await expect((await load("the other passphrase")).open(sealed, "provider openai")).rejects.toThrow(UnsealError);
  });

  it("does not open when any character of it is changed", async () => {
    const encryption = await load(hexKey);
    const sealed = await encryption.seal(plain, "x");
    for (let at = 0; at < sealed.length; at += 7) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      await expect(encryption.open(changed, "x"), changed).rejects.toThrow(UnsealError);
    }
  });

  it.each(["", "v1", "v2.a.b.c", "v1.k.a.b.c", "v1...", "plain text"])("refuses %j without a crash", async (text) => {
    await expect((await load(hexKey)).open(text, "x")).rejects.toThrow(UnsealError);
  });
});

describe("several keys", () => {
  const [older, newer] = ["an older passphrase", "a newer passphrase"];

  it("seal with the first, and open with whichever it was", async () => {
    const sealed = await (await load(older)).seal(plain, "x");
    const both = await load(newer, hexKey, older);
    expect((await both.open(sealed, "x")).reveal()).toBe(plain.reveal());
    expect(await both.placeOf(sealed, "x")).toBe(2);
    const after = await both.rewrap(sealed, "x");
    expect(await both.placeOf(after, "x")).toBe(0);
    expect((await (await load(newer)).open(after, "x")).reveal()).toBe(plain.reveal());
    await expect((await load(older)).open(after, "x")).rejects.toThrow(UnsealError);
    await expect(both.rewrap(sealed, "y")).rejects.toThrow(UnsealError);
  });

  it("have the file that was made at the first start among them when a key is given later", async () => {
    const sealed = await (await load(null)).seal(plain, "x");
    const given = await load(hexKey);
    expect((await given.open(sealed, "x")).reveal()).toBe(plain.reveal());
    expect(given.keys.map(({ kind }) => kind)).toEqual(["configured", "file"]);
  });

  it.each(["vault:nowhere", "vault:https://user:word@host/transit/x", "aws-kms:x", "aws-kms:arn:aws:s3:::bucket"])(
    "are not taken from %s",
    async (text) => {
      await expect(load(text)).rejects.toThrow(/in a form that is not known/);
    },
  );
});

describe("the key file", () => {
  it("is made once, for its owner only, with one warning", async () => {
    const sealed = await (await load(null)).seal(plain, "x");
    const path = join(dataDir, "encryption.key");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path, "utf8")).trim()).toMatch(/^[0-9a-f]{64}$/);
    expect((await (await load(null)).open(sealed, "x")).reveal()).toBe(plain.reveal());
    expect(warnings).toHaveLength(1);
  });

  it("is one and the same for processes that start together", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => load(null)));
    const sealed = await Promise.all(all.map((encryption) => encryption.seal(plain, "x")));
    const [first] = all;
    for (const text of sealed) expect((await first?.open(text, "x"))?.reveal()).toBe(plain.reveal());
  });

  it("is not replaced when it is damaged", async () => {
    await writeFile(join(dataDir, "encryption.key"), "damaged");
    await expect(load(null)).rejects.toThrow(/32 bytes/);
    expect(await readFile(join(dataDir, "encryption.key"), "utf8")).toBe("damaged");
  });
});

it("refuses a passphrase that is too short", async () => {
  await expect(load("short")).rejects.toThrow(/at least 16 characters/);
});
