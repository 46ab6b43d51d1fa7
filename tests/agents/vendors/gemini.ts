// https://ai.google.dev/api/generate-content. Its newer models refuse a call that comes back without its signature, which the
// first call of each answer carries: https://ai.google.dev/gemini-api/docs/thought-signatures

import type { Script } from "@ghostllm/fake-upstream";
import type { Plot } from "../plot.ts";
import { answerWith, isObject, objectAt, objectsIn, streamOf, unknownMembers } from "./wire.ts";
import type { JsonObject, Wire } from "./wire.ts";

const knownMembers = [
  ...["contents", "tools", "toolConfig", "tool_config", "safetySettings", "systemInstruction", "system_instruction"],
  ...["generationConfig", "generation_config", "cachedContent", "serviceTier", "labels", "model"],
];

/** Of `parameters`; `parametersJsonSchema` takes all of JSON Schema. https://ai.google.dev/api/caching#Schema */
const schemaMembers = [
  ...["type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties", "required"],
  ...["minProperties", "maxProperties", "minLength", "maxLength", "pattern", "example", "anyOf", "propertyOrdering"],
  ...["default", "items", "minimum", "maximum"],
];

const toolName = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;

export const gemini: Wire = {
  dialect: "gemini",
  // The vendor gives no ids: the gateway makes them, and finds the calls of its results by name and order.
  idPrefix: "",
  isSealing: true,
  isChat: (path) => /^\/v1(beta)?\/.+:(stream)?[gG]enerateContent$/.test(path),

  read({ body }, plot) {
    const contents = objectsIn(body["contents"]);
    const declarations = objectsIn(body["tools"]).flatMap((tool) => objectsIn(tool["functionDeclarations"]));
    const turns = contents.flatMap((content, at) =>
      callsIn(content).length > 0 ? [{ content, next: contents[at + 1] }] : [],
    );
    return {
      tools: declarations.map(({ name, parameters, parametersJsonSchema }) => ({
        name: String(name),
        parameters: parameters ?? parametersJsonSchema,
      })),
      results: turns.map(({ next }) => resultsIn(next).map((result) => JSON.stringify(result["response"]))),
      sealsKept: turns.filter(({ content }, round) => sealOf(content) === plot.sealOf(round)).length,
      faults: [
        ...unknownMembers(body, knownMembers),
        ...declarations.flatMap(faultsOfDeclaration),
        ...contents.flatMap(faultsOfContent),
        ...turns.flatMap(({ content, next }) => faultsOfResults(content, next)),
        ...turns.flatMap(({ content }, round) =>
          sealOf(content) === plot.sealOf(round)
            ? []
            : [`Function call in round ${round} is missing its thought_signature: ${String(sealOf(content))}`],
        ),
      ],
    };
  },

  writeTurn({ thought, seal, calls }, request, plot) {
    const parts = calls.map(({ name, input }, index) => ({
      functionCall: { name, args: input },
      ...(index === 0 && { thoughtSignature: seal }),
    }));
    const thoughts = isTellingThoughts(request.body) ? [{ text: thought, thought: true }] : [];
    return write(request, plot, [...thoughts, ...parts]);
  },

  writeText: (text, request, plot) => write(request, plot, [{ text: text.slice(0, 5) }, { text: text.slice(5) }]),

  refuse: (message) => answerWith({ error: { code: 400, message, status: "INVALID_ARGUMENT" } }, 400),
};

function isTellingThoughts(body: JsonObject): boolean {
  return objectAt(objectAt(body, "generationConfig"), "thinkingConfig")["includeThoughts"] === true;
}

function callsIn({ parts }: JsonObject): readonly JsonObject[] {
  return objectsIn(parts).filter(({ functionCall }) => isObject(functionCall));
}

function resultsIn(content: JsonObject | undefined): readonly JsonObject[] {
  return objectsIn(content?.["parts"]).flatMap(({ functionResponse }) =>
    isObject(functionResponse) ? [functionResponse] : [],
  );
}

function sealOf(content: JsonObject): unknown {
  return callsIn(content)[0]?.["thoughtSignature"];
}

function faultsOfDeclaration({ name, parameters }: JsonObject): readonly string[] {
  return [
    ...(toolName.test(String(name)) ? [] : [`function name ${String(name)}`]),
    ...(parameters === undefined ? [] : faultsOfSchema(parameters, String(name))),
  ];
}

function faultsOfSchema(schema: unknown, where: string): readonly string[] {
  if (!isObject(schema)) return [`no schema at ${where}`];
  const properties = Object.entries(objectAt(schema, "properties"));
  const inner = [...properties, ...("items" in schema ? [["items", schema["items"]] as const] : [])];
  const alternatives = objectsIn(schema["anyOf"]).map((each, at) => [`anyOf${at}`, each] as const);
  return [
    ...unknownMembers(schema, schemaMembers, `${where}.`),
    ...(Array.isArray(schema["type"]) ? [`a list of types at ${where}`] : []),
    ...[...inner, ...alternatives].flatMap(([name, each]) => faultsOfSchema(each, `${where}.${name}`)),
  ];
}

function faultsOfContent({ role, parts }: JsonObject): readonly string[] {
  return [
    ...(role === "user" || role === "model" || role === undefined ? [] : [`role ${String(role)}`]),
    ...(objectsIn(parts).length > 0 ? [] : ["contents without parts"]),
  ];
}

/** As many responses right after as there were calls, with their names. */
function faultsOfResults(content: JsonObject, next: JsonObject | undefined): readonly string[] {
  const asked = callsIn(content).map((part) => objectAt(part, "functionCall")["name"]);
  const answered = resultsIn(next).map(({ name }) => name);
  return asked.join() === answered.join()
    ? []
    : [`calls of ${asked.join()} are answered by ${answered.join() || "nothing"}`];
}

function write(
  { path, body: _body }: { path: string; body: JsonObject },
  plot: Plot,
  parts: readonly JsonObject[],
): Script {
  const common = {
    usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 30, thoughtsTokenCount: 20, totalTokenCount: 1050 },
    modelVersion: "gemini-3-pro",
    responseId: plot.newAnswerId(),
  };
  const candidate = (some: readonly JsonObject[], end: JsonObject = {}): JsonObject => ({
    candidates: [{ content: { parts: some, role: "model" }, index: 0, ...end }],
    ...common,
  });
  if (!path.endsWith(":streamGenerateContent")) return answerWith(candidate(parts, { finishReason: "STOP" }));
  const last = parts.length - 1;
  return streamOf(parts.map((part, at) => ({ data: candidate([part], at === last ? { finishReason: "STOP" } : {}) })));
}
