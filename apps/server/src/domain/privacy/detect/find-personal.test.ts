import { privacyClasses } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { findPersonal } from "./find-personal.ts";

const all = new Set(privacyClasses);

function found(text: string): readonly string[] {
  return findPersonal(text, all).map((one) => `${one.class}: ${text.slice(one.start, one.end)}`);
}

describe("what is personal in a text", () => {
  it("is found in its order, each once, and with nothing of what is beside it", () => {
    expect(found("To john.doe@example.com, +49 30 23125 123, 4111 1111 1111 1111; from 192.0.2.17.")).toEqual([
      "email: john.doe@example.com",
      "phone: +49 30 23125 123",
      "card: 4111 1111 1111 1111",
      "ip: 192.0.2.17",
    ]);
  });

  it("belongs to the longer thing of which it is a part", () => {
    expect(found("202-555-0143@example.com")).toEqual(["email: 202-555-0143@example.com"]);
    expect(found("postgres://app:hunter22@db.example.com/x")).toEqual(["secret: hunter22"]);
  });

  it("is found behind a line's end that JSON within a text has escaped", () => {
    expect(found(String.raw`{\"to\":\"x\njohn@example.com\n4111111111111111\t+12025550143\"}`)).toEqual([
      "email: john@example.com",
      "card: 4111111111111111",
      "phone: +12025550143",
    ]);
  });

  it("is found in scripts without spaces, and in wide digits", () => {
    expect(found("連絡先はtaro@example.comです。電話０３－００００－１２３４まで")).toEqual([
      "email: taro@example.com",
      "phone: ０３－００００－１２３４",
    ]);
  });

  it("is looked for only where its class is wanted, and a card is no phone to anybody", () => {
    const text = "john@example.com 4111 1111 1111 1111 AKIAIOSFODNN7EXAMPLE";
    expect(findPersonal(text, new Set(["phone"]))).toEqual([]);
    expect(findPersonal(text, new Set(["secret"]))).toHaveLength(1);
    expect(findPersonal(text, new Set())).toEqual([]);
  });

  it("is a private key from its first line to its last, and to the end where that is missing", () => {
    const block = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----";
    expect(found(`a\n${block}\nb`)).toEqual([`secret: ${block}`]);
    expect(found("x -----BEGIN PRIVATE KEY-----\nAAAA")).toEqual(["secret: -----BEGIN PRIVATE KEY-----\nAAAA"]);
    expect(found("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")).toEqual([]);
  });
});

/** Each is what a detector would like to read again and again. */
const adversarial: Readonly<Record<string, string>> = {
  digits: "1",
  "single digits": "1 ",
  "digits with dashes": "1-",
  "groups of four": "4111 ",
  "at signs": "@",
  "one letter addresses": "a@",
  "dots before an at": "a.",
  "labels without an end": "a@b.",
  colons: ":",
  "groups of hex": "abcd:",
  "double colons": "a::",
  dashes: "-",
  "beginnings of keys": "-----BEGIN PRIVATE KEY-----",
  "beginnings of tokens": "eyJ",
  "tokens with dots": "eyJaaaaaaaaaaaaaaaaaaaaa.",
  "schemes without an end": "x://",
  "names without a password": "x://a:b",
  prefixes: "sk-",
  "prefixes with letters": "sk-abc ",
  "accounts without an end": "DE89 3704 ",
  "plus signs": "+1",
  brackets: "(0",
  "escaped ends": String.raw`\n1`,
};

describe("the time it takes", () => {
  it.each(Object.entries(adversarial))("is linear over %s", (_name, piece) => {
    const timeOf = (length: number): number => {
      const text = Buffer.from(piece.repeat(Math.ceil(length / piece.length))).toString();
      const before = process.threadCpuUsage().user;
      findPersonal(text, all);
      return process.threadCpuUsage().user - before;
    };
    timeOf(20_000);
    const short = Math.max(1_000, Math.min(timeOf(50_000), timeOf(50_000), timeOf(50_000)));
    // Sixteen times as long: what is quadratic takes two hundred and fifty times as long.
    expect(timeOf(800_000) / short).toBeLessThan(80);
  });
});
