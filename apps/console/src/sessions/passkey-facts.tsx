import type { Passkey } from "#api/queries.ts";
import { Tag } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";

/** What there is to know of one, in a line of a list. */
export function PasskeyFacts({ passkey }: { readonly passkey: Passkey }) {
  const { name, rp_id: host, synced, created_at: added, last_used_at: used } = passkey;
  return (
    <span className="min-w-40 flex-1">
      <span className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 break-words">{name}</span>
        {synced && <Tag>synced</Tag>}
        {host !== location.hostname && <Tag>{host}</Tag>}
      </span>
      <span className="block text-xs text-muted">
        added <Time at={added} />,{" "}
        {used === null ? (
          "never used"
        ) : (
          <>
            used <Time at={used} />
          </>
        )}
      </span>
    </span>
  );
}
