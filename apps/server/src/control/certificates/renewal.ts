// When an authority is asked for a certificate, and what becomes of it. Run under the lease `certificates`, by one instance at a time.
// Invariant: after a failure it is not asked before its time, whoever asks and however often the server is started anew.

import { setTimeout as sleep } from "node:timers/promises";
import type { AcmeSettings } from "#config/tls-config.ts";
import type { Held, Work } from "#control/leases/leased-work.ts";
import type { CertificateRow } from "#control/store/certificates/certificate-store.ts";
import { draftEvent } from "#domain/event.ts";
import type { EventDraft } from "#domain/event.ts";
import type { Store } from "#control/store/store.ts";
import type { Signals } from "#link/signals.ts";
import { AuthorityError } from "./authority.ts";
import { issue } from "./issue.ts";
import type { Issued, IssueDeps } from "./issue.ts";
import { facts, renewalAt } from "#edge/certificates/facts.ts";

export interface RenewalDeps extends IssueDeps {
  readonly store: Pick<Store, "certificates" | "isUnavailable">;
  readonly signals: Pick<Signals, "send">;
  readonly random: () => number;
}

/** Of the server towards clients. */
export const publicName = "public";

const lookMs = 1_000;
const longestRetryMs = 12 * 3_600_000;
/** It costs an authority nothing that does not answer. */
const longestUnreachableMs = 3_600_000;
/** Up to so much later, that many who failed at once do not come back at once. */
const jitter = 0.2;

const unwritten: CertificateRow = {
  ...{ name: publicName, domains: [], directory: "", chain: null, keyEncrypted: null, issuedAt: null, order: null },
  ...{ askedAt: null, failures: 0, nextAttemptAt: 0, lastError: null, lastErrorAt: null, version: 0 },
};

export function renewing(deps: RenewalDeps): Work {
  return async (held) => {
    while (held.holds()) {
      const row = await readRow(deps);
      if (row !== null && dueAt(row, deps) <= deps.now()) await attempt(deps, row, held);
      else await sleep(lookMs, undefined, { signal: held.signal, ref: false });
    }
  };
}

/** Null while the database is away. */
async function readRow({ store }: RenewalDeps): Promise<CertificateRow | null> {
  try {
    return (await store.certificates.find(publicName)) ?? unwritten;
  } catch (error) {
    if (store.isUnavailable(error)) return null;
    throw error;
  }
}

/** When the authority is asked next; epoch ms. */
export function dueAt(row: CertificateRow, { settings }: Pick<RenewalDeps, "settings">): number {
  const isWanted = row.askedAt !== null || !isFor(row, settings);
  const wantedAt = isWanted || row.chain === null ? 0 : renewalAt(row.chain);
  return Math.max(wantedAt, row.nextAttemptAt);
}

/** It is what the settings ask for. */
function isFor(
  { chain, domains, directory }: CertificateRow,
  { directoryUrl, domains: wanted }: AcmeSettings,
): boolean {
  return chain !== null && directory === directoryUrl && wanted.every((domain) => domains.includes(domain));
}

async function attempt(deps: RenewalDeps, row: CertificateRow, held: Held): Promise<void> {
  const { store, log, now } = deps;
  try {
    const issued = await issue(deps, row, held);
    await keep(deps, row, issued);
  } catch (error) {
    // Whoever goes on finds the order where it is.
    if (!held.holds() || store.isUnavailable(error)) return;
    const failure = failureOf(deps, row, error);
    const next = new Date(failure.nextAttemptAt).toISOString();
    log.error({ reason: failure.lastError, next }, "No certificate was issued; the one in use stays");
    await store.certificates.change(row.name, { ...failure, lastErrorAt: now() }, [failedEvent(deps, row, failure)]);
    if (error instanceof AuthorityError && error.kind === "accountDoesNotExist")
      await store.certificates.changeAccount(deps.settings.directoryUrl, { url: null, email: null });
  }
  await deps.signals.send({ kind: "certificate_changed" }).catch(() => undefined);
}

async function keep(deps: RenewalDeps, row: CertificateRow, { chain, keyEncrypted }: Issued): Promise<void> {
  const { store, settings, log, now } = deps;
  const { domains, directoryUrl: directory } = settings;
  const told = facts(chain);
  await store.certificates.change(
    row.name,
    {
      ...{ chain, keyEncrypted, domains, directory, issuedAt: now(), order: null, askedAt: null },
      ...{ failures: 0, nextAttemptAt: 0, lastError: null, lastErrorAt: null, version: row.version + 1 },
    },
    [renewedEvent(deps, row, chain)],
  );
  log.info({ domains, issuer: told.issuer, until: new Date(told.notAfter).toISOString() }, "a certificate was issued");
}

type Failure = Pick<CertificateRow, "failures" | "nextAttemptAt" | "askedAt" | "order"> & {
  readonly lastError: string;
};

function failureOf({ settings, now, random }: RenewalDeps, row: CertificateRow, error: unknown): Failure {
  const isAuthority = error instanceof AuthorityError;
  const isUnreachable = isAuthority && error.kind === "unreachable";
  const longest = isUnreachable ? longestUnreachableMs : longestRetryMs;
  const doubled = settings.retryMs * 2 ** Math.min(row.failures, 30);
  const pauseMs = Math.min(doubled, Math.max(longest, settings.retryMs)) * (1 + random() * jitter);
  const askedMs = isAuthority ? (error.retryAfterMs ?? 0) : 0;
  return {
    failures: row.failures + 1,
    nextAttemptAt: Math.ceil(now() + Math.max(pauseMs, askedMs)),
    askedAt: null,
    // What it has only not decided yet is gone on with.
    order: isUnreachable || (isAuthority && error.kind === "rateLimited") ? row.order : null,
    lastError: error instanceof Error ? error.message : String(error),
  };
}

function renewedEvent({ now }: RenewalDeps, { name, chain: before }: CertificateRow, chain: string): EventDraft {
  const { issuer, notAfter, fingerprint, domains } = facts(chain);
  return draftEvent(
    "certificate.renewed",
    { happenedAt: now(), userId: null },
    {
      ...{ name, domains: [...domains], issuer, fingerprint, first: before === null },
      expires_at: new Date(notAfter).toISOString(),
    },
  );
}

function failedEvent({ now, settings }: RenewalDeps, { name, chain }: CertificateRow, failure: Failure): EventDraft {
  return draftEvent(
    "certificate.failed",
    { happenedAt: now(), userId: null },
    {
      ...{ name, domains: [...settings.domains], error: failure.lastError, failures: failure.failures },
      next_attempt_at: new Date(failure.nextAttemptAt).toISOString(),
      expires_at: chain === null ? null : new Date(facts(chain).notAfter).toISOString(),
    },
  );
}
