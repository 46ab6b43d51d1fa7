// How the server is looked at from outside: what of the configuration is for that.

import type { Secret } from "#domain/secret.ts";

export interface MetricsSettings {
  /** Anybody may read `/metrics` and `/status`. */
  readonly isOpen: boolean;
  readonly token: Secret | null;
  /** So many values of a label that people make up are told apart. */
  readonly mostNames: number;
  /** A port for metrics alone; null: there is none. */
  readonly port: number | null;
  /** Of that port; null: that of the server. */
  readonly host: string | null;
}
