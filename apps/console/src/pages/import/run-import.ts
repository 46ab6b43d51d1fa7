// The importer, as the command line has it, over the client of whoever has signed in: what is imported is read in this page, and goes nowhere
// but into what is asked of the admin API.

import {
  Findings,
  ImportError,
  isFields,
  readLiteLlm,
  readPortkey,
  reconcile,
  Variables,
} from "@ghostllm/contract/importing";
import type { Changes, Desired, Finding } from "@ghostllm/contract/importing";
import type { Api } from "#api/api.tsx";
import { readEnvLines } from "./env-lines.ts";
import { readDocument } from "./read-document.ts";

export const gateways = ["LiteLLM", "Portkey", "one-api"] as const;
export type Gateway = (typeof gateways)[number];

/** What is typed, or read of files. */
export interface Source {
  readonly gateway: Gateway;
  readonly text: string;
  /** `NAME=value` lines. */
  readonly variables: string;
  /** Of the alias of a Portkey config that has none. */
  readonly name: string;
  /** What targets of Portkey that name no model are asked for. */
  readonly model: string;
}

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly changes: Pick<Changes, "isApplied" | "done" | "failed" | "unchanged">;
}

/** Rejects with an ImportError where the source is not what it should be. */
export async function runImport(client: Api["client"], source: Source, isApplied: boolean): Promise<Outcome> {
  const findings = new Findings();
  const desired = await desiredOf(source, findings);
  const changes = await reconcile(client, desired, isApplied);
  return { findings: findings.all, changes };
}

async function desiredOf({ gateway, text, ...source }: Source, findings: Findings): Promise<Desired> {
  if (text.trim() === "") throw new ImportError("There is nothing in it");
  const file = readDocument(text);
  const variables = new Variables(readEnvLines(source.variables));
  if (gateway === "Portkey") {
    const model = source.model.trim() === "" ? null : source.model.trim();
    return readPortkey({ file, name: source.name.trim() || "portkey", model, variables, source: "portkey" }, findings);
  }
  if (!isFields(file))
    throw new ImportError("There are no settings in it: it is to be a mapping such as model_list: ...");
  const name = "litellm";
  return readLiteLlm(
    { file, database: null, decrypt: () => null, variables, saltKey: null, name, now: Date.now() },
    findings,
  );
}
