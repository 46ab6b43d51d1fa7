import { GoogleGenAI } from "@google/genai";
import type { Content, GenerateContentParameters, Part } from "@google/genai";
import { picture, question, resultOf, system, tools } from "../plan.ts";
import { mostTurns } from "./client.ts";
import type { Conversation, LoopClient, ToldTurn } from "./client.ts";

async function ask(client: GoogleGenAI, stream: boolean, request: GenerateContentParameters): Promise<readonly Part[]> {
  if (!stream) return (await client.models.generateContent(request)).candidates?.[0]?.content?.parts ?? [];
  const parts: Part[] = [];
  for await (const chunk of await client.models.generateContentStream(request)) {
    parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
  }
  return parts;
}

/** What a client knows that was written before there were thoughts. */
function plain(parts: readonly Part[]): Part[] {
  return parts.filter(({ thought }) => thought !== true).map(({ thoughtSignature: _signature, ...part }) => part);
}

async function run({ url, key, model, stream, keeps }: Conversation): Promise<readonly ToldTurn[]> {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const contents: Content[] = [
    { role: "user", parts: [{ text: question }, { inlineData: { mimeType: "image/png", data: picture } }] },
  ];
  const functionDeclarations = tools.map(({ parameters, ...tool }) => ({ ...tool, parametersJsonSchema: parameters }));
  const config = {
    systemInstruction: system,
    tools: [{ functionDeclarations }],
    thinkingConfig: { includeThoughts: true, thinkingBudget: 2_000 },
  };
  const turns: ToldTurn[] = [];
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const parts = await ask(client, stream, { model, contents: [...contents], config });
    const called = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
    const written = (thought: boolean): string =>
      parts.map((part) => ((part.thought === true) === thought ? (part.text ?? "") : "")).join("");
    const calls = called.map(({ name = "", args }) => ({ name, args }));
    turns.push({ text: written(false), thought: written(true), calls });
    if (called.length === 0) return turns;
    contents.push({ role: "model", parts: keeps ? [...parts] : plain(parts) });
    const results = called.map(({ id, name = "", args }) => ({
      functionResponse: { ...(id !== undefined && { id }), name, response: { output: resultOf(turn, name, args) } },
    }));
    contents.push({ role: "user", parts: results });
  }
  throw new Error("the conversation has no end");
}

export const geminiLoop: LoopClient = { format: "gemini", run };
