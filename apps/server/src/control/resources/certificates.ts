import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ServedCertificate } from "#control/certificates/certificate-board.ts";
import { dueAt, publicName } from "#control/certificates/renewal.ts";
import type { CertificateRow } from "#control/store/certificates/certificate-store.ts";
import { toTime, toTimeOrNull } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type Deps = Pick<ResourceDependencies, "board" | "acme" | "store" | "signals" | "clock">;
type Told = RouteAnswer<AdminRoutes["certificates"]["list"]>["data"][number];

export function createCertificatesResource(deps: Deps): Resource<"certificates"> {
  const { board, acme, store, signals, clock } = deps;
  return {
    async list() {
      const row = acme === null ? undefined : await store.certificates.find(publicName);
      return { data: board.list().map((one) => told(one, one.name === publicName ? renewalOf(deps, row) : null)) };
    },
    async renew() {
      if (acme === null) throw new GhostError("conflict", "No authority is asked: the certificate is in files.");
      const now = clock.now();
      const row = await store.certificates.find(publicName);
      if (row !== undefined && row.nextAttemptAt > now) {
        const until = toTime(row.nextAttemptAt);
        throw new GhostError("conflict", `The authority has refused, and is asked again at ${until}: ${row.lastError}`);
      }
      await store.certificates.change(publicName, { askedAt: now });
      await signals.send({ kind: "certificate_changed" });
      return { asked_at: toTime(now) };
    },
  };
}

function told({ name, origin, isTemporary, facts }: ServedCertificate, renewal: Told["renewal"]): Told {
  return {
    ...{ name, source: origin, is_temporary: isTemporary, domains: [...facts.domains], issuer: facts.issuer },
    ...{ fingerprint: facts.fingerprint, not_before: toTime(facts.notBefore), not_after: toTime(facts.notAfter) },
    renewal,
  };
}

function renewalOf({ acme, clock }: Deps, row: CertificateRow | undefined): Told["renewal"] {
  if (acme === null) return null;
  const due = row === undefined ? 0 : dueAt(row, { settings: acme });
  return {
    ...{ directory_url: acme.directoryUrl, domains: [...acme.domains] },
    last_issued_at: toTimeOrNull(row?.issuedAt ?? null),
    next_attempt_at: toTime(Math.max(due, clock.now())),
    ...{ failures: row?.failures ?? 0, last_error: row?.lastError ?? null },
    last_error_at: toTimeOrNull(row?.lastErrorAt ?? null),
  };
}
