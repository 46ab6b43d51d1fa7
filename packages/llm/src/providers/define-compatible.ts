// What every OpenAI-compatible vendor has in common, so that a provider file says only what is its own.

import type { Operation } from "#hub.ts";
import type { Authentication, OperationPath, ProviderDefinition } from "./definition.ts";

const bearer: Authentication = { header: "authorization", prefix: "Bearer " };

interface Compatible extends Pick<
  ProviderDefinition,
  "type" | "label" | "documentation" | "baseUrl" | "catalogId" | "exampleModel" | "free" | "quirks"
> {
  /** `GROQ` reads GROQ_API_KEY and GROQ_BASE_URL. */
  readonly variablePrefix: string;
  readonly operations: Readonly<Partial<Record<Operation, OperationPath>>>;
  readonly needsCredential?: boolean;
  readonly modelList?: OperationPath;
}

export function defineCompatible({ variablePrefix, ...provider }: Compatible): ProviderDefinition {
  return {
    dialect: "openai-chat",
    authentication: bearer,
    needsCredential: true,
    modelList: "/models",
    credentialVariables: [`${variablePrefix}_API_KEY`],
    baseUrlVariables: [`${variablePrefix}_BASE_URL`],
    ...provider,
  };
}
