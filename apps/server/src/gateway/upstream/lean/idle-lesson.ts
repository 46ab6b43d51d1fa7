/** Vendors close idle connections after a minute or so: ours go before that, so that no request meets a closed one. */
const usualIdleMs = 20_000;
/** What was closed sooner than this may have been closed for another reason. */
const leastTellingMs = 1_000;
const leastIdleMs = 500;
/** Unless it comes so often, and no connection was of any further use in between. */
const tellingCloses = 3;
/** A vendor that starts anew closes all of its connections, too: no lesson is for ever, and one that costs much is short. */
const lessonMs = 600_000;
const shortLessonMs = 10_000;

/** A vendor that closes idle connections without a word teaches how long it waits. */
export class IdleLesson {
  #mostIdleMs = usualIdleMs;
  #endsAtMs = Infinity;
  #earlyCloses = 0;

  /** How long a connection may be idle before its next use. */
  get mostIdleMs(): number {
    return this.#mostIdleMs;
  }

  /** A connection was answered again. */
  onReuse(): void {
    this.#earlyCloses = 0;
  }

  /** By the vendor, while it was idle. */
  onClosed(idleMs: number, nowMs: number): void {
    if (idleMs > leastTellingMs) return this.#learn(Math.max(leastIdleMs, idleMs * 0.75), nowMs + lessonMs);
    this.#earlyCloses += 1;
    if (this.#earlyCloses >= tellingCloses) this.#learn(Math.floor(idleMs * 0.75), nowMs + shortLessonMs);
  }

  #learn(mostIdleMs: number, endsAtMs: number): void {
    this.#mostIdleMs = Math.min(this.#mostIdleMs, mostIdleMs);
    this.#endsAtMs = endsAtMs;
  }

  forget(nowMs: number): void {
    if (nowMs < this.#endsAtMs) return;
    this.#mostIdleMs = usualIdleMs;
    this.#endsAtMs = Infinity;
    this.#earlyCloses = 0;
  }
}
