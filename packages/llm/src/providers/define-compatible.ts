// What every OpenAI-compatible vendor has in common, so that a provider file says only what is its own.

import type { Authentication, DialectName, OperationPath, Operations, ProviderDefinition } from "./definition.ts";

const bearer: Authentication = { header: "authorization", prefix: "Bearer " };

interface Compatible extends Pick<
  ProviderDefinition,
  "type" | "label" | "documentation" | "baseUrl" | "catalogId" | "exampleModel" | "free" | "quirks"
> {
  /** `GROQ` reads GROQ_API_KEY and GROQ_BASE_URL. */
  readonly variablePrefix: string;
  /** In OpenAI's chat dialect. */
  readonly operations: Operations;
  /** Dialects that the vendor speaks beside it. */
  readonly alsoSpeaks?: Readonly<Partial<Record<Exclude<DialectName, "openai-chat">, Operations>>>;
  readonly needsCredential?: boolean;
  readonly modelList?: OperationPath;
}

export function defineCompatible(compatible: Compatible): ProviderDefinition {
  const { variablePrefix, operations, alsoSpeaks, ...provider } = compatible;
  return {
    speaks: { "openai-chat": operations, ...alsoSpeaks },
    authentication: bearer,
    needsCredential: true,
    modelList: "/models",
    credentialVariables: [`${variablePrefix}_API_KEY`],
    baseUrlVariables: [`${variablePrefix}_BASE_URL`],
    ...provider,
  };
}
