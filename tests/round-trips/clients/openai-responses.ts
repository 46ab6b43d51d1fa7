import OpenAI from "openai";
import { picture, question, resultOf, system, tools } from "../plan.ts";
import { mostTurns } from "./client.ts";
import type { Conversation, LoopClient, ToldTurn } from "./client.ts";

type Item = OpenAI.Responses.ResponseInputItem;

async function run({ url, key, model, stream, keeps }: Conversation): Promise<readonly ToldTurn[]> {
  const client = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
  const input: Item[] = [
    {
      role: "user",
      content: [
        { type: "input_text", text: question },
        { type: "input_image", image_url: `data:image/png;base64,${picture}`, detail: "auto" },
      ],
    },
  ];
  const turns: ToldTurn[] = [];
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const request = {
      model,
      instructions: system,
      input: [...input],
      store: false,
      include: ["reasoning.encrypted_content" as const],
      reasoning: { effort: "medium" as const, summary: "auto" as const },
      tools: tools.map((tool) => ({ type: "function" as const, strict: false, ...tool })),
    };
    const { output } = stream
      ? await client.responses.stream(request).finalResponse()
      : await client.responses.create(request);
    const called = output.flatMap((item) => (item.type === "function_call" ? [item] : []));
    turns.push(toldBy(output));
    if (called.length === 0) return turns;
    input.push(...(keeps ? output : output.filter(({ type }) => type !== "reasoning")).map(withoutParsed));
    for (const { call_id, name, arguments: text } of called) {
      input.push({ type: "function_call_output", call_id, output: resultOf(turn, name, JSON.parse(text)) });
    }
  }
  throw new Error("the conversation has no end");
}

/** The SDK adds a field that no vendor takes. */
function withoutParsed(item: OpenAI.Responses.ResponseOutputItem): Item {
  const { parsed_arguments: _parsed, ...rest } = item as OpenAI.Responses.ResponseOutputItem & {
    parsed_arguments?: unknown;
  };
  return JSON.parse(JSON.stringify(rest, (name, value: unknown) => (name === "parsed" ? undefined : value))) as Item;
}

function toldBy(output: readonly OpenAI.Responses.ResponseOutputItem[]): ToldTurn {
  const texts = output.flatMap((item) => (item.type === "message" ? item.content : []));
  const thoughts = output.flatMap((item) =>
    item.type === "reasoning" ? [...item.summary, ...(item.content ?? [])] : [],
  );
  return {
    text: texts.map((part) => (part.type === "output_text" ? part.text : "")).join(""),
    thought: thoughts.map(({ text }) => text).join(""),
    calls: output.flatMap((item) => {
      return item.type === "function_call" ? [{ name: item.name, args: JSON.parse(item.arguments) as unknown }] : [];
    }),
  };
}

export const openaiResponsesLoop: LoopClient = { format: "openai-responses", run };
