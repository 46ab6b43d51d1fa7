// The configuration file: as it is in force, what another text would be in its place, and to read it anew. It is written by its owner, and
// not from here (docs/decisions/0095).

import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { CheckedConfiguration } from "#api/configuration-queries.ts";
import { Button } from "#parts/button.tsx";
import { CopyButton } from "#parts/copy.tsx";
import { CodeBlock, Panel } from "#parts/panel.tsx";
import { saveFile } from "#parts/save-file.ts";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { CheckedPanel } from "./checked-panel.tsx";
import { FileEditor } from "./file-editor.tsx";

export function FilePanel() {
  const { queries } = useApi();
  const { may } = useCaller();
  const file = useQuery(queries.configurationFile);
  return (
    <Panel
      title="File in force"
      note={file.data?.file ?? "none was read"}
      actions={file.data?.file !== null && may("configuration.apply") && <ReloadButton />}
    >
      <FaultsNow />
      <Loaded query={file}>
        {({ text }) => {
          if (text === null)
            return <p className="px-4 py-3 text-muted">This server was started with its environment alone.</p>;
          return may("configuration.apply") ? <Editor present={text} /> : <Reading text={text} />;
        }}
      </Loaded>
    </Panel>
  );
}

function Reading({ text }: { readonly text: string }) {
  return (
    <div className="px-4 py-3">
      <CodeBlock label="Text of the file" code={text} />
    </div>
  );
}

/** What is wrong with the file as it is on the disk by now. */
function FaultsNow() {
  const { queries } = useApi();
  const { data } = useQuery(queries.configuration);
  const problems = data?.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <ul aria-label="Why the file is not taken" className="border-b border-line px-4 py-2">
      {problems.map(({ place, message }) => (
        <li key={`${place} ${message}`} className="py-1 wrap-break-word">
          <Status tone="bad">{place}</Status> <span className="text-muted">{message}</span>
        </li>
      ))}
    </ul>
  );
}

function Editor({ present }: { readonly present: string }) {
  const { client } = useApi();
  const toast = useToast();
  const [text, setText] = useState(present);
  const [checked, setChecked] = useState<CheckedConfiguration | null>(null);
  const [known, setKnown] = useState(present);
  // Whoever has typed nothing sees what is in force by now.
  useEffect(() => {
    if (present === known) return;
    if (text === known) setText(present);
    setKnown(present);
  }, [present, known, text]);
  const checking = useMutation({
    mutationFn: () => client.system.check({ body: { text } }),
    onSuccess: setChecked,
    onError: (error) => toast.fail(wordsOf(error)),
  });
  const change = (next: string): void => {
    setText(next);
    setChecked(null);
  };
  const faulty = new Set(checked?.problems.flatMap(({ line }) => line ?? []));
  return (
    <div className="grid gap-3 px-4 py-3">
      <p className="text-muted">
        What is typed here is checked, and written nowhere: the file is its owner's. [secret] stands for what it has
        there.{" "}
        <a className="underline" href="../docs/configuration.schema.json">
          Schema
        </a>
      </p>
      <FileEditor text={text} onChange={change} faulty={faulty} />
      <div className="flex flex-wrap justify-end gap-2">
        {text !== present && <Button onClick={() => change(present)}>As it is in force</Button>}
        <CopyButton text={text} label="Copy the text" />
        <Button onClick={() => saveFile("ghostllm.yaml", "application/yaml", text)}>Download</Button>
        <Button look="primary" isBusy={checking.isPending} onClick={() => checking.mutate()}>
          Check
        </Button>
      </div>
      {checked !== null && <CheckedPanel checked={checked} text={text} />}
    </div>
  );
}

function ReloadButton() {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const reading = useMutation({
    mutationFn: () => client.system.reload(),
    onSuccess: async ({ problems }) => {
      if (problems.length === 0) toast.tell("The file is read, and in force");
      else toast.fail("The file has a fault: what was before is in force");
      await refresh("configuration", "audit");
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <Button isBusy={reading.isPending} onClick={() => reading.mutate()}>
      Read the file anew
    </Button>
  );
}
