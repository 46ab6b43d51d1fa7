// What every OpenAI-compatible vendor has in common, so that a provider file says only what is its own.

import type { Authentication, DialectName, OperationPath, Operations, ProviderDefinition } from "./definition.ts";

const bearer: Authentication = { header: "authorization", prefix: "Bearer " };

interface Compatible extends Pick<
  ProviderDefinition,
  | "type"
  | "telemetryName"
  | "label"
  | "documentation"
  | "baseUrl"
  | "fillBaseUrl"
  | "baseUrls"
  | "richModelList"
  | "serverFacts"
  | "catalogId"
  | "catalogModels"
  | "exampleModel"
  | "free"
  | "pricing"
  | "quirks"
  | "settings"
  | "headers"
  | "modelsOf"
> {
  /** `GROQ` reads GROQ_API_KEY and GROQ_BASE_URL. */
  readonly variablePrefix: string;
  /** In OpenAI's chat dialect. */
  readonly operations: Operations;
  /** Dialects that the vendor speaks beside it. */
  readonly alsoSpeaks?: Readonly<Partial<Record<Exclude<DialectName, "openai-chat">, Operations>>>;
  /** A bearer token unless told. */
  readonly authentication?: Authentication;
  readonly needsCredential?: boolean;
  /** In place of those that follow from the prefix. */
  readonly credentialVariables?: readonly string[];
  readonly baseUrlVariables?: readonly string[];
  /** `/models` unless told; null where the vendor has none. */
  readonly modelList?: OperationPath | null;
}

export function defineCompatible(compatible: Compatible): ProviderDefinition {
  const { variablePrefix, operations, alsoSpeaks, modelList = "/models", ...provider } = compatible;
  return {
    speaks: { "openai-chat": operations, ...alsoSpeaks },
    authentication: bearer,
    needsCredential: true,
    ...(modelList !== null && { modelList }),
    credentialVariables: [`${variablePrefix}_API_KEY`],
    baseUrlVariables: [`${variablePrefix}_BASE_URL`],
    ...provider,
  };
}
