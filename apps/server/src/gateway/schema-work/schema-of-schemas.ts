// What a JSON Schema looks like itself, as far as a slip of the pen would have it hold nothing, or everything: the values that its words take.
// What is no word of it may be anything, as the standard has it.

const schema = { $ref: "#" };
const schemas = { type: "array", items: schema, minItems: 1 };
const named = { type: "object", additionalProperties: schema };
const names = { type: "array", items: { type: "string" } };
const count = { type: "integer", minimum: 0 };
const number = { type: "number" };
const text = { type: "string" };
const type = { enum: ["null", "boolean", "object", "array", "number", "string", "integer"] };

const each = <Value>(words: readonly string[], value: Value) => Object.fromEntries(words.map((word) => [word, value]));

export const schemaOfSchemas: Readonly<Record<string, unknown>> = {
  type: ["object", "boolean"],
  properties: {
    type: { anyOf: [type, { type: "array", items: type, minItems: 1 }] },
    enum: { type: "array" },
    required: names,
    items: { anyOf: [schema, { type: "array", items: schema }] },
    dependencies: { type: "object", additionalProperties: { anyOf: [schema, names] } },
    dependentRequired: { type: "object", additionalProperties: names },
    // Of draft 4 they are true or false.
    ...each(["exclusiveMinimum", "exclusiveMaximum"], { type: ["number", "boolean"] }),
    ...each(["minimum", "maximum"], number),
    multipleOf: { type: "number", exclusiveMinimum: 0 },
    ...each(["minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"], count),
    ...each(["minProperties", "maxProperties"], count),
    ...each(["uniqueItems"], { type: "boolean" }),
    ...each(["allOf", "anyOf", "oneOf", "prefixItems"], schemas),
    ...each(["not", "if", "then", "else", "contains", "propertyNames", "additionalItems"], schema),
    ...each(["additionalProperties", "unevaluatedProperties", "unevaluatedItems"], schema),
    ...each(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"], named),
    ...each(["$ref", "$dynamicRef", "$id", "$schema", "$anchor", "pattern", "format", "title", "description"], text),
  },
};
