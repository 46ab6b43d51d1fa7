// Suites with a script of their own, `npm run test:NAME`: `npm test` runs everything but these.

export interface Suite {
  /** Of its files, from the root. */
  readonly include: readonly string[];
  /** What is measured is measured alone. */
  readonly isAlone?: true;
  /** They leave nothing behind, and share the sources that are loaded once. */
  readonly isShared?: true;
}

export const suites: Readonly<Record<string, Suite>> = {
  /** They pull plugs or go by the clock, and take the longest. */
  faults: { include: ["tests/{bench,faults,pressure,soak}/**/*.test.ts", "tests/tooling/demo.test.ts"] },
  /** Pages in a real browser. */
  console: { include: ["tests/console/**/*.test.ts"] },
  /** Several servers over one Redis and one PostgreSQL. */
  machines: { include: ["tests/machines/**/*.test.ts"] },
  /** A database or Redis is away for a minute, vendors fail, clients mean harm. */
  outages: { include: ["tests/outages/**/*.test.ts"], isAlone: true },
  /** A real authority issues certificates to real servers. */
  tls: { include: ["tests/tls/**/*.test.ts"], isAlone: true },
  /** A real Prometheus looks at real servers. */
  observability: { include: ["tests/observability/**/*.test.ts"], isAlone: true },
  /** Backups are made under load, their servers killed, and restored elsewhere. */
  backup: { include: ["tests/backup/**/*.test.ts"], isAlone: true },
  /** The program as its users have it: the command line, from a fresh clone and from the package. */
  e2e: { include: ["tests/e2e/**/*.test.ts"] },
  /** What stores, link and the clients of vendors promise, over each of their engines. */
  engines: {
    include: ["apps/server/tests/{store,link,upstream}.*.test.ts", "apps/server/tests/consents.store.test.ts"],
    isShared: true,
  },
  /** Input that means harm, on every route. */
  security: { include: ["apps/server/tests/security.*.test.ts"], isShared: true },
};
