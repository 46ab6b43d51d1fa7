import type { ClientModels, ListedModel } from "#dialects/fields/client-models.ts";
import type { UnservedPaths } from "#dialects/dialect.ts";
import { memberOf, parseJson } from "#wire/json.ts";

/** What only who holds the weights could tell. */
const unknownDetails = {
  parent_model: "",
  format: "",
  family: "",
  families: [],
  parameter_size: "",
  quantization_level: "",
};

function describe(model: ListedModel) {
  const { name, createdAt, contextLength } = model;
  const told = { name, model: name, modified_at: new Date(createdAt).toISOString() };
  const details = { ...unknownDetails, ...(contextLength !== null && { context_length: contextLength }) };
  return { ...told, size: 0, digest: "", details, capabilities: capabilitiesOf(model) };
}

/** In Ollama's words. What is not known is offered where clients would not ask for it otherwise: tools. */
function capabilitiesOf({ capabilities }: ListedModel): readonly string[] {
  const { vision, functions, thinking } = capabilities ?? { vision: null, functions: null, thinking: null };
  const words = { tools: functions ?? true, vision: vision ?? false, thinking: thinking ?? false };
  return ["completion", ...Object.entries(words).flatMap(([word, isThere]) => (isThere ? [word] : []))];
}

/** https://docs.ollama.com/api/tags and https://docs.ollama.com/api-reference/show-model-details */
export const models: ClientModels = {
  places: [{ listPath: "/api/tags", modelPath: "/api/show" }],
  encodeList: (list) => JSON.stringify({ models: list.map(describe) }),
  encodeModel(model) {
    const length = model.contextLength !== null && { "general.context_length": model.contextLength };
    return JSON.stringify({
      modelfile: "",
      parameters: "",
      template: "",
      details: unknownDetails,
      model_info: { "general.architecture": "general", "general.basename": model.name, ...length },
      capabilities: capabilitiesOf(model),
      modified_at: new Date(model.createdAt).toISOString(),
    });
  },
  readModelName(body) {
    const request = parseJson(body);
    // Older clients say `name`.
    const name = memberOf(request, "model") ?? memberOf(request, "name");
    return typeof name === "string" && name !== "" ? name : null;
  },
};

/** Clients ask which version of the API they speak to; nothing is loaded into memory here. */
export const facts = {
  "/api/version": JSON.stringify({ version: "0.13.0" }),
  "/api/ps": JSON.stringify({ models: [] }),
};

const elsewhere = "GhostLLM keeps no models itself: do that at the Ollama server, and its list is taken over.";

/** What only who has the weights can do. https://docs.ollama.com/api */
export const unserved: UnservedPaths = {
  prefix: "/api/",
  reasons: {
    pull: `Models cannot be pulled here. ${elsewhere}`,
    push: `Models cannot be pushed from here. ${elsewhere}`,
    create: `Models cannot be created here. ${elsewhere}`,
    copy: `Models cannot be copied here. ${elsewhere}`,
    delete: `Models cannot be deleted here. ${elsewhere}`,
    blobs: `Files of models cannot be put here. ${elsewhere}`,
  },
};
