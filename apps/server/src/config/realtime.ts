/** Of sessions in real time. */
export interface RealtimeSettings {
  readonly sessionMs: number;
  readonly idleMs: number;
  readonly messageBytes: number;
}

interface Values {
  readonly realtimeSessionMs: number;
  readonly realtimeIdleMs: number;
  readonly realtimeMessageBytes: number;
}

export function realtimeOf({ realtimeSessionMs, realtimeIdleMs, realtimeMessageBytes }: Values): RealtimeSettings {
  return { sessionMs: realtimeSessionMs, idleMs: realtimeIdleMs, messageBytes: realtimeMessageBytes };
}
