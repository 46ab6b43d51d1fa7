// What is done about certificates beside showing them: an authority is asked for new ones, by one instance at a time, and whoever looks at
// them is told. Called by compose.ts.

import { CertificateBoard } from "#control/certificates/certificate-board.ts";
import { Challenges, tokenOf } from "#control/certificates/challenges.ts";
import { tellOfEnding } from "#control/certificates/expiry-watch.ts";
import { KeptCertificate } from "#control/certificates/kept-certificate.ts";
import { renewing } from "#control/certificates/renewal.ts";
import { TicketKeys } from "#control/certificates/ticket-keys.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { Leases } from "#control/leases/leases.ts";
import { repeating } from "#control/leases/repeating.ts";
import type { AskWeb } from "#control/sign-in/ask-web.ts";
import type { Store } from "#control/store/store.ts";
import { Egress } from "#domain/egress/egress.ts";
import type { Config } from "#config/config.ts";
import type { AcmeSettings } from "#config/tls-config.ts";
import type { Foundation } from "#compose/foundation.ts";
import type { AnswerChallenge } from "#edge/redirect.ts";
import { askWeb } from "#gateway/upstream/ask-web.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import type { UpstreamClient } from "#gateway/upstream/upstream.ts";
import type { Link } from "#link/link.ts";
import type { PublicTls } from "./public-tls.ts";

interface CertificateParts {
  readonly foundation: Pick<Foundation, "config" | "log" | "clock" | "disposer" | "metrics">;
  readonly link: Pick<Link, "signals">;
  readonly store: Store;
  readonly leases: Leases;
  readonly encryption: Encryption;
  readonly publicTls: PublicTls | null;
  readonly board: CertificateBoard;
}

const watchEveryMs = 60_000;
const watchFirstMs = 2_000;

/** What clients are shown, before anybody is. */
export function openBoard(publicTls: PublicTls | null): CertificateBoard {
  const board = new CertificateBoard();
  if (publicTls !== null) {
    const { handed, front } = publicTls;
    board.add({ name: "public", origin: handed === null ? "files" : "acme", source: front.source });
  }
  return board;
}

/** Resolves when what is in the store is in use. Answers what an authority is told; null where none looks here. */
export async function startCertificates(parts: CertificateParts): Promise<AnswerChallenge | null> {
  const { foundation, store, leases, publicTls, board } = parts;
  const { clock, disposer, metrics, config } = foundation;
  let kept: KeptCertificate | null = null;
  metrics.watchCertificates(() =>
    board.list().map(({ name, origin, isTemporary, facts: { notBefore, notAfter } }) => {
      // That nobody has one yet is no end of one: the part `certificate` is unwell, and failures tell why.
      const life = isTemporary ? null : { notBefore, notAfter };
      return { name, life, failures: origin === "acme" ? (kept?.failures ?? 0) : null };
    }),
  );
  const watch = repeating({ everyMs: watchEveryMs, firstMs: watchFirstMs }, (held) =>
    tellOfEnding({ board, store, now: clock.now }, held),
  );
  if (board.list().length > 0) disposer.add(leases.run("certificate_ends", watch));
  if (publicTls !== null) {
    const use = (keys: Buffer): void => publicTls.front.useTicketKeys(keys);
    const keys = await TicketKeys.open({
      store,
      encryption: parts.encryption,
      now: clock.now,
      log: foundation.log,
      use,
    });
    disposer.add(() => keys.close());
  }
  const { acme } = config.edge;
  const handed = publicTls?.handed ?? null;
  if (acme === null || handed === null) return null;
  kept = await startRenewal(parts, acme, handed);
  const challenges = new Challenges(store.certificates);
  return async (path) => {
    const token = tokenOf(path);
    return token === null ? null : challenges.find(token);
  };
}

async function startRenewal(
  { foundation, link, store, leases, encryption }: CertificateParts,
  settings: AcmeSettings,
  handed: NonNullable<PublicTls["handed"]>,
): Promise<KeptCertificate> {
  const { config, log, clock, disposer } = foundation;
  const { signals } = link;
  const kept = await KeptCertificate.open({ store, encryption, signals, handed, log });
  disposer.add(() => kept.close());
  const client = openWay(config, settings);
  disposer.add(() => client.close());
  const ask: AskWeb = (request) => askWeb(client, request);
  const work = renewing({ ...{ store, encryption, settings, ask, signals, log }, now: clock.now, random: Math.random });
  disposer.add(leases.run("certificates", work));
  return kept;
}

/** To the authority: through the same proxies as to vendors, and wherever the operator says that it is. */
function openWay({ timeouts, network, egress }: Config, { certificates }: AcmeSettings): UpstreamClient {
  const known = [network.certificates, certificates].filter((text) => text !== null);
  const trusting = { ...network, certificates: known.length === 0 ? null : known.join("\n") };
  return createUpstreamClient(timeouts, trusting, {
    egress: new Egress({ allowPrivate: true, allow: [], deny: egress.deny }),
  });
}
