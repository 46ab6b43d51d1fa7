import { encodeEventMessage, frameMessage } from "@ghostllm/fake-upstream";
import { describe, expect, it } from "vitest";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { workOf } from "#testing/work-of.ts";
import { describeWithCorpus, expectEnough } from "../../../../tests/support/corpus.ts";
import { EventStreamDecoder } from "./aws-event-stream.ts";
import { crc32 } from "./crc32.ts";

interface Decoded {
  readonly messages: readonly { readonly headers: Readonly<Record<string, string>>; readonly payload: string }[];
  readonly fault: string | null;
}

function decode(pieces: readonly Buffer[]): Decoded {
  const decoder = new EventStreamDecoder();
  const messages = pieces.flatMap((piece) => decoder.push(piece));
  decoder.flush();
  const read = messages.map(({ headers, payload }) => ({
    headers: Object.fromEntries(headers),
    payload: payload.toString("utf8"),
  }));
  return { messages: read, fault: decoder.fault };
}

const first = encodeEventMessage("messageStart", { role: "assistant" });
const second = encodeEventMessage("throttlingException", { message: "zu viel 😀" }, "exception");
const both = Buffer.concat([first, second]);

/** The same bytes with another one at a place. */
function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** Headers as they are, so that they may be wrong. */
function frame(headers: Buffer, lengthChange = 0): Buffer {
  const whole = frameMessage({}, Buffer.concat([headers, Buffer.from("{}")]));
  whole.writeUInt32BE(whole.length + lengthChange, 0);
  whole.writeUInt32BE(headers.length, 4);
  whole.writeUInt32BE(crc32(whole.subarray(0, 8)), 8);
  whole.writeUInt32BE(crc32(whole.subarray(0, -4)), whole.length - 4);
  return whole;
}

describe("crc32", () => {
  it("is that of the standard's check value", () => {
    expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
    expect(crc32(Buffer.alloc(0))).toBe(0);
  });
});

describe("EventStreamDecoder", () => {
  it("reads the empty message of the format's test vectors", () => {
    expect(decode([Buffer.from("000000100000000005c248eb7d98c8ff", "hex")])).toEqual({
      messages: [{ headers: {}, payload: "" }],
      fault: null,
    });
  });

  it("reads headers and payloads, wherever the bytes are cut", () => {
    const expected = {
      messages: [
        {
          headers: { ":event-type": "messageStart", ":content-type": "application/json", ":message-type": "event" },
          payload: '{"role":"assistant"}',
        },
        {
          headers: {
            ":exception-type": "throttlingException",
            ":content-type": "application/json",
            ":message-type": "exception",
          },
          payload: '{"message":"zu viel 😀"}',
        },
      ],
      fault: null,
    };
    expect(decode([both])).toEqual(expected);
    for (let at = 0; at <= both.length; at += 1) {
      expect(decode([both.subarray(0, at), both.subarray(at)])).toEqual(expected);
    }
    expect(decode(Array.from(both, (byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it("steps over headers that are no texts", () => {
    const header = (name: string, type: number, value: readonly number[]) =>
      Buffer.from([name.length, ...Buffer.from(name), type, ...value]);
    const sizes = [[], [], [1], [1, 2], [1, 2, 3, 4], Array(8).fill(1), [0, 2, 9, 9], [0, 2, 104, 105]];
    const headers = [...sizes, Array(8).fill(1), Array(16).fill(1)].map((value, type) =>
      header(`h${type}`, type, value as number[]),
    );
    expect(decode([frame(Buffer.concat(headers))])).toEqual({
      messages: [{ headers: { h7: "hi" }, payload: "{}" }],
      fault: null,
    });
  });

  it("a byte that was changed is a fault, wherever it stands", () => {
    for (let at = 0; at < first.length; at += 1) {
      const { messages, fault } = decode([flip(first, at), second]);
      expect(messages).toEqual([]);
      expect(fault, `byte ${at}`).not.toBeNull();
    }
  });

  it("what came before a fault is told, and nothing after it", () => {
    const { messages, fault } = decode([Buffer.concat([first, flip(first, 40), first]), first]);
    expect(messages).toHaveLength(1);
    expect(fault).toBe("has a message with a wrong checksum");
  });

  it.each([
    ["text", Buffer.from("data: this is no event stream at all\n\n"), "has a prelude with a wrong checksum"],
    ["a message that ends too early", first.subarray(0, -1), "ends within a message"],
    ["half a prelude", first.subarray(0, 5), "ends within a message"],
    ["a message larger than any", frame(Buffer.alloc(0), 2 ** 31), "has a message that is too large"],
    ["a length of nothing", frame(Buffer.alloc(0), -10), "has a message shorter than its headers"],
    ["a header of an unknown type", frame(Buffer.from([1, 65, 10])), "has headers that cannot be read"],
    ["a header that is cut off", frame(Buffer.from([5, 65])), "has headers that cannot be read"],
    ["a value that is cut off", frame(Buffer.from([1, 65, 7, 0, 9, 65])), "has headers that cannot be read"],
    ["a value without a length", frame(Buffer.from([1, 65, 7, 0])), "has headers that cannot be read"],
  ])("%s is a fault", (_name, bytes, fault) => {
    expect(decode([bytes])).toEqual({ messages: [], fault });
    expect(decode(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual({ messages: [], fault });
  });

  it("bears any bytes", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const chance = chanceFrom(seed);
      const bytes = Buffer.from(both);
      for (let changes = chance.below(4); changes > 0; changes -= 1)
        bytes[chance.below(bytes.length)] = chance.below(256);
      const whole = decode([bytes]);
      expect(decode(cutAtRandom(bytes, chance)), `seed ${seed}`).toEqual(whole);
    }
  });

  it("takes time in proportion to the stream, also byte by byte", () => {
    const large = encodeEventMessage("contentBlockDelta", { text: "x".repeat(300_000) });
    const read = (): void => expect(decode(Array.from(large, (byte) => Buffer.from([byte]))).messages).toHaveLength(1);
    expect(workOf(read)).toBeLessThan(2_000);
  });
});

describeWithCorpus("recorded event streams", (corpus) => {
  it("are read to their end, whole and in pieces", () => {
    let checked = 0;
    for (const provider of corpus.providers()) {
      for (const { id, response_b64: base64 } of corpus.recorded(provider)) {
        if (base64 === undefined) continue;
        const bytes = Buffer.from(base64, "base64");
        const whole = decode([bytes]);
        expect(whole.fault, id).toBeNull();
        expect(whole.messages.length, id).toBeGreaterThan(2);
        for (const { headers, payload } of whole.messages) {
          expect(headers[":message-type"], id).toMatch(/^(?:event|exception)$/);
          expect(() => JSON.parse(payload), id).not.toThrow();
        }
        expect(decode(cutAtRandom(bytes, chanceFrom(checked))), id).toEqual(whole);
        checked += 1;
      }
    }
    expectEnough(corpus, checked, 1);
  });
});
