// Any model that a key may use, or two side by side: asked as a client asks, through the gateway and with its limits, budgets and
// records. Invariant: the key and what was asked are in the memory of the tab and nowhere else, until it is closed or one signs out.

import { Code, Eraser } from "lucide-react";
import { useState } from "react";
import { readChat } from "#connect/saved-chats.ts";
import type { SavedChat } from "#connect/saved-chats.ts";
import type { ChatRequest } from "#connect/chat-code.ts";
import { Page } from "#frame/page.tsx";
import { Button, IconButton } from "#parts/button.tsx";
import { useKept } from "#parts/kept.tsx";
import { Panel } from "#parts/panel.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";
import { Composer } from "./composer.tsx";
import { isEmpty, isWaiting, noQuestion, requestOnScreen } from "./conversation.ts";
import { ExportDialog } from "./export-dialog.tsx";
import { ModelsPanel } from "./models-panel.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { noSettings, readSettings } from "./settings.ts";
import type { Faults, Settings } from "./settings.ts";
import { TurnView } from "./turn-view.tsx";
import { SavedPanel } from "./saved-panel.tsx";
import { turnsOf } from "./saved-turns.ts";
import { useChosenModels } from "./use-chosen-models.ts";
import { useConversation } from "./use-conversation.ts";
import type { Conversation, Saving } from "./use-conversation.ts";
import { useSavedChats } from "./use-saved-chats.ts";
import { useFollow } from "./use-follow.ts";
import { useShortcuts } from "./use-shortcuts.ts";

/** All that the page holds. */
function usePlayground() {
  const [key, changeKey] = useKept("playground.key", "");
  const [settings, setSettings] = useKept("playground.settings", noSettings);
  const [question, setQuestion] = useKept("playground.question", noQuestion);
  const chosen = useChosenModels(key);
  const { fields, faults } = readSettings(settings);
  const saved = useSavedChats(key);
  const isSaved = saved.isSaving && chosen.models.length === 1;
  const saving: Saving = {
    id: saved.current,
    onKept(id) {
      saved.setCurrent(id);
      saved.refresh();
    },
  };
  const conversation = useConversation({ key, models: chosen.models, fields, saving: isSaved ? saving : null });
  const hindrance = hindranceOf(chosen.models, faults, isWaiting(conversation.turns));
  const send = (): void => {
    if (hindrance !== null || conversation.isRunning || isEmpty(question)) return;
    conversation.send(question);
    setQuestion(() => noQuestion);
  };
  const clear = (): void => {
    conversation.clear();
    saved.setCurrent(null);
  };
  const setKey = (typed: string): void => {
    changeKey(() => typed);
    // It is another user's, perhaps.
    saved.setCurrent(null);
  };
  const change = (changed: Partial<Settings>): void => setSettings((now) => ({ ...now, ...changed }));
  const setting = { settings, faults, change };
  return { key, setKey, chosen, setting, fields, question, setQuestion, conversation, hindrance, send, saved, clear };
}

type Playground = ReturnType<typeof usePlayground>;

export function PlaygroundPage() {
  const playground = usePlayground();
  const { key, setKey, chosen, setting, conversation } = playground;
  useShortcuts({ send: playground.send, stop: conversation.stop });
  return (
    <Page title="Playground" actions={<Actions playground={playground} />}>
      <div className="-mb-10 grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,320px)_minmax(0,1fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:sticky lg:top-[calc(var(--topbar)+20px)] lg:max-h-[calc(100vh-var(--topbar)-40px)] lg:overflow-y-auto">
          <Panel title="Models">
            <ModelsPanel apiKey={key} onKey={setKey} chosen={chosen} />
            <SettingsPanel
              settings={setting.settings}
              faults={setting.faults}
              can={{ functions: chosen.can("functions"), thinking: chosen.can("thinking") }}
              onChange={setting.change}
            />
          </Panel>
          <Saved playground={playground} />
        </div>
        <div className="flex min-w-0 flex-col lg:min-h-[calc(100vh-var(--topbar)-20px)]">
          <Turns conversation={conversation} />
          <Composer
            question={playground.question}
            onChange={playground.setQuestion}
            onSend={playground.send}
            onStop={conversation.stop}
            isRunning={conversation.isRunning}
            hindrance={playground.hindrance}
            takesPictures={chosen.can("vision")}
          />
        </div>
      </div>
    </Page>
  );
}

function Saved({ playground }: { readonly playground: Playground }) {
  const { key, chosen, saved, conversation, clear } = playground;
  const toast = useToast();
  const open = async (chat: SavedChat): Promise<void> => {
    if (chat.dialect !== "openai-chat") return toast.fail(elsewhere);
    const messages = await readChat(saved.address, chat.id);
    conversation.open(turnsOf(chat, messages));
    saved.setCurrent(chat.id);
    // What is said next belongs to it.
    saved.setSaving(true);
    if (chosen.models.length > 1) chosen.compareNoMore();
    if (chosen.names.includes(chat.model)) chosen.choose(chat.model);
  };
  return (
    <SavedPanel
      saved={saved}
      hasKey={chosen.names.length > 0 && key !== ""}
      isCompared={chosen.models.length > 1}
      onOpen={(chat) => void open(chat).catch((error: unknown) => toast.fail(wordsOf(error)))}
      onGone={clear}
    />
  );
}

const elsewhere = "This chat was begun by another program, in another form of chats: it goes on there.";

function Actions({ playground }: { readonly playground: Playground }) {
  const [isCodeShown, setCodeShown] = useState(false);
  const { chosen, fields, question, conversation, clear } = playground;
  const { turns } = conversation;
  const requests = (): readonly ChatRequest[] => {
    const models = chosen.models.length === 0 ? ["MODEL"] : chosen.models;
    return models.map((model, lane) => requestOnScreen({ model, lane, turns, fields }, question));
  };
  return (
    <>
      {turns.length > 0 && <IconButton label="New conversation" icon={<Eraser />} onClick={clear} />}
      <Button onClick={() => setCodeShown(true)}>
        <Code aria-hidden className="size-3.5" />
        Code
      </Button>
      {isCodeShown && <ExportDialog requests={requests()} onClose={() => setCodeShown(false)} />}
    </>
  );
}

/** Why nothing can be sent, in words; null where something can. */
function hindranceOf(models: readonly string[], faults: Faults, isToldNothing: boolean): string | null {
  if (models.length === 0) return "A key comes first";
  if (faults.tools !== undefined) return "The tools are not valid";
  if (faults.schema !== undefined) return "The schema is not valid";
  return isToldNothing ? "The model waits for what its tools say" : null;
}

function Turns({ conversation }: { readonly conversation: Conversation }) {
  const { turns, isRunning } = conversation;
  useFollow(turns);
  return (
    <section aria-label="Conversation" className="grid flex-1 grid-cols-[minmax(0,1fr)] content-start gap-5 pb-5">
      <p role="status" className="sr-only">
        {turns.length === 0 ? "" : isRunning ? "Answering" : "Answered"}
      </p>
      {turns.length === 0 && (
        <p className="px-4 py-12 text-center text-muted">
          What you ask here goes through the gateway as any client’s request does: it counts, and it costs.
        </p>
      )}
      {turns.map((turn, index) => (
        <TurnView key={turn.id} turn={turn} isLast={index === turns.length - 1} conversation={conversation} />
      ))}
    </section>
  );
}
