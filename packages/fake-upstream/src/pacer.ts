const tickMs = 4;

interface Appointment {
  readonly dueMs: number;
  readonly run: () => void;
}

/** One timer for every paced stream: hundreds of timers of their own would cost more than the writing. */
export class Pacer {
  #appointments: Appointment[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `dueMs` is in the time of `performance.now()`. */
  at(dueMs: number, run: () => void): void {
    this.#appointments.push({ dueMs, run });
    this.#timer ??= setInterval(() => this.#tick(), tickMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#appointments = [];
  }

  #tick(): void {
    const now = performance.now();
    const due = this.#appointments.filter((appointment) => appointment.dueMs <= now);
    if (due.length > 0) this.#appointments = this.#appointments.filter((appointment) => appointment.dueMs > now);
    for (const appointment of due) appointment.run();
    if (this.#appointments.length === 0) this.close();
  }
}
