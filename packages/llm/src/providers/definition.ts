// What a provider file says. Mostly data: an operation that a provider lacks is an absent property.

import type { Pricing } from "#catalog/pricing.ts";
import type { Operation } from "#operations.ts";
import type { FamilyNeeds, Needs } from "#fitting/vendor-needs.ts";

/** Dialects that clients speak. */
export const clientDialectNames = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "ollama",
] as const;

/** Those, and the ones that only vendors speak. */
export const dialectNames = [...clientDialectNames, "bedrock-converse"] as const;

export type ClientDialectName = (typeof clientDialectNames)[number];
export type DialectName = (typeof dialectNames)[number];

export function isDialectName(name: string): name is DialectName {
  return dialectNames.some((known) => known === name);
}

/** Paths of what a vendor offers in one of its dialects. */
export type Operations = Readonly<Partial<Record<Operation, OperationPath>>>;

/** Oddities of a vendor within its dialect, read by the dialect's code. */
export interface Quirks extends Needs {
  /** What some of its models need besides. */
  readonly models?: FamilyNeeds;
  /**
   * `asked` (default): usage comes in a stream only with `stream_options.include_usage`, in an extra chunk.
   * `unasked`: the vendor tells its usage to everybody, so that it is not asked for, is no extra, and is never hidden.
   */
  readonly streamUsage?: "asked" | "unasked";
  /** The word with which the vendor is told that a tool must be called; `required`, which it also takes, unless told. */
  readonly mustCall?: "any";
  /** What the vendor takes in requests beyond its dialect. The rest of what comes from other dialects is noted. */
  readonly takes?: readonly Extension[];
  /** How a cloud that resells another vendor's models wraps the requests of their dialect. Its errors are its own. */
  readonly envelope?: Envelope;
  /** The header, in lower case, that tells the type of an error whose body lacks it. */
  readonly errorTypeHeader?: string;
}

export interface Envelope {
  /** Fields that the path tells, and the body must not. */
  readonly leavesOut: readonly string[];
  /** Put into the body where the client has not. */
  readonly adds: Readonly<Record<string, string>>;
  /** Fields that are lists of what a header of the client's tells between commas. */
  readonly listsOfHeaders?: Readonly<Record<string, string>>;
  /** Headers of the dialect that the cloud is not sent, since the body tells the same. */
  readonly dropsHeaders: readonly string[];
}

/** `thinking` are parts of a message's content, the other kinds of thoughts are fields of a message. */
export type Extension =
  "top_k" | "cache_control" | "reasoning_content" | "reasoning" | "reasoning_details" | "thinking";

export interface PathInput {
  readonly baseUrl: string;
  readonly model: string;
  /** The answer is to be a stream. */
  readonly stream: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** Path behind the base URL, or a function of the model where the vendor puts that into the path. */
export type OperationPath = string | ((input: PathInput) => string);

/** How a request shows the operator's credential. */
export type Authentication = HeaderAuthentication | SignedAuthentication | TokenAuthentication;

export interface HeaderAuthentication {
  readonly kind?: "header";
  readonly header: string;
  /** Put before the credential, such as `Bearer `. */
  readonly prefix: string;
}

/**
 * AWS Signature Version 4, for a credential of the form `ID:SECRET` or `ID:SECRET:SESSION`, in the region that the setting
 * `region` names. A credential of another form is a token, sent as it is.
 */
export interface SignedAuthentication {
  readonly kind: "aws-sigv4";
  readonly service: string;
}

/**
 * The key of a service account, as JSON, which buys tokens that are good for an hour: RFC 7523. A credential that is no JSON
 * is such a token itself, or an API key.
 */
export interface TokenAuthentication {
  readonly kind: "service-account";
  readonly scope: string;
  /** How API keys begin, and where they go. */
  readonly apiKey: { readonly pattern: RegExp; readonly header: string };
}

/** A value of a provider beside its credential. */
export interface ProviderSetting {
  readonly variable: string;
  readonly default: string;
  /** There is no default that could do. */
  readonly needed?: true;
}

export interface CredentialParts {
  readonly needed: readonly string[];
  readonly optional: readonly string[];
}

export interface BaseUrlRules {
  /** What stands before every path, and is added to an address without one. */
  readonly adds?: string;
  /** The end of a path that the paths of the operations have in them. */
  readonly leavesOut?: RegExp;
  /** Paths that cannot be meant, and why. */
  readonly refuses?: readonly (readonly [path: RegExp, reason: string])[];
}

export interface ProviderDefinition {
  /** `provider_type` in the database, and the default name of a provider of this type. */
  readonly type: string;
  /** What OpenTelemetry's conventions call it (`gen_ai.provider.name`); absent: its type. */
  readonly telemetryName?: string;
  readonly label: string;
  readonly documentation: string;
  /** The dialects in which the vendor can be asked. For clients of other dialects the first that fits is taken. */
  readonly speaks: Readonly<Partial<Record<DialectName, Operations>>>;
  /** Which models can be asked for in a dialect, by name; all of them where nothing is told. */
  readonly modelsOf?: Readonly<Partial<Record<DialectName, RegExp>>>;
  /** What the vendor's official SDK takes as base URL; null where every customer has another one. */
  readonly baseUrl: string | null;
  /** Where it depends on settings: `baseUrl` is its form, for people to read. */
  readonly fillBaseUrl?: (settings: Readonly<Record<string, string>>) => string;
  /** How base URLs that operators give are read. */
  readonly baseUrls?: BaseUrlRules;
  /** Environment variables, the first that is set counts. */
  readonly baseUrlVariables: readonly string[];
  readonly credentialVariables: readonly string[];
  /** Variables that hold a credential in parts, to be joined with colons. */
  readonly credentialParts?: CredentialParts;
  /** Variables that name a file with the credential. */
  readonly credentialFiles?: readonly string[];
  /** False for servers that run without a key, such as Ollama. */
  readonly needsCredential: boolean;
  readonly authentication: Authentication;
  /** Sent with every request, unless the client names another value in the same dialect. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Path of the list of models, where the vendor has one. */
  readonly modelList?: OperationPath;
  /** Of a list that tells more of the models, which some of the servers have. It is asked for first. */
  readonly richModelList?: string;
  /** Path at which a server that serves one model tells more of it. */
  readonly serverFacts?: string;
  /** Path at which a model can be asked about, by its name in the body, where the list does not tell enough. */
  readonly modelFacts?: { readonly path: string; readonly body: (model: string) => object };
  /** Names of further settings with their environment variables, such as `apiVersion`. */
  readonly settings?: Readonly<Record<string, ProviderSetting>>;
  /** Id in the price catalogue; absent where the catalogue knows no prices of the vendor. */
  readonly catalogId?: string | undefined;
  /** Which names in the catalogue can be asked for as they are; all of them where nothing is told. */
  readonly catalogModels?: RegExp;
  /** How its names and classes of service stand in the price list. */
  readonly pricing?: Pricing | undefined;
  /** A small model that every customer of the vendor can use, for a first try. */
  readonly exampleModel?: string | undefined;
  /** What of a prompt is too long for the server is left out without a word, so that half of what it holds is left. */
  readonly cutsPrompts?: "to half";
  /** Runs on the operator's own hardware: tokens cost nothing, which is a known price of 0. */
  readonly free?: true | undefined;
  readonly quirks?: Quirks | undefined;
}
