// Tells the outside of a certificate that ends soon, once for each. Run under a lease: of several instances one tells.

import type { Held } from "#control/leases/leased-work.ts";
import type { Store } from "#control/store/store.ts";
import { draftEvent } from "#domain/event.ts";
import { endingAt } from "#edge/certificates/facts.ts";
import type { CertificateBoard } from "./certificate-board.ts";

interface ExpiryWatchDeps {
  readonly board: Pick<CertificateBoard, "list">;
  readonly store: Pick<Store, "events" | "settings" | "isUnavailable">;
  readonly now: () => number;
}

export async function tellOfEnding({ board, store, now }: ExpiryWatchDeps, held: Held): Promise<void> {
  const ending = board.list().filter(({ isTemporary, facts }) => !isTemporary && now() > endingAt(facts));
  for (const { name, facts } of ending) {
    if (!held.holds()) return;
    const setting = `certificate_ending:${name}`;
    try {
      const told = await store.settings.get(setting);
      if (told === facts.fingerprint || !(await store.settings.replace(setting, told, facts.fingerprint))) continue;
      const { domains, fingerprint, notAfter } = facts;
      const data = { name, domains: [...domains], fingerprint, expires_at: new Date(notAfter).toISOString() };
      await store.events.add([draftEvent("certificate.expiring", { happenedAt: now(), userId: null }, data)]);
    } catch (error) {
      if (!store.isUnavailable(error)) throw error;
    }
  }
}
