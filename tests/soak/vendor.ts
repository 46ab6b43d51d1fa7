// The vendor in a process of its own. It answers as the model says that it is asked for, closes connections now and then, and counts
// what it has told: on the message "count" it sends that.

import { startFakeUpstream, type ReceivedRequest, type Script } from "@ghostllm/fake-upstream";
import { type KindName, kindNames } from "./kinds.ts";

export interface Told {
  requests: number;
  promptTokens: number;
  completionTokens: number;
}

export type ToldByKind = Readonly<Record<KindName, Told>>;

const told = Object.fromEntries(
  kindNames.map((name): [KindName, Told] => [name, { requests: 0, promptTokens: 0, completionTokens: 0 }]),
) as ToldByKind;

const words = "one two three four five six seven eight nine ten ".repeat(4).trim();
const wordsPerSecond = 100;
/** One answer in so many is the last of its connection, which it says, or does not. */
const announcedEnd = 50;
const unannouncedEnd = 211;
let answers = 0;

function answer(received: ReceivedRequest): Script {
  answers += 1;
  const script = answerOf(received);
  return answers % unannouncedEnd === 0 ? { kind: "drop-after", of: script } : script;
}

function answerOf(received: ReceivedRequest): Script {
  const { model, stream } = received.json() as { readonly model: KindName; readonly stream?: boolean };
  const [prompt, completion] = [40 + (answers % 97), model === "vectors" ? 0 : 40 + (answers % 31)];
  const counted = told[model];
  counted.requests += 1;
  counted.promptTokens += prompt;
  counted.completionTokens += completion;
  const headers = answers % announcedEnd === 0 ? { connection: "close" } : {};
  if (model === "to-anthropic") return anthropicStream(prompt, completion, headers);
  if (model === "vectors") return vectorsOf(prompt, headers);
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  const pace = stream === true ? { tokensPerSecond: wordsPerSecond } : {};
  return { kind: "chat", text: words, usage, headers, ...pace };
}

function vectorsOf(prompt: number, headers: Record<string, string>): Script {
  const embedding = Array.from({ length: 64 }, (_, index) => Math.sin(index + answers));
  const data = [0, 1].map((index) => ({ object: "embedding", index, embedding }));
  const usage = { prompt_tokens: prompt, total_tokens: prompt };
  return {
    kind: "answer",
    headers: { "content-type": "application/json", ...headers },
    body: { object: "list", data, model: "vectors", usage },
  };
}

function anthropicStream(prompt: number, completion: number, headers: Record<string, string>): Script {
  const message = {
    ...{ id: `msg_${answers}`, type: "message", role: "assistant", model: "to-anthropic", content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: prompt, output_tokens: 1 } },
  };
  const events = [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...words.split(" ").map((word) => ({
      ...{ type: "content_block_delta", index: 0 },
      delta: { type: "text_delta", text: `${word} ` },
    })),
    { type: "content_block_stop", index: 0 },
    {
      ...{ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null } },
      usage: { output_tokens: completion },
    },
    { type: "message_stop" },
  ];
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  return { kind: "raw", text, perEvent: true, paceMs: 1_000 / wordsPerSecond, headers };
}

const upstream = await startFakeUpstream({ remember: 0, script: answer });
process.stdout.write(`${JSON.stringify({ url: upstream.url })}\n`);
process.on("message", () => process.send?.(told));
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0));
