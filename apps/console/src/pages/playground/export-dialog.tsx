import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { chatCurl, chatPython, chatTypescript } from "#connect/chat-code.ts";
import type { ChatRequest } from "#connect/chat-code.ts";
import { keyPlaceholder } from "#connect/client.ts";
import type { ClientGuide } from "#connect/client.ts";
import { Snippets } from "#connect/snippets.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Tabs } from "#parts/tabs.tsx";

interface ExportDialogProps {
  /** One for each model. */
  readonly requests: readonly ChatRequest[];
  readonly onClose: () => void;
}

/** Without the key: code is sent around. */
export function ExportDialog({ requests, onClose }: ExportDialogProps) {
  const { serverUrl: url } = useApi();
  const [lane, setLane] = useState(0);
  const names = requests.map(({ model }, index) => `${index + 1} · ${model}`);
  const request = requests[lane] ?? requests[0];
  if (request === undefined) return null;
  return (
    <Dialog
      isOpen
      title="The request as code"
      description={`As it is on the screen, with ${keyPlaceholder} where your key was.`}
      onClose={onClose}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {requests.length > 1 && (
          <Tabs
            label="Model"
            names={names}
            chosen={names[lane] ?? ""}
            onChoose={(name) => setLane(names.indexOf(name))}
          />
        )}
        <Snippets guide={guideTo(request)} settings={{ url, key: keyPlaceholder, model: request.model }} />
      </div>
    </Dialog>
  );
}

function guideTo(request: ChatRequest): ClientGuide {
  return {
    id: "request",
    name: "Request",
    kind: "SDKs",
    snippets: (settings) =>
      [
        { title: "curl", code: chatCurl(settings, request) },
        { title: "Python", code: chatPython(settings, request) },
        { title: "TypeScript", code: chatTypescript(settings, request) },
        { title: "JSON", code: JSON.stringify(request, null, 2) },
      ].map((snippet) => ({ ...snippet, shown: shorten(snippet.code) })),
  };
}

/** Without most of the bytes of images, which nobody reads. */
function shorten(code: string): string {
  return code.replace(/(data:[\w/+.-]+;base64,[A-Za-z0-9+/]{40})[A-Za-z0-9+/=]+/g, "$1…");
}
