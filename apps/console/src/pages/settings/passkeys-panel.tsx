// The passkeys of the caller: added, renamed and removed.

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useApi } from "#api/api.tsx";
import { canUsePasskeys } from "#api/browser-passkeys.ts";
import { Button } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { PasskeyFacts } from "#sessions/passkey-facts.tsx";
import type { Asked } from "#sessions/passkey-asked.ts";

const PasskeyDialogs = lazy(async () => ({ default: (await import("#sessions/passkey-dialogs.tsx")).PasskeyDialogs }));

export function PasskeysPanel() {
  const { queries } = useApi();
  const passkeys = useQuery(queries.passkeys);
  const options = useQuery(queries.signIn);
  const [asked, ask] = useState<Asked | null>(null);
  const canAdd = options.data !== undefined && canUsePasskeys(options.data.passkey_origin);
  return (
    <Panel title="Passkeys" actions={canAdd && <Button onClick={() => ask({ kind: "add" })}>Add a passkey</Button>}>
      <Loaded query={passkeys}>
        {(list) =>
          list.length === 0 ? (
            <p className="px-4 py-3 text-muted">
              There is none. With one you sign in by your device, without a password and a code.
              {options.data !== undefined && !canAdd && ` ${whyNot(options.data.passkey_origin)}`}
            </p>
          ) : (
            <ul className="divide-y divide-line">
              {list.map((passkey) => (
                <li key={passkey.id} className="flex flex-wrap items-center gap-2 px-4 py-2">
                  <PasskeyFacts passkey={passkey} />
                  <Button aria-label={`Rename ${passkey.name}`} onClick={() => ask({ kind: "rename", passkey })}>
                    Rename
                  </Button>
                  <Button aria-label={`Remove ${passkey.name}`} onClick={() => ask({ kind: "remove", passkey })}>
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {asked !== null && (
        <Suspense>
          <PasskeyDialogs asked={asked} onClose={() => ask(null)} />
        </Suspense>
      )}
    </Panel>
  );
}

function whyNot(origin: string | null): string {
  if (origin !== null && origin !== location.origin) return `They are for ${origin}: open the console there.`;
  return "This browser lets no page at this address use any: open the console over HTTPS, by a name.";
}
