import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { CreatedApiKey } from "#api/queries.ts";
import { Dialog } from "#parts/dialog.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { KeyForm } from "./key-form.tsx";
import { toBody, toWholeBody } from "./key-values.ts";
import type { KeyValues } from "./key-values.ts";
import { NewKey } from "./new-key.tsx";
import { ofTeam } from "./owner-fields.tsx";

/** Of the team and the owner that the URL names, where it does. */
export function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const refresh = useRefresh();
  const create = useCreate();
  const [teamId = ""] = useSearchValue("team");
  const [userId] = useSearchValue("owner");
  const { me } = useCaller();
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  if (created !== null) return <NewKey created={created} onClose={onClose} />;
  return (
    <Dialog isOpen title="Create a key" onClose={onClose}>
      <KeyForm
        present={null}
        owner={{ team_id: teamId, user_id: userId ?? me.user?.id ?? "" }}
        action="Create key"
        onCancel={onClose}
        send={async (values) => {
          setCreated(await create(values));
          await refresh("keys", "teams");
        }}
      />
    </Dialog>
  );
}

/** As whoever sees to keys of a team, or as somebody whom it lets make his own. */
function useCreate(): (values: KeyValues) => Promise<CreatedApiKey> {
  const { client } = useApi();
  const { mayForAll, mayInTeam } = useCaller();
  return (values) => {
    const { team_id: teamId, user_id: userId } = values;
    const whole = mayForAll("keys.create") ? toWholeBody(values) : toBody(values);
    const { store_prompts: storing, ...rest } = whole;
    const isGranted = mayForAll("keys.create") || mayInTeam("keys.create", teamId);
    if (!isGranted) return client.ownKeys.create({ body: { ...rest, team_id: teamId } });
    const body = { ...rest, store_prompts: storing, ...(teamId !== "" && { team_id: teamId }) };
    if (userId === ofTeam) return client.apiKeys.create({ body: { ...body, owner: ofTeam } });
    return client.apiKeys.create({ body: { ...body, ...(userId !== "" && { user_id: userId }) } });
  };
}
