// What vendors take, by the schemas that they publish or that come of their SDKs' types.

import type { DialectName } from "../../packages/llm/src/providers/definition.ts";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Corpus } from "../support/corpus.ts";

/** What is wrong with a schema, which must be one of JSON. */
export function createSchemaJudge(): (schema: Fields) => string | null {
  const [older, newer] = [new Ajv(options), new Ajv2020(options)];
  return ({ $schema: _version, ...schema }) => {
    const isValid = older.validateSchema(schema) === true || newer.validateSchema(schema) === true;
    return isValid ? null : newer.errorsText(newer.errors);
  };
}

type Fields = Readonly<Record<string, unknown>>;
export type FaultOf = (body: Fields) => string | null;

const options = { strict: false, validateFormats: false };

/** Amazon publishes no schema. */
export function openSchemas(corpus: Corpus): Readonly<Partial<Record<DialectName, FaultOf>>> {
  const read = (name: string): string => corpus.specification(name);
  const ofSdk = (name: string) => compileSdk(JSON.parse(read(`from-sdk-types/${name}.schema.json`)) as object);
  const openai = read("openai.relaxed.schema.json");
  const ofChat = compileWithin(openai, "CreateChatCompletionRequest");
  return {
    "openai-chat": (body) => ofChat(withKnownSounds(body)),
    // Most messages fit two forms of an item, of which the published schema demands exactly one: any will do.
    "openai-responses": compileWithin(openai.replaceAll('"oneOf"', '"anyOf"'), "CreateResponse"),
    "anthropic-messages": ofSdk("anthropic.MessageCreateParams"),
    gemini: geminiFault(ofSdk),
    ollama: compileWithin(read("ollama.schema.json"), "ChatRequest"),
  };
}

function compileWithin(schema: string, name: string): FaultOf {
  const ajv = new Ajv2020(options);
  ajv.addSchema(JSON.parse(schema) as object, "vendor");
  return (body) => (ajv.validate(`vendor#/$defs/${name}`, body) ? null : ajv.errorsText(ajv.errors?.slice(-3)));
}

function compileSdk(schema: object): FaultOf {
  const ajv = new Ajv(options);
  const validate = ajv.compile(schema);
  return (body) => (validate(body) ? null : ajv.errorsText(validate.errors?.slice(-3)));
}

/** Vendors of the dialect take more kinds of sound than OpenAI's own schema names. */
function withKnownSounds(body: Fields): Fields {
  const text = JSON.stringify(body).replaceAll(/"format":"(?:aac|flac|ogg|aiff|opus)"/g, '"format":"mp3"');
  return JSON.parse(text) as Fields;
}

/** The SDK's parameters are not the request, which is made of them: its parts are. */
function geminiFault(open: (name: string) => FaultOf): FaultOf {
  const [ofContent, ofConfig] = [open("google.Content"), open("google.GenerationConfig")];
  const [ofTool, ofChoice] = [open("google.Tool"), open("google.ToolConfig")];
  const each = (value: unknown, faultOf: FaultOf) =>
    (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((item) => faultOf(item as Fields));
  return (body) => {
    if (!Array.isArray(body["contents"]) || body["contents"].length === 0) return "no contents";
    const { contents, systemInstruction, tools, generationConfig, toolConfig } = body;
    const faults = [
      ...each(contents, ofContent),
      ...each(systemInstruction, ofContent),
      ...each(tools, ofTool),
      ...each(generationConfig, ofConfig),
      ...each(toolConfig, ofChoice),
    ];
    return faults.find((fault) => fault !== null) ?? null;
  };
}
