// Errors in OpenAI's form, which its two dialects and those who copy them share.

import { errorCatalogue } from "@ghostllm/contract";
import type { GhostError } from "@ghostllm/contract";

/** The official SDKs read `message`, `type`, `param` and `code`: https://platform.openai.com/docs/guides/error-codes */
export function encodeError(error: GhostError): string {
  const { type } = errorCatalogue[error.code];
  return JSON.stringify({
    error: { message: error.message, type, param: error.param ?? null, code: error.code },
  });
}
