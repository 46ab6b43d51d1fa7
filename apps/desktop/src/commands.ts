// The commands that the program offers this page, and what they answer. Invariant: what a server said has the contract's shape.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";

type Consent = RouteAnswer<AdminRoutes["consents"]["get"]>;
type Notification = RouteAnswer<AdminRoutes["notifications"]["list"]>["data"][number];

/** What is shown of a request that waits. */
export type WaitingConsent = Pick<
  Consent,
  | "id"
  | "key_name"
  | "username"
  | "model"
  | "operation"
  | "cost_usd"
  | "prompt_tokens"
  | "privacy"
  | "may_decide"
  | "created_at"
  | "ends_at"
> & { readonly policies: readonly Pick<Consent["policies"][number], "name">[] };

export type Reach =
  | { readonly state: "waiting" | "fine" }
  | { readonly state: "degraded" | "away"; readonly why: string }
  | { readonly state: "certificate_changed"; readonly shown: string };

export interface Standing {
  readonly reach: Reach;
  readonly version: string | null;
  readonly key_is_refused: boolean;
  readonly spent_today_usd: string | null;
  readonly requests_per_minute: number | null;
  readonly attention: readonly Pick<Notification, "id" | "kind" | "level" | "text">[];
  readonly consents: readonly WaitingConsent[];
}

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly fingerprint: string | null;
  readonly is_chosen: boolean;
  readonly has_key: boolean;
  readonly standing: Standing;
}

export interface Settings {
  readonly notifications: boolean;
  readonly quiet_hours: { readonly from: string; readonly to: string } | null;
  readonly poll_seconds: number;
  readonly local_program: string | null;
  readonly local_port: number | null;
}

export type Wish =
  | { readonly kind: "consents" }
  | { readonly kind: "add"; readonly url: string }
  | { readonly kind: "warning"; readonly sentence: string };

export interface Overview {
  readonly servers: readonly Server[];
  readonly local: { readonly state: "stopped"; readonly ended: string | null } | { readonly state: "running" };
  readonly settings: Settings;
  readonly starts_with_session: boolean;
  readonly credentials: { readonly place: "keychain" | "file"; readonly sentence: string };
  readonly wish: Wish | null;
  readonly version: string;
}

export type Trust =
  { readonly kind: "this_machine" | "authority" } | { readonly kind: "fingerprint"; readonly fingerprint: string };

export interface Looked {
  readonly url: string;
  readonly trust: Trust;
  readonly version: string | null;
}

export interface Addition {
  readonly url: string;
  readonly name: string;
  readonly fingerprint: string | null;
  readonly key: string | null;
}

export const commands = {
  overview: () => invoke<Overview>("overview"),
  lookAtServer: (url: string) => invoke<Looked>("look_at_server", { url }),
  addServer: (addition: Addition) => invoke<string>("add_server", { addition }),
  removeServer: (id: string) => invoke<null>("remove_server", { id }),
  openServer: (id: string) => invoke<null>("open_server", { id }),
  setKey: (id: string, key: string | null) => invoke<null>("set_key", { id, key }),
  decideConsent: (server: string, consent: string, decision: "approve" | "refuse", note: string) =>
    invoke<null>("decide_consent", { server, consent, decision, note }),
  startLocalServer: () => invoke<null>("start_local_server"),
  stopLocalServer: () => invoke<null>("stop_local_server"),
  localServerLog: () => invoke<readonly string[]>("local_server_log"),
  copyLocalPassword: () => invoke<string>("copy_local_password"),
  saveSettings: (settings: Settings, startsWithSession: boolean) =>
    invoke<null>("save_settings", { settings, startsWithSession }),
};

/** Whenever something is otherwise than it was. */
export function onChanged(act: () => void): Promise<() => void> {
  return listen("changed", act);
}
