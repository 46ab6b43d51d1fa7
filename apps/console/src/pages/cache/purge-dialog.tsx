// Answers that are to be told no more: all of them, or those of one alias, key or user.

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { plural } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";

const kinds = { all: "everybody's", alias: "of one alias", key: "of one key", user: "of one user" } as const;
type Kind = keyof typeof kinds;

const parameters = { all: null, alias: "alias_id", key: "api_key_id", user: "user_id" } as const;

export function PurgeDialog({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<Kind>("all");
  const [id, setId] = useState("");
  const purge = usePurge(onClose);
  const parameter = parameters[kind];
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    purge.mutate(parameter === null ? {} : { [parameter]: id });
  };
  return (
    <Dialog
      isOpen
      title="Forget answers"
      description="What is asked again goes to its vendor, and may be kept anew. Records of requests stay."
      onClose={onClose}
    >
      <form className="grid gap-3.5" onSubmit={send} noValidate>
        <Field label="Which answers">
          {(control) => (
            <select
              {...control}
              autoFocus
              className={`${inputClass} pr-7`}
              value={kind}
              onChange={({ target }) => {
                setKind(kindOf(target.value));
                setId("");
              }}
            >
              {Object.entries(kinds).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
        {kind !== "all" && <Choice {...{ kind, id }} onChoose={setId} />}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" disabled={kind !== "all" && id === ""} isBusy={purge.isPending}>
            Forget them
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function kindOf(value: string): Kind {
  return Object.hasOwn(kinds, value) ? (value as Kind) : "all";
}

function usePurge(onDone: () => void) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  return useMutation({
    mutationFn: (query: Readonly<Record<string, string>>) => client.cache.purge({ query }),
    onSuccess: async ({ removed }) => {
      await refresh("cache");
      onDone();
      toast.tell(`${plural(removed, "answer")} forgotten`);
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
}

interface ChoiceProps {
  readonly kind: Exclude<Kind, "all">;
  readonly id: string;
  readonly onChoose: (id: string) => void;
}

function Choice({ kind, id, onChoose }: ChoiceProps) {
  const choices = useChoices(kind);
  return (
    <Field label={kind === "alias" ? "Alias" : kind === "key" ? "Key" : "User"}>
      {(control) => (
        <select
          {...control}
          className={`${inputClass} pr-7`}
          value={id}
          onChange={({ target }) => onChoose(target.value)}
        >
          <option value="">Choose one</option>
          {choices.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function useChoices(kind: ChoiceProps["kind"]): readonly { readonly id: string; readonly name: string }[] {
  const { queries } = useApi();
  const { may } = useCaller();
  const aliases = useQuery({ ...queries.aliases, enabled: kind === "alias" && may("aliases.read") });
  const keys = useQuery({ ...queries.keys, enabled: kind === "key" && may("keys.read") });
  const users = useQuery({ ...queries.users, enabled: kind === "user" && may("users.read") });
  if (kind === "alias") return aliases.data?.items ?? [];
  if (kind === "key") return keys.data?.items ?? [];
  return users.data?.items.map(({ id, email }) => ({ id, name: email ?? id })) ?? [];
}
