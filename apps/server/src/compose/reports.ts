// Reports that are due: made by one instance at a time. Called by compose/control.ts.

import type { Leases } from "#control/leases/leases.ts";
import { repeating } from "#control/leases/repeating.ts";
import type { Mailer } from "#control/mail/mailer.ts";
import { Reporter } from "#control/reports/reporter.ts";
import type { Store } from "#control/store/store.ts";
import type { Foundation } from "./foundation.ts";

interface ReportParts {
  readonly foundation: Foundation;
  readonly store: Store;
  readonly leases: Leases;
}

const everyMs = 2_000;

export function startReports({ foundation, store, leases }: ReportParts, mailer: Mailer | null): void {
  const { config, clock, log, disposer } = foundation;
  if (!config.services.includes("analytics")) return;
  const reporter = new Reporter({ store, mailer, source: config.events.source, clock, log });
  disposer.add(
    leases.run(
      "reports",
      repeating({ everyMs, firstMs: everyMs }, (held) => reporter.run(held)),
    ),
  );
}
