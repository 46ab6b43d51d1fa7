import type { FewFieldsRules } from "#dialects/bodies/few-fields.ts";

/** Media are data URLs, `image_url`, `file_url`, `input_audio`, and files in bare base64. */
export const largeBody: FewFieldsRules = {
  standIns: { input: [{}], tools: [{}] },
  mediaSigns: [";base64,", '_url"', "_audio", '"file_data"'],
};
