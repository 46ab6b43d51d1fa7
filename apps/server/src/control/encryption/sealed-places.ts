// Everything in the database that is sealed, and what each is bound to: what is missing here is left under an old key by
// `ghostllm keys rotate-kek`. A test holds it against the columns of the tables.

import { additionsBinding, credentialBinding } from "#control/snapshot/providers.ts";
import { guardrailBinding } from "#control/snapshot/guardrails.ts";
import { accountBinding, certificateBinding } from "#control/certificates/bindings.ts";
import { ticketKeysSetting } from "#control/certificates/ticket-keys.ts";
import { contentKeyBinding } from "#control/contents/content-keys.ts";
import { webhookBinding } from "#domain/webhook-signature.ts";
import { repeatBinding } from "#control/http/repeats/sealed-answers.ts";
import { factorBinding } from "#control/sessions/second-factor.ts";
import { grantBinding } from "#control/sign-in/grants.ts";
import { methodBinding } from "#control/sign-in/issuer-clients.ts";
import type { SealedPlace } from "#control/store/sealed-values.ts";

export interface BoundPlace extends SealedPlace {
  /** Of what stands in `boundTo`. */
  bindingOf(boundTo: string): string;
}

const ofSession = { key: "session_id", boundTo: "session_id" };

export const sealedPlaces: readonly BoundPlace[] = [
  { table: "providers", column: "api_key_enc", key: "id", boundTo: "name", bindingOf: credentialBinding },
  { table: "providers", column: "additions_enc", key: "id", boundTo: "name", bindingOf: additionsBinding },
  { table: "webhooks", column: "secret_enc", key: "id", boundTo: "id", bindingOf: webhookBinding },
  { table: "guardrails", column: "secret_enc", key: "id", boundTo: "id", bindingOf: guardrailBinding },
  { table: "sign_in_methods", column: "client_secret_enc", key: "id", boundTo: "id", bindingOf: methodBinding },
  { table: "session_grants", column: "id_token_enc", ...ofSession, bindingOf: grantBinding },
  { table: "session_grants", column: "refresh_token_enc", ...ofSession, bindingOf: grantBinding },
  { table: "second_factors", column: "secret_enc", key: "user_id", boundTo: "user_id", bindingOf: factorBinding },
  { table: "idempotency_keys", column: "key_enc", key: "key_hash", boundTo: "key_hash", bindingOf: repeatBinding },
  { table: "certificates", column: "key_enc", key: "name", boundTo: "name", bindingOf: certificateBinding },
  { table: "certificates", column: "order_key_enc", key: "name", boundTo: "name", bindingOf: certificateBinding },
  { table: "acme_accounts", column: "key_enc", key: "directory", boundTo: "directory", bindingOf: accountBinding },
  // What is sealed under these keys is not sealed anew: they open it still.
  { table: "content_keys", column: "key_enc", key: "id", boundTo: "id", bindingOf: contentKeyBinding },
  {
    ...{ table: "settings", column: "value", key: "name", boundTo: "name" },
    onlyKeys: ["jwt_secret", "shared_secrets", ticketKeysSetting],
    bindingOf: (name) => name,
  },
];
