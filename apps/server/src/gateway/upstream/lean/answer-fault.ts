/** Why what came is no answer. */
export class AnswerFault extends Error {
  override readonly name = "AnswerFault";
}
