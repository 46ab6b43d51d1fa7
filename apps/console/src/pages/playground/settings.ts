// What goes with every question, as it is typed, and as the request has it. Pure.

import { fieldOf } from "#connect/fields.ts";

export interface Settings {
  readonly system: string;
  readonly temperature: string;
  readonly maxTokens: string;
  /** Empty leaves it to the model, as everywhere here. */
  readonly effort: string;
  readonly isStreamed: boolean;
  /** JSON: the list of them. */
  readonly tools: string;
  readonly toolChoice: string;
  /** JSON Schema of the answer. */
  readonly schema: string;
}

export const noSettings: Settings = {
  ...{ system: "", temperature: "", maxTokens: "", effort: "", isStreamed: true },
  ...{ tools: "", toolChoice: "", schema: "" },
};

export interface RequestFields {
  readonly system: string;
  readonly [field: string]: unknown;
}

export type Faults = Partial<Record<"tools" | "schema", string>>;

export const toolsExample = JSON.stringify(
  [
    {
      type: "function",
      function: {
        name: "get_weather",
        description: "The weather at a place now",
        parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
      },
    },
  ],
  null,
  2,
);

export const schemaExample = JSON.stringify(
  {
    type: "object",
    properties: { title: { type: "string" }, tags: { type: "array", items: { type: "string" } } },
    required: ["title", "tags"],
    additionalProperties: false,
  },
  null,
  2,
);

export function readSettings(settings: Settings): { readonly fields: RequestFields; readonly faults: Faults } {
  const tools = readJson(
    settings.tools,
    isListOfTools,
    "This is to be a list of tools, each with its function's name.",
  );
  const schema = readJson(settings.schema, isObject, "A schema is an object.");
  const hasTools = Array.isArray(tools.value) && tools.value.length > 0;
  const fields = {
    system: settings.system,
    ...(settings.temperature !== "" && { temperature: Number(settings.temperature) }),
    ...(settings.maxTokens !== "" && { max_completion_tokens: Number(settings.maxTokens) }),
    ...(settings.effort !== "" && { reasoning_effort: settings.effort }),
    ...(hasTools && { tools: tools.value, ...(settings.toolChoice !== "" && { tool_choice: settings.toolChoice }) }),
    ...(schema.value !== undefined && {
      response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema: schema.value } },
    }),
    ...(settings.isStreamed && { stream: true, stream_options: { include_usage: true } }),
  };
  const faults = {
    ...(tools.fault !== undefined && { tools: tools.fault }),
    ...(schema.fault !== undefined && { schema: schema.fault }),
  };
  return { fields, faults };
}

interface Read {
  readonly value?: unknown;
  readonly fault?: string;
}

function readJson(text: string, isRight: (value: unknown) => boolean, words: string): Read {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRight(value) ? { value } : { fault: words };
  } catch (error) {
    return { fault: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfTools(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof fieldOf(fieldOf(one, "function"), "name") === "string");
}

export function countTools(settings: Settings): number {
  const { tools } = readSettings(settings).fields;
  return Array.isArray(tools) ? tools.length : 0;
}
