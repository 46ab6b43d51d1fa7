export interface Conversation {
  /** Of the gateway. */
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly stream: boolean;
  /** The client gives back all that it was told, or only what every client of the format knows: texts, calls, results. */
  readonly keeps: boolean;
}

/** What a client was told of one turn. */
export interface ToldTurn {
  readonly text: string;
  readonly thought: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
}

/** An official SDK that holds a conversation, running the tools it is told to, until there are no more calls. */
export interface LoopClient {
  readonly format: string;
  run(conversation: Conversation): Promise<readonly ToldTurn[]>;
}

/** More turns than that are no conversation. */
export const mostTurns = 12;
