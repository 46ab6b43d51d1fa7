// Limits and budgets are counted in the memory of one process, so a database may be served by one installation only.
// Called by compose. The journal's lock keeps a second process off the same data directory; this lease keeps one with
// another data directory off the same database.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ControlLog } from "#control/control-log.ts";
import { readOrCreateKeyFile } from "#control/encryption/key-file.ts";
import type { Store } from "#control/store/store.ts";

const settingName = "sole_instance";
/** A lease that is not renewed ends after this; its holder is then taken for dead. */
const leaseMs = 10_000;
const renewalMs = 3_000;
const pollMs = 500;

const leaseSchema = z.object({ installation: z.string(), until: z.number() });

interface SoleInstanceOptions {
  readonly store: Pick<Store, "settings">;
  readonly dataDir: string;
  readonly now: () => number;
  readonly log: ControlLog;
}

export interface SoleInstanceHold {
  release(): Promise<void>;
}

/** Rejects with a sentence when another installation serves from the database. Waits for one that has just ended. */
export async function holdSoleInstance({ store, dataDir, now, log }: SoleInstanceOptions): Promise<SoleInstanceHold> {
  const { text: installation } = await readOrCreateKeyFile(join(dataDir, "installation.id"), () =>
    randomBytes(8).toString("hex"),
  );
  const claim = (durationMs: number): Promise<boolean> => claimLease(store, installation, now(), durationMs);
  const deadline = now() + leaseMs + renewalMs;
  while (!(await claim(leaseMs))) {
    if (now() > deadline) throw new Error(refusal);
    await sleep(pollMs);
  }
  const timer = setInterval(() => void renew(claim, log), renewalMs);
  return {
    async release() {
      clearInterval(timer);
      // The database may be away at the end: then the lease ends by itself.
      await claim(0).catch(() => false);
    },
  };
}

const refusal =
  "another GhostLLM serves from this database. Limits and budgets are counted in one process, so this version " +
  "cannot share a database: stop the other one, or give this one a database of its own";

async function renew(claim: (durationMs: number) => Promise<boolean>, log: ControlLog): Promise<void> {
  const isOurs = await claim(leaseMs).catch(() => null);
  if (isOurs === false) log.error({}, `Two servers count budgets side by side: ${refusal}`);
}

async function claimLease(
  { settings }: Pick<Store, "settings">,
  installation: string,
  now: number,
  durationMs: number,
): Promise<boolean> {
  const stored = await settings.get(settingName);
  const lease = stored === undefined ? null : leaseSchema.parse(JSON.parse(stored));
  if (lease !== null && lease.installation !== installation && lease.until > now) return false;
  return settings.replace(settingName, stored, JSON.stringify({ installation, until: now + durationMs }));
}
