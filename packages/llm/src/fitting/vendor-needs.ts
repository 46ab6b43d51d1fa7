// What a vendor, or a family of its models, would refuse in a request of its own dialect, and what is made of it. Fields are
// called as in OpenAI's chat dialect, whichever dialect the vendor is asked in. Read by the dialects' `fit.ts`, for requests
// that stay in their dialect as for those that were written anew.

export interface Needs {
  /** Halves of surrogate pairs are refused with all of the body. */
  readonly wholePairs?: true;
  /** Left out, unless they say what is usual. */
  readonly refuses?: readonly string[];
  /** What is refused is refused with its usual value and as null, too. */
  readonly refusesUsual?: true;
  /** Left out while the model reasons. `untold` is what it does where nobody asked for an effort. */
  readonly refusesReasoning?: { readonly fields: readonly string[]; readonly untold: "reasons" | "rests" };
  /** Pairs of which the second is left out next to the first. */
  readonly refusesTogether?: readonly (readonly [kept: string, left: string])[];
  /** Next to thoughts no temperature but 1, no `top_p` below 0.95 and no `top_k`. */
  readonly calmThinking?: true;
  /** Numbers are brought down to it. */
  readonly highest?: Readonly<Record<string, number>>;
  /** How many stop sequences are taken, and that those of spaces alone are not. */
  readonly stops?: { readonly most?: number; readonly blank?: "refused" };
  /** The name under which the vendor reads the limit of output tokens; `max_completion_tokens` unless told. */
  readonly outputLimit?: "max_tokens" | "max_completion_tokens";
  /** The name under which the vendor reads a seed; `seed` unless told. */
  readonly seed?: "random_seed";
  /** A call cannot be forced, or not by a model that thinks. */
  readonly forcedCalls?: "refused" | "refused next to thoughts";
  /** A choice of tools, or whether calls may be parallel, is refused where there are no tools; so is an empty list of them. */
  readonly choiceNeedsTools?: true;
  /** The vendor takes ids of tool calls in this form alone: others are replaced, the same by the same. */
  readonly callIds?: "nine letters or digits";
  /** Names of tools are taken in the form of the dialect alone (`ToolNameRules`). */
  readonly strictToolNames?: true;
  /** Ids of calls and results that are refused: by their letters, or where they come twice. Others stand for all of them. */
  readonly refusesCallIds?: { readonly ids: RegExp; readonly repeated?: true };
  /** The fields of messages that are taken, by the role. Others are left out, and so are those of calls. */
  readonly messageFields?: Readonly<Partial<Record<string, readonly string[]>>>;
  /** Roles that the vendor does not know, with those that stand for them. */
  readonly roles?: Readonly<Partial<Record<string, string>>>;
  readonly turns?: TurnNeeds;
  /**
   * The model goes on with an assistant's text that stands last in a request: its stream tells what comes behind it, or, where it
   * `repeats`, that text first. Absent: it does not, or nobody knows. Nothing where an assistant may not speak last.
   */
  readonly prefill?: "continues" | "repeats";
  /** The last text of an assistant who speaks last must not end with spaces. */
  readonly trimsLastText?: true;
  /** Texts and messages without a letter are refused. */
  readonly filledTexts?: true;
  /** Each call must have its result right behind it, and each result its call. */
  readonly pairs?: true;
  /** Calls of old must be those of tools that are told. */
  readonly toolsOfCalls?: true;
  /** Thoughts are taken with their seals alone. */
  readonly sealedThoughts?: true;
  /**
   * The vendor wants the thoughts back that led to calls of tools, though it puts no seal on them, in the field
   * `reasoning_content`. Of the models that `refusing` names, a call without any is refused.
   */
  readonly wantsThoughts?: { readonly refusing?: RegExp };
  /** The model takes `thinking` without a budget only. */
  readonly thinkingBudget?: "refused";
  /** Whether the system's messages may stand in the midst of others. */
  readonly systemTurns?: "taken" | "refused";
}

/** In which order turns must stand. */
export interface TurnNeeds {
  /** `for others`: vendors that ask for it and have taken an assistant's turn first for long. */
  readonly first?: "user" | "user, for others";
  /** `prefix`: the assistant may speak last, in a message that says that it is a beginning. */
  readonly last?: "user" | "prefix";
  /** The system speaks before all others. */
  readonly systemFirst?: true;
  /** Users and assistants take turns. */
  readonly alternates?: true;
  /** A user may speak behind results only when the assistant has. */
  readonly repliesToResults?: true;
}

/** The needs of models by their names, which come with prefixes and suffixes of resellers: all that fit count. */
export type FamilyNeeds = readonly (readonly [name: RegExp, needs: Needs])[];
