import { finalText, picture, turns } from "../plan.ts";
import { Faults, json, listOf, pieces, plannedCalls } from "./vendor.ts";
import type { Answer, Json, StrictVendor } from "./vendor.ts";

const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 15, thoughtsTokenCount: 5, totalTokenCount: 120 };

/** Gemini gives its calls no ids, and seals the first of them. */
function partsOf(turn: number): readonly Json[] {
  const planned = turns[turn];
  if (planned === undefined) return [{ text: finalText }];
  const { thought, seal, text, calls } = planned;
  return [
    { text: thought, thought: true },
    ...(text === "" ? [] : [{ text }]),
    ...calls.map(({ name, args }, at) => ({
      functionCall: { name, args },
      ...(at === 0 && { thoughtSignature: seal }),
    })),
  ];
}

function responseOf(turn: number, parts: readonly Json[], isLast = true): Json {
  const finish = isLast && { finishReason: "STOP" };
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...finish }],
    modelVersion: "gemini-3-pro-preview",
    responseId: `resp${turn}`,
    usageMetadata: isLast ? usageMetadata : { promptTokenCount: 100, totalTokenCount: 100 },
  };
}

/** Calls come whole, each in a chunk of its own. */
function streamOf(turn: number): string {
  const chunks = partsOf(turn).flatMap((part) => {
    const { text, ...rest } = part;
    return typeof text === "string" ? pieces(text).map((piece) => ({ ...rest, text: piece })) : [part];
  });
  return chunks
    .map((part, at) => `data: ${JSON.stringify(responseOf(turn, [part], at === chunks.length - 1))}\r\n\r\n`)
    .join("");
}

function checkModel(faults: Faults, content: Json, turn: number): void {
  const parts = listOf(content["parts"]);
  const calls = parts.filter((part) => part["functionCall"] !== undefined);
  const told = calls.map((part) => {
    const { name, args } = part["functionCall"] as Json;
    return { name, args };
  });
  faults.same(
    told,
    plannedCalls(turn).map(({ name, args }) => ({ name, args })),
    `turn ${turn}: the calls`,
  );
  faults.same(calls[0]?.["thoughtSignature"], turns[turn]?.seal, `turn ${turn}: the signature of the first call`);
  faults.must(
    calls.slice(1).every((part) => part["thoughtSignature"] === undefined),
    `turn ${turn}: a signature too many`,
  );
  const texts = parts.filter((part) => typeof part["text"] === "string" && part["thought"] !== true);
  faults.same(texts.map(({ text }) => text).join(""), turns[turn]?.text, `turn ${turn}: the text`);
}

function checkResults(faults: Faults, content: Json, turn: number): void {
  const responses = listOf(content["parts"]).map((part) => part["functionResponse"] as Json | undefined);
  faults.same(
    responses.map((one) => one?.["name"]),
    ["weather", "clock"],
    `turn ${turn}: the names of the results`,
  );
  const texts = responses.map((one) => JSON.stringify(one?.["response"]));
  const expected = plannedCalls(turn).map(({ result }) => result);
  faults.must(
    texts.every((text, at) => text?.includes(JSON.stringify(expected[at]).slice(1, -1))),
    `turn ${turn}: the results are ${texts.join()}`,
  );
}

function faultsOf(body: Json, turn: number): readonly string[] {
  const faults = new Faults();
  const contents = listOf(body["contents"]);
  const roles = Array.from({ length: 2 * turn + 1 }, (_, at) => (at % 2 === 0 ? "user" : "model"));
  faults.same(
    contents.map(({ role }) => role),
    roles,
    "the order of roles",
  );
  const [first, ...rest] = contents;
  const image = listOf(first?.["parts"]).find((part) => part["inlineData"] !== undefined);
  faults.same(image?.["inlineData"], { mimeType: "image/png", data: picture }, "the image");
  faults.must(
    JSON.stringify(body["systemInstruction"] ?? "").includes("look things up"),
    "the system prompt is missing",
  );
  const declared = listOf(body["tools"]).flatMap((tool) => listOf(tool["functionDeclarations"]));
  faults.same(
    declared.map(({ name }) => name),
    ["weather", "clock"],
    "the tools",
  );
  const config = body["generationConfig"] as Json | undefined;
  faults.must(
    (config?.["thinkingConfig"] as Json | undefined)?.["includeThoughts"] === true,
    "thoughts are not asked for",
  );
  rest.forEach((content, at) => {
    if (at % 2 === 0) checkModel(faults, content, at / 2);
    else checkResults(faults, content, (at - 1) / 2);
  });
  return faults.found;
}

export const geminiVendor: StrictVendor = {
  format: "gemini",
  provider: "google",
  model: "gemini-3-pro-preview",
  faultsOf,
  answer: (turn, stream): Answer =>
    stream ? { contentType: "text/event-stream", text: streamOf(turn) } : json(responseOf(turn, partsOf(turn))),
};
