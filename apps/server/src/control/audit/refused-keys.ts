// Notes in the audit log that somebody has shown a key to the gateway that works no more: one that has leaked may be tried for long. It
// works behind the answers, of which none waits for it, and asks the database for so many keys a minute at most.

import type { Refusal } from "#control/live/refusals.ts";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import type { Store } from "#control/store/store.ts";
import { deed, type Author } from "#domain/audit.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import type { SecurityNotes } from "./security-notes.ts";

interface RefusedKeysDeps {
  readonly store: {
    readonly apiKeys: Pick<Store["apiKeys"], "findByHash">;
    readonly roles: Pick<Store["roles"], "standing">;
    readonly audit: Pick<Store["audit"], "by">;
  };
  readonly notes: Pick<SecurityNotes, "note">;
  readonly clock: Pick<Clock, "monotonic">;
  /** By which keys end. */
  readonly steadyTime: Pick<SteadyTime, "now">;
}

const minuteMs = 60_000;
/** Of a minute. Whoever guesses keys is not looked up beyond that: what he shows are none of ours. */
const mostLookups = 300;

export class RefusedKeys {
  readonly #deps: RefusedKeysDeps;
  /** Of this minute, by the hash of the key. */
  readonly #seen = new Set<string>();
  #since = -Infinity;
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: RefusedKeysDeps) {
    this.#deps = deps;
  }

  look(refusal: Refusal): void {
    const { refusedKeyHash: keyHash } = refusal;
    if (keyHash === null || !this.#isFirst(keyHash)) return;
    // One after the other, so that the store has room for others. What cannot be looked up now is not noted.
    this.#looking = this.#looking.then(() => this.#note(keyHash, refusal)).catch(() => undefined);
  }

  /** Resolves when all is looked up. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  /** Of this key in this minute. */
  #isFirst(keyHash: string): boolean {
    const now = this.#deps.clock.monotonic();
    if (now - this.#since >= minuteMs) {
      this.#since = now;
      this.#seen.clear();
    }
    if (this.#seen.size >= mostLookups || this.#seen.has(keyHash)) return false;
    this.#seen.add(keyHash);
    return true;
  }

  async #note(keyHash: string, { id: requestId, path, address }: Refusal): Promise<void> {
    const { store, notes } = this.#deps;
    const found = await store.apiKeys.findByHash(keyHash);
    const reason = found && (await this.#reasonOf(found));
    if (found === undefined || reason === undefined) return;
    const { id, publicId, previous, name, userId } = found.key;
    const shown = found.isPrevious ? previous?.publicId : publicId;
    const actor = { kind: "api_key", id, name: shown ?? publicId, userId } as const;
    const author: Author = { actor, address: address ?? "", userAgent: "", requestId, route: null };
    const details = { reason, path: path.slice(0, 200) };
    const draft = deed("key.refused", { kind: "key", id, name }, { outcome: "refused", details });
    await store.audit.by(author, async () => notes.note(draft));
  }

  /** Undefined for one that works by now. */
  async #reasonOf({ key, isPrevious }: { readonly key: ApiKeyRow; readonly isPrevious: boolean }) {
    const now = this.#deps.steadyTime.now();
    if (!key.isActive) return "revoked";
    if (key.expiresAt !== null && key.expiresAt <= now) return "expired";
    if (isPrevious && key.previous !== null && key.previous.until <= now) return "rotated";
    return (await this.#deps.store.roles.standing(key.userId)) === undefined ? "owner_switched_off" : undefined;
  }
}
