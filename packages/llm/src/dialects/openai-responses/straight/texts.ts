import type { DialectTexts } from "#dialects/texts/dialect-texts.ts";
import type { TextPlace } from "#dialects/texts/stream-texts.ts";
import { requestTexts } from "#dialects/texts/request-texts.ts";

const by = ["item_id", "output_index", "content_index", "summary_index"];

const deltas: readonly TextPlace[] = [
  "output_text",
  "refusal",
  "reasoning_text",
  "reasoning_summary_text",
  "function_call_arguments",
  "custom_tool_call_input",
  "mcp_call_arguments",
  "code_interpreter_call_code",
  "audio.transcript",
].map((what) => ({ path: "delta", of: `response.${what}.delta`, by }));

export const texts: DialectTexts = {
  request: requestTexts({
    skipped:
      "model role type id name callid previousresponseid conversation include status encryptedcontent serverlabel serverurl authorization headers " +
      "connectorid vectorstoreids container approvalrequestid servicetier truncation",
    free: "parameters metadata schema variables",
    image: "imageurl result",
    sound: "inputaudio",
    file: "fileid filedata fileurl",
  }),
  // What an answer repeats of its request is not the model's.
  answer: requestTexts({
    skipped:
      "id object model role type name callid itemid previousresponseid conversation status reason code encryptedcontent servicetier truncation " +
      "instructions tools toolchoice metadata prompt reasoning format verbosity user safetyidentifier promptcachekey promptcacheretention obfuscation " +
      "logprobs result partialimageb64 serverlabel containerid fileid filename url error",
  }),
  stream: { form: "events", places: deltas },
};
