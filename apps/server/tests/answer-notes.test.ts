// What is in an answer and has no place in the client's dialect is named in a header.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import { expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";

const image = { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } };
const message = { role: "assistant", content: "Look:", images: [image] };
const logprobs = { content: [{ token: "Look", logprob: -0.1, bytes: null, top_logprobs: [] }] };
const choices = [0, 1].map((index) => ({ index, message, logprobs, finish_reason: "stop" }));

const question = { role: "user", content: "A picture, please" };
const paths: readonly (readonly [path: string, body: object, notes: string | null])[] = [
  ["/v1/chat/completions", { model: "m", messages: [question] }, null],
  [
    "/v1/messages",
    { model: "m", max_tokens: 9, messages: [question] },
    "further choices, logprobs of the answer, image of the answer",
  ],
  ["/v1/responses", { model: "m", input: "A picture, please" }, "further choices"],
  ["/v1beta/models/m:generateContent", { contents: [{ role: "user", parts: [{ text: "A picture" }] }] }, null],
  ["/api/chat", { model: "m", stream: false, messages: [question] }, "further choices"],
];

it.each(paths)("of an answer with two choices, logprobs and an image at %s", async (path, body, notes) => {
  const upstream = await startFakeUpstream();
  const gateway = await startGateway(
    makeSnapshot({ targets: [makeTarget(makeProvider("fireworks", upstream.url), "m")] }),
  );
  try {
    upstream.script({ kind: "answer", body: { id: "c", object: "chat.completion", created: 1, model: "m", choices } });
    const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
    const response = await fetch(gateway.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-ghostllm-notes")).toBe(notes);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});
