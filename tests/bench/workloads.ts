// What is sent and what the vendor answers. Sizes are those of everyday traffic, and all is made before measuring.

import type { Script } from "@ghostllm/fake-upstream";

export interface Workload<Name extends string = string> {
  readonly name: Name;
  readonly title: string;
  readonly script: Script;
  readonly body: (model: string) => string;
  /** How the last bytes of a whole answer read. */
  readonly answerEnd: string;
  /** What is in every whole answer; the vendor's id unless told. */
  readonly answerSign?: string;
  /** Where it is asked for; chat completions unless told. */
  readonly path?: string;
  /** In place of the target's. */
  readonly model?: string;
}

const sentence = "The quick brown fox jumps over the lazy dog while the band plays on and nobody minds the rain. ";
const usage = { prompt_tokens: 42, completion_tokens: 61, total_tokens: 103 };

const smallBody = (model: string): string =>
  JSON.stringify({
    model,
    temperature: 0.2,
    max_tokens: 200,
    messages: [
      { role: "system", content: "You are a helpful assistant who answers in one short paragraph." },
      { role: "user", content: `What happens here? ${sentence.slice(0, 90)}` },
    ],
  });

const largeBody = (model: string): string => {
  const turn = sentence.repeat(10);
  const turns = Array.from({ length: 104 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: turn,
  }));
  return JSON.stringify({ model, max_tokens: 200, messages: [...turns, { role: "user", content: "Sum up." }] });
};

export const streamBody = (model: string): string => JSON.stringify({ ...JSON.parse(smallBody(model)), stream: true });

const plainAnswer = {
  id: "chatcmpl-BenchBenchBenchBenchBench00",
  object: "chat.completion",
  created: 1_748_890_763,
  model: "gpt-4o-mini-2024-07-18",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: sentence.repeat(2), refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage,
  service_tier: "default",
  system_fingerprint: "fp_34a54ae93c",
};

function streamText(chunks: number): string {
  const head = {
    id: "chatcmpl-BenchBenchBenchBenchBench00",
    object: "chat.completion.chunk",
    created: 1_748_890_763,
    model: "gpt-4o-mini-2024-07-18",
    service_tier: "default",
    system_fingerprint: "fp_34a54ae93c",
  };
  const choice = (delta: object, finish_reason: string | null): object => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    usage: null,
  });
  const words = Array.from({ length: chunks }, (_, index) => choice({ content: ` word${index}` }, null));
  const opening = choice({ role: "assistant", content: "", refusal: null }, null);
  const events = [opening, ...words, choice({}, "stop"), { ...head, choices: [], usage }];
  return [...events.map((event) => JSON.stringify(event)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
}

function streamScript(chunks: number, paceMs: number): Script {
  return { kind: "raw", text: streamText(chunks), perEvent: true, paceMs };
}

const plainScript: Script = { kind: "answer", body: plainAnswer };
export const streamEnd = "data: [DONE]\n\n";

export const workloads: readonly Workload<"small" | "large" | "burst">[] = [
  { name: "small", title: "small chat request", script: plainScript, body: smallBody, answerEnd: "}" },
  { name: "large", title: "100 kB request", script: plainScript, body: largeBody, answerEnd: "}" },
  {
    name: "burst",
    title: "60-chunk stream, unpaced",
    script: streamScript(60, 0),
    body: streamBody,
    answerEnd: streamEnd,
  },
];

export function pacedWorkload(chunks: number, seconds: number): Workload {
  const script = streamScript(chunks, (seconds * 1000) / chunks);
  return {
    name: "paced",
    title: `${chunks}-chunk stream over ${seconds} s`,
    script,
    body: streamBody,
    answerEnd: streamEnd,
  };
}
