import { PeerGone } from "./peer.ts";

/** What was answered in time. Whoever has ended meanwhile has nothing to say. Rejects as the first that cannot answer. */
export async function answeredWithin<Answer>(
  patienceMs: number,
  asked: readonly Promise<Answer>[],
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const take = async (asking: Promise<Answer>): Promise<void> => {
    try {
      answers.push(await asking);
    } catch (error) {
      if (!(error instanceof PeerGone)) throw error;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
  try {
    await Promise.race([Promise.all(asked.map(take)), patience]);
  } finally {
    clearTimeout(timer);
  }
  return [...answers];
}
