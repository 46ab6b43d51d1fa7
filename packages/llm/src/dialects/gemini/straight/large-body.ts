import type { FewFieldsRules } from "#dialects/bodies/few-fields.ts";

export const largeBody: FewFieldsRules = {
  standIns: { contents: [{}], tools: [{}] },
  mediaSigns: ['"mimeType"', '"mime_type"', '"fileData"', '"file_data"'],
};
