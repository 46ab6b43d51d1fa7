import type { FewFieldsRules } from "#dialects/bodies/few-fields.ts";

/** Media are data URLs, `input_audio`, `image_url`. */
export const largeBody: FewFieldsRules = {
  standIns: { messages: [{ role: "user" }], tools: [{}] },
  mediaSigns: [";base64,", "_audio", '_url"'],
};
