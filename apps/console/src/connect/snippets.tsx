import { useState } from "react";
import { CopyButton } from "#parts/copy.tsx";
import { CodeBlock } from "#parts/panel.tsx";
import { Tabs } from "#parts/tabs.tsx";
import type { ClientGuide, Settings } from "./client.ts";

interface SnippetsProps {
  readonly guide: ClientGuide;
  readonly settings: Settings;
}

/** What one client is to be told: in each of its languages, or file by file. */
export function Snippets({ guide, settings }: SnippetsProps) {
  const snippets = guide.snippets(settings);
  const [title, setTitle] = useState(snippets[0]?.title ?? "");
  const shown = snippets.find((one) => one.title === title) ?? snippets[0];
  if (shown === undefined) return null;
  return (
    <div className="grid gap-2">
      <div className="flex items-center justify-between gap-2">
        <Tabs
          label={`${guide.name} in`}
          names={snippets.map((one) => one.title)}
          chosen={shown.title}
          onChoose={setTitle}
        />
        <CopyButton text={shown.code} label={`Copy ${shown.title}`} />
      </div>
      <CodeBlock code={shown.shown ?? shown.code} label={`${guide.name}: ${shown.title}`} />
      {guide.note !== undefined && <p className="text-xs text-muted">{guide.note}</p>}
    </div>
  );
}
