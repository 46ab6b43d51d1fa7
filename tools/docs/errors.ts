// docs/errors.md, from the catalogue of errors.

import type { errorCatalogue } from "@ghostllm/contract";

import { code, page, table } from "./markdown.ts";

const introduction = `Every failure that GhostLLM answers with is one of these. On OpenAI-compatible routes it looks like this:

\`\`\`json
{ "error": { "message": "...", "type": "invalid_request_error", "param": "messages[0].role", "code": "invalid_request_error" } }
\`\`\`

A vendor's own 4xx about the request is passed on as it is. "Retry" tells whether the same request may succeed when it is sent
again unchanged; \`Retry-After\` says when.`;

export function describeErrors(catalogue: typeof errorCatalogue): string {
  const rows = Object.entries(catalogue).map(([name, { status, type, retryable, help }]) => [
    code(name),
    String(status),
    code(type),
    retryable ? "yes" : "no",
    help,
  ]);
  return page("Errors", introduction, table(["Code", "Status", "Type", "Retry", "What to do"], rows));
}
