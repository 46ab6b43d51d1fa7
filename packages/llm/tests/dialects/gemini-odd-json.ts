import { expect } from "vitest";
import { gemini } from "#dialects/gemini/index.ts";
import type { Corpus } from "../../../../tests/support/corpus.ts";
import { parse } from "./ask.ts";
import { expectBorne } from "./expect-borne.ts";
import type { OddJson } from "./subject.ts";

const places = [
  '"parts":[{"odd":@}]',
  '"parts":[@]',
  '"parts":[{"text":"x","thought":@,"thoughtSignature":@,"odd":@},{"text":@}]',
  '"parts":[{"inlineData":@},{"inline_data":{"mime_type":"image/png","data":@}},{"fileData":{"fileUri":@}}]',
  '"parts":[{"functionCall":@},{"functionCall":{"name":"f","args":@,"id":@}},{"function_call":{"name":@}}]',
  '"parts":[{"functionResponse":@},{"function_response":{"name":"f","response":@,"id":@,"parts":@}}]',
  '"parts":[{"functionResponse":{"name":"f","response":{"result":@},"parts":[@]},"thought_signature":"s"}]',
  '"parts":@,"odd":@',
  '"role":@,"parts":[{"text":"x"}]',
];

const configs = [
  '"generationConfig":{"odd":@,"toolConfig":@,"topP":1}',
  '"generationConfig":@',
  '"generationConfig":{"thinkingConfig":@,"responseSchema":@,"responseMimeType":"application/json","odd":@}',
  '"generation_config":{"thinking_config":{"thinkingBudget":@},"stop_sequences":[@],"response_mime_type":@,"seed":1}',
  '"generationConfig":{"responseLogprobs":true,"logprobs":@,"responseModalities":@,"temperature":0,"frequencyPenalty":@},"odd":@',
  '"odd":@,"generationConfig":{"odd":@,"tools":@}',
];

function requestWith(place: string, config: string): string {
  const tools = '"tools":[@,{"functionDeclarations":[{"name":"f","parameters":@}],"odd":@}],"labels":@';
  const choice = '"toolConfig":{"functionCallingConfig":@,"odd":@},"serviceTier":@,"model":@';
  const rest = `"systemInstruction":{"role":@,"parts":[{"text":@}],"odd":@},${choice}`;
  return `{"contents":[{${place}}],${tools},${rest},${config},"safetySettings":[@]}`;
}

const [plainPlace = "", ...otherPlaces] = places;
const [plainConfig = ""] = configs;

function expectEmbeddingsBorne(corpus: Corpus): void {
  const { client, upstream } = gemini;
  for (const { name, bytes } of corpus.jsonCases()) {
    const value = bytes.toString("utf8");
    const request = `"content":{"parts":[{"text":"x"}]},"taskType":${value},"outputDimensionality":${value},"a":${value}`;
    for (const text of [`{"requests":[{${request}}]}`, `{"requests":[${value}]}`, `{"requests":${value}}`]) {
      expectBorne(() => {
        const meant = client.embeddings.decodeRequest(parse(gemini, text, "embeddings"));
        upstream.embeddings.encodeRequest(meant, { model: "m", quirks: {} });
      }, name);
    }
    const told = [`{"embeddings":[{"values":${value}}]}`, `{"embeddings":${value}}`, `{"embedding":${value}}`];
    for (const text of told) expect(() => upstream.embeddings.decodeResult(Buffer.from(text))).not.toThrow();
  }
}

export const geminiOddJson: OddJson = {
  answers: [
    ["", ""],
    ['{"candidates":', "}"],
    ['{"candidates":[{"content":', ',"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}'],
    ['{"candidates":[{"content":{"parts":[', ']},"finishReason":"STOP"}]}'],
    ['{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":', '}}]},"finishReason":"STOP"}]}'],
    ['{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":[', ']}}]},"index":0}]}'],
    ['{"candidates":[{"groundingMetadata":', ',"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}'],
    ['{"candidates":[{"finishReason":', ',"logprobsResult":{"chosenCandidates":[{}]}}],"usageMetadata":5}'],
    ['{"promptFeedback":{"blockReason":', '},"usageMetadata":{"promptTokensDetails":[{}]},"createTime":5}'],
    ['{"error":', "}"],
  ],
  operations: ["chat.completions"],
  requests: [
    ...configs.map((config) => ["chat.completions", requestWith(plainPlace, config)] as const),
    ...otherPlaces.map((place) => ["chat.completions", requestWith(place, plainConfig)] as const),
  ],
  alone: { "JSON anywhere in a request of embeddings is translated, or refused": expectEmbeddingsBorne },
};
