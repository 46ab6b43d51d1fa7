import type { FewFieldsRules } from "#dialects/bodies/few-fields.ts";

/** Images and documents have a `source`. */
export const largeBody: FewFieldsRules = {
  standIns: { messages: [{ role: "user" }], tools: [{}] },
  mediaSigns: ['"source"'],
};
