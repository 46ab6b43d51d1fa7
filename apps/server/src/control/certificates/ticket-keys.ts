// The keys that seal the sessions which clients resume, the same in all instances. Invariant: one that was replaced is kept nowhere, so
// that what was recorded is not opened by it later.

import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { ControlLog } from "#control/control-log.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { Store } from "#control/store/store.ts";
import { Secret } from "#domain/secret.ts";

export interface TicketKeysDeps {
  readonly store: Pick<Store, "settings" | "within">;
  readonly encryption: Encryption;
  readonly now: () => number;
  readonly log: ControlLog;
  /** As Node takes them. */
  readonly use: (keys: Buffer) => void;
}

/** Of the setting, and of what seals it. */
export const ticketKeysSetting = "tls_ticket_keys";

const stored = z.object({ keys: z.string(), madeAt: z.number() });
const keyBytes = 48;
const lifeMs = 12 * 3_600_000;
const lookMs = 60_000;
const patienceMs = 2_000;

export class TicketKeys {
  readonly #deps: TicketKeysDeps;
  #inUse = "";
  readonly #timer: NodeJS.Timeout;

  private constructor(deps: TicketKeysDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.#look(), lookMs).unref();
  }

  /** Resolves when they are in use. */
  static async open(deps: TicketKeysDeps): Promise<TicketKeys> {
    const keys = new TicketKeys(deps);
    await keys.#look();
    return keys;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Never rejects: without them each thread seals for itself, and clients begin new sessions. */
  async #look(): Promise<void> {
    const { store, log } = this.#deps;
    try {
      await store.within(patienceMs, () => this.#take());
    } catch (error) {
      log.warn({ err: error }, "The keys of resumed TLS sessions cannot be read: clients begin new ones");
    }
  }

  async #take(): Promise<void> {
    const { store, encryption, now } = this.#deps;
    const sealed = await store.settings.get(ticketKeysSetting);
    const found = sealed === undefined ? null : await this.#open(sealed);
    if (found !== null && now() - found.madeAt < lifeMs) return this.#use(found.keys);
    const made = { keys: randomBytes(keyBytes).toString("base64"), madeAt: now() };
    const next = await encryption.seal(new Secret(JSON.stringify(made)), ticketKeysSetting);
    // Where another was faster, its keys are taken at the next look.
    if (await store.settings.replace(ticketKeysSetting, sealed, next)) this.#use(made.keys);
    else if (found !== null) this.#use(found.keys);
  }

  async #open(sealed: string) {
    const text = await this.#deps.encryption.open(sealed, ticketKeysSetting);
    return stored.parse(JSON.parse(text.reveal()));
  }

  #use(keys: string): void {
    if (keys === this.#inUse) return;
    this.#inUse = keys;
    this.#deps.use(Buffer.from(keys, "base64"));
  }
}
