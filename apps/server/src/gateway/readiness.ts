/** Whether this process takes requests, and whether whoever balances the load should go on sending them here. */
export class Readiness {
  /** Null: ready for requests. Otherwise why not: starting, stopping. */
  notReadyBecause: string | null = "starting";
  /** Requests are answered as ever, and new ones should go elsewhere: the end has been announced. */
  isLeaving = false;
  /** What else keeps clients away, such as a certificate that is not there yet. */
  elsewhere: () => string | null = () => null;

  /** Why new requests should go elsewhere; null where they need not. */
  get awayBecause(): string | null {
    return this.notReadyBecause ?? (this.isLeaving ? "stopping" : this.elsewhere());
  }
}
