// The alerts that a server can judge by itself, each with the bound that Prometheus has for it. What takes rates over time is not here.

import { alertBounds } from "@ghostllm/contract/alerts";
import type { NamedUse } from "#control/budgets/used-budgets.ts";
import { publicName } from "#control/certificates/renewal.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import { diskOf } from "#control/system/machine-figures.ts";
import { endingAt } from "#edge/certificates/facts.ts";
import { ofSystem, type Judge, type Look, type Sighting } from "./judge.ts";

const weekMs = 7 * 24 * 3_600_000;
const archiveMs = 15 * 60_000;
const mostKeys = 50;

export const judges: Readonly<Record<string, Judge>> = {
  GhostllmTargetsResting: {
    permission: "providers.read",
    look: ({ resting }) => byProvider(resting(), "open", "are left alone since they fail"),
  },
  GhostllmTargetsParked: {
    permission: "providers.read",
    look: ({ resting }) =>
      byProvider(resting(), "parked", "are left alone, since its account or credential is refused"),
  },
  GhostllmBudgetNear: {
    permission: "usage.read",
    look: async ({ budgetUses }) =>
      (await budgetUses()).filter(({ ratio }) => ratio >= alertBounds.budgetNear && ratio < 1).map(toSighting),
  },
  GhostllmBudgetUsedUp: {
    permission: "usage.read",
    look: async ({ budgetUses }) => (await budgetUses()).filter(({ ratio }) => ratio >= 1).map(toSighting),
  },
  GhostllmPartUnwell: {
    permission: "status.read",
    look: async ({ health }) =>
      [...(await health.parts())]
        .filter(([, { isHealthy }]) => !isHealthy)
        .map(([name, { detail }]) => ofSystem(name, `${detail}.`)),
  },
  GhostllmConfigurationRefused: {
    permission: "configuration.read",
    look: ({ configuration }) =>
      configuration.problems.map(({ path, message, hint }) => ofSystem(path, `${message}. ${hint}`)),
  },
  GhostllmJournalGrowing: {
    permission: "status.read",
    look: ({ journal: { pendingRecords } }) =>
      pendingRecords > alertBounds.journalRecords
        ? [ofSystem("journal", `${pendingRecords} usage records wait for the database.`)]
        : [],
  },
  GhostllmRedisAway: {
    permission: "status.read",
    look: ({ redisAway }) => {
      const why = redisAway();
      return why === null ? [] : [ofSystem("redis", `${why}.`)];
    },
  },
  GhostllmDiskShort: {
    permission: "status.read",
    look: async ({ dataDir }) => {
      const disk = await diskOf(dataDir);
      if (disk === null || disk.free / disk.total >= alertBounds.diskFree) return [];
      return [ofSystem("disk", `${Math.round((disk.free / disk.total) * 100)} % of it is free.`)];
    },
  },
  GhostllmBackupOld: { permission: "backups.read", look: backupOld },
  GhostllmJournalNotArchived: {
    permission: "backups.read",
    look: ({ backupPlan: { archive }, clock, startedAt }) => {
      const upTo = archive?.archivedUpTo() ?? startedAt;
      if (archive === null || archive.pendingBytes() === 0 || clock.now() - upTo < archiveMs) return [];
      return [ofSystem("journal", "What was stored since is not archived.", upTo + archiveMs)];
    },
  },
  GhostllmCertificateEnds: {
    permission: "certificates.read",
    look: ({ board, clock }) =>
      board.list().flatMap(({ name, isTemporary, facts }) => {
        const since = endingAt(facts);
        // What stands in for one that is still to be issued is none that ends.
        if (isTemporary || clock.now() <= since) return [];
        return [ofSystem(name, `It ends at ${new Date(facts.notAfter).toISOString()}.`, since)];
      }),
  },
  GhostllmCertificateNotRenewed: {
    permission: "certificates.read",
    look: async ({ store }) => {
      const row = await store.certificates.find(publicName);
      if (row === undefined || row.failures < alertBounds.renewalFailures) return [];
      return [ofSystem(publicName, `Refused ${row.failures} times in a row: ${row.lastError}`)];
    },
  },
  ProviderUnusable: {
    permission: "providers.read",
    look: ({ snapshot }) =>
      [...snapshot().unusableProviders].map(([name, reason]) => ({
        subject: { kind: "provider", id: null, name },
        text: `It cannot be used: ${reason}.`,
      })),
  },
  KeyEnds: {
    permission: "keys.read",
    look: async ({ store, steadyTime }) => {
      const keys = await store.apiKeys.expiring(steadyTime.now() + weekMs, mostKeys, "all");
      return keys.map(({ id, name, expiresAt }) => ({
        subject: { kind: "key", id, name },
        text: `It ends at ${new Date(expiresAt ?? 0).toISOString()}.`,
        since: (expiresAt ?? 0) - weekMs,
      }));
    },
  },
  FileOutOfForce: {
    permission: "configuration.read",
    look: async ({ declared }) => {
      const { file, state, applied, problems } = await declared.standing();
      if (state === "older") return [ofSystem(file ?? "", `${applied?.file ?? "A newer one"} is in force.`)];
      return state === "refused" ? problems.map(({ path, message }) => ofSystem(path, `${message}.`)) : [];
    },
  },
};

function byProvider(resting: readonly RestingTarget[], state: string, what: string): readonly Sighting[] {
  const own = resting.filter((one) => one.state === state && one.restMs > 0);
  return [...Map.groupBy(own, ({ providerId }) => providerId)].map(([id, targets]) => ({
    subject: { kind: "provider", id, name: targets[0]?.provider ?? "" },
    text: `${targets.map(({ model }) => model).join(", ")} ${what}.`,
  }));
}

function toSighting({ scope, id, fullName, span, ratio }: NamedUse): Sighting {
  const which = span === "total" ? "" : ` of its ${span} budget`;
  return {
    subject: { kind: scope, id, name: fullName },
    text: `${Math.floor(ratio * 100)} %${which === "" ? " of its budget" : which} is spent.`,
  };
}

async function backupOld({ store, backupPlan, clock }: Look): Promise<readonly Sighting[]> {
  const { everyMs, to } = backupPlan;
  if (everyMs === null || to === null) return [];
  const lastAt = (await store.backups.last("made"))?.finishedAt ?? null;
  if (lastAt === null) return [ofSystem("backup", "None was made yet.")];
  const since = lastAt + alertBounds.backupIntervals * everyMs;
  if (clock.now() <= since) return [];
  return [ofSystem("backup", `The last one was made at ${new Date(lastAt).toISOString()}.`, since)];
}
