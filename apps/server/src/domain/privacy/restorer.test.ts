import { dialects, RestoringTap } from "@ghostllm/llm";
import type { ClientDialectName, StreamTap } from "@ghostllm/llm";
import { describe, expect, it } from "vitest";
import { placeholderFor } from "./placeholders.ts";
import { Restorer } from "./restorer.ts";

const values = { email: "jane@example.com", secret: 'a"b\\c\nd', phone: "+1 202 555 0143" } as const;
const placeholders = new Map(
  (["email", "secret", "phone"] as const).map((one) => [placeholderFor("key", one, values[one]), values[one]] as const),
);
const [email = "", secret = "", phone = ""] = placeholders.keys();
const restorer = new Restorer(placeholders);

function restore(text: string): string {
  let written = "";
  let from = 0;
  for (const one of restorer.find(text)) {
    written += text.slice(from, one.start) + one.text;
    from = one.end;
  }
  return written + text.slice(from);
}

describe("placeholders", () => {
  it("follow from the text and the key alone", () => {
    expect(email).toMatch(/^EMAIL_[0-9A-Z]{12}$/);
    expect(placeholderFor("key", "email", values.email)).toBe(email);
    expect(placeholderFor("other key", "email", values.email)).not.toBe(email);
    expect(placeholderFor("key", "email", "Jane@example.com")).not.toBe(email);
  });

  it("are read in any case, and with the sign between their parts as a model may write it", () => {
    const forms = [
      email,
      email.toLowerCase(),
      email.replace("_", "\\_"),
      email.replace("_", " "),
      email.replace("_", "-"),
    ];
    for (const form of [...forms, email.replace("_", "")]) expect(restore(`(${form})`), form).toBe(`(${values.email})`);
    expect(restore(`${email}です、${phone}.`)).toBe(`${values.email}です、${values.phone}.`);
  });

  it("are left as they are where they stand for no text of this request", () => {
    const foreign = placeholderFor("key", "email", "somebody@example.org");
    const others = [foreign, `x${email}`, email.slice(0, -1), "EMAIL", "the email address", "IP 10"];
    for (const other of others) expect(restore(other)).toBe(other);
  });
});

/** One event of each dialect that tells a piece of text, and what reads it. */
const tellers: Readonly<Record<ClientDialectName, (piece: string) => string>> = {
  "openai-chat": (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
  "openai-responses": (delta) =>
    `event: response.output_text.delta\ndata: ${JSON.stringify({ type: "response.output_text.delta", output_index: 0, content_index: 0, delta })}\n\n`,
  "anthropic-messages": (text) =>
    `event: content_block_delta\ndata: ${JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })}\n\n`,
  gemini: (text) => `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, index: 0 }] })}\n\n`,
  ollama: (content) => `${JSON.stringify({ message: { role: "assistant", content }, done: false })}\n`,
};

const names = Object.keys(tellers) as ClientDialectName[];

function pieceIn(event: string): string {
  const document = JSON.parse(event.slice(event.indexOf("{"))) as Record<string, never>;
  const { choices, delta, candidates, message } = document as unknown as {
    choices?: { delta: { content: string } }[];
    delta?: string | { text: string };
    candidates?: { content: { parts: { text: string }[] } }[];
    message?: { content: string };
  };
  if (typeof delta === "string") return delta;
  return (
    choices?.[0]?.delta.content ?? delta?.text ?? candidates?.[0]?.content.parts[0]?.text ?? message?.content ?? ""
  );
}

/** Passes what comes, as a tap within one dialect does. */
function passing(isEventStream = true): StreamTap {
  return {
    ...{ isEventStream, usage: null, ended: false, failure: null, isWhole: true, hasTold: true },
    push: (chunk) => chunk,
    flush: () => null,
    fail: () => null,
  };
}

function told(name: ClientDialectName, events: readonly string[]): { readonly text: string; readonly events: number } {
  const tap = new RestoringTap(passing(), dialects[name].client.texts.stream, restorer);
  const bytes = [...events.map((event) => tap.push(Buffer.from(event))), tap.flush()].filter((part) => part !== null);
  const written = Buffer.concat(bytes).toString("utf8");
  const single = written.split("\n").filter((line) => line.includes("{"));
  return { text: single.map(pieceIn).join(""), events: single.length };
}

function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const words = [
  "the",
  " email",
  " IP",
  "EMAIL_",
  "é",
  "日本",
  " ",
  "\n",
  '"',
  "\\",
  "card",
  "PHONE",
  "_",
  ". ",
  "VALUE_7K3",
  "x",
];

function randomText(chance: () => number): string {
  const parts = Array.from({ length: 1 + Math.floor(chance() * 12) }, () => {
    const planted = [email, phone, secret, email.toLowerCase(), email.slice(0, 9)];
    const choice = chance() < 0.4 ? planted : words;
    return choice[Math.floor(chance() * choice.length)] ?? "";
  });
  return parts.join(chance() < 0.5 ? " " : "");
}

function cutAtRandom(text: string, chance: () => number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(chance() * 9);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

describe.each(names)("a stream of %s", (name) => {
  it("tells the same as the whole text does, wherever it is cut", () => {
    const text = `To ${email}, or ${phone}: ${secret}!`;
    for (let at = 0; at <= text.length; at += 1) {
      for (const to of [at + 1, at + 5, at + 13]) {
        const pieces = [text.slice(0, at), text.slice(at, to), text.slice(to)];
        const { text: read, events } = told(name, pieces.map(tellers[name]));
        expect(read).toBe(restore(text));
        expect(events).toBe(3);
      }
    }
  });

  it("tells the same as random texts do, in random pieces, with as many events as came", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const chance = chanceFrom(seed * 7_919);
      const text = randomText(chance);
      const isDocument = /^\s*[[{]/.test(text);
      const pieces = cutAtRandom(text, chance);
      const { text: read, events } = told(name, pieces.map(tellers[name]));
      if (!isDocument) expect(read, `seed ${seed}`).toBe(restore(text));
      expect(events).toBe(pieces.length);
    }
  });

  it("waits for nothing when a text ends with what could begin a placeholder", () => {
    expect(told(name, ["a EMAI", "L"].map(tellers[name])).text).toBe("a EMAIL");
    const tap = new RestoringTap(passing(), dialects[name].client.texts.stream, restorer);
    expect(tap.push(Buffer.from(tellers[name]("plain")))).not.toBeNull();
    expect(tap.push(Buffer.from(tellers[name](" EMAIL")))).toBeNull();
    expect(tap.push(Buffer.from(tellers[name](" and more")))?.toString()).toContain("and more");
  });
});
