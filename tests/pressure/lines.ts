import type { Line } from "./line.ts";
import { heavyJson } from "./lines/heavy-json.ts";
import { bombs, largeBodies, uncounted } from "./lines/large-requests.ts";
import { madeUpNames } from "./lines/made-up-names.ts";
import { fewDescriptors, refusedSockets, tooManySockets } from "./lines/sockets.ts";
import { unreadAnswers, unreadPages } from "./lines/unread-answers.ts";
import { unreadLog } from "./lines/unread-log.ts";

export const lines: readonly Line[] = [
  unreadPages,
  unreadAnswers,
  refusedSockets,
  tooManySockets,
  fewDescriptors,
  largeBodies,
  bombs,
  uncounted,
  heavyJson,
  madeUpNames,
  unreadLog,
];
