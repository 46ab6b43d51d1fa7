import type { DialectTexts } from "#dialects/texts/dialect-texts.ts";
import { requestTexts } from "#dialects/texts/request-texts.ts";

const by = ["index"];

export const texts: DialectTexts = {
  request: requestTexts({
    skipped:
      "model role type id name toolcallid encodingformat modalities audio voice reasoningeffort servicetier serverurl authorization headers",
    free: "parameters metadata schema",
    tokens: "input prompt",
    image: "imageurl image images mask",
    sound: "inputaudio videourl",
    file: "file inputfileid",
  }),
  answer: requestTexts({
    skipped:
      "id object model role type name finishreason nativefinishreason systemfingerprint servicetier provider status logprobs data embedding b64json " +
      "format url moderation error",
  }),
  stream: {
    form: "events",
    places: [
      { path: "choices[].delta.content", by },
      { path: "choices[].delta.reasoning_content", by },
      { path: "choices[].delta.reasoning", by },
      { path: "choices[].delta.refusal", by },
      { path: "choices[].delta.tool_calls[].function.arguments", by },
      { path: "choices[].delta.tool_calls[].custom.input", by },
      { path: "choices[].delta.function_call.arguments", by },
      { path: "choices[].delta.audio.transcript", by },
      { path: "choices[].delta.reasoning_details[].text", by },
      { path: "choices[].text", by },
      { path: "delta", of: "transcript.text.delta" },
    ],
  },
};
