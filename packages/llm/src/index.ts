// What GhostLLM knows about vendors. Pure: no I/O, no clock, no randomness, no logging.

export type { Usage } from "./hub.ts";
export { crossesAs, tokensOf } from "./operations.ts";
export type { Operation } from "./operations.ts";
export { builtInPrices, PriceBook } from "./catalog/catalog.ts";
export type { CatalogModel, PricedProvider } from "./catalog/catalog.ts";
export { costLines } from "./catalog/cost-lines.ts";
export type { CostArithmetic, CostLine } from "./catalog/cost-lines.ts";
export { costOf, priceAt } from "./catalog/price.ts";
export type { Price, PriceSchedule, Rate, Rates } from "./catalog/price.ts";
export { multiplyRates } from "./catalog/rates.ts";
export { PriceListError, readPriceList } from "./catalog/price-list.ts";
export type { PriceList } from "./catalog/price-list.ts";
export { mostOf } from "./catalog/most.ts";
export { useOf } from "./catalog/uses.ts";
export type { ModelUse } from "./catalog/uses.ts";
export { withinSense } from "./catalog/sense.ts";
export { demandOf } from "./demand/demand-of.ts";
export type { RequestDemand } from "./demand/request-demand.ts";
export { addUsage, withoutUsage } from "#dialects/fields/usage-parts.ts";
export type { ModelUsage } from "./hub.ts";
export { providers } from "./providers/index.ts";
export type {
  ClientDialectName,
  CredentialParts,
  DialectName,
  OperationPath,
  ProviderDefinition,
  SignedAuthentication,
  TokenAuthentication,
} from "./providers/definition.ts";
export type {
  ChannelForm,
  ClientDialect,
  ClientEndpoint,
  Dialect,
  SessionRules,
  UpstreamDialect,
} from "./dialects/dialect.ts";
export type { StreamFailure } from "#dialects/errors/vendor-error.ts";
export type { EncodedRequest, ParsedRequest, RequestEdits, RequestLine } from "#dialects/parsed-request.ts";
export { ToldEvents } from "#dialects/streams/told-events.ts";
export { OuterTap } from "#dialects/streams/outer-tap.ts";
export { OverheardTap } from "#dialects/streams/overheard-tap.ts";
export { encodeFrame, framesIn, sessionContentType } from "./realtime/frames.ts";
export type { Frame } from "./realtime/frames.ts";
export { sessionDemand } from "./realtime/session-demand.ts";
export { SessionTap } from "./realtime/session-tap.ts";
export type { StreamTap } from "#dialects/streams/stream-tap.ts";
export type { ClientModels, ListedModel } from "#dialects/fields/client-models.ts";
export { isPublicName } from "#dialects/fields/public-names.ts";
export type { RecallRules } from "#dialects/fields/recall-rules.ts";
export { dialects, embeddingQuestion, vendorDialects } from "./dialects/index.ts";
export { isForeign, readBaseUrl } from "./providers/base-url.ts";
export type { BaseUrlReading } from "./providers/base-url.ts";
export { fillBaseUrl, joinUrl, modelListUrl, storedUrlOf, urlOf, wayTo, wayToModeration } from "./providers/url.ts";
export type { Way } from "./providers/url.ts";
export { passageBetween } from "#dialects/passage/passage-between.ts";
export type { ErrorReading } from "#dialects/errors/error-reading.ts";
export type { PassedRequest, Passage, SentRequest, WholeAnswerReading } from "#dialects/passage/passage.ts";
export type {
  KeptByVendor,
  Reference,
  StoredAnswer,
  StoredObjects,
  StoredRoute,
} from "#dialects/bodies/stored-objects.ts";
export { longestName } from "#dialects/fields/field-checks.ts";
export { findMembers, memberNames } from "./wire/json-members.ts";
export { closingTextOf } from "#dialects/bodies/closing-text.ts";
export { isTextAlone } from "#dialects/passage/text-alone.ts";
export type { ClosingForm, ClosingText } from "#dialects/bodies/closing-text.ts";
export { openingOf } from "#dialects/bodies/opening.ts";
export type { OpeningRules } from "#dialects/bodies/opening.ts";
export { leaveOutMember } from "./wire/leave-out-member.ts";
export { boundaryOf, eachField, partsOfForm } from "./wire/multipart.ts";
export { JsonExtent } from "./wire/json-extent.ts";
export type { JsonBounds } from "./wire/json-extent.ts";
export type { AnswerFacts } from "#dialects/passage/told-answer.ts";
export type { KeptTurn, KnownTurns, SealedTurn } from "#dialects/seals/sealed-turns.ts";
export { editRequestTexts } from "#dialects/texts/request-texts.ts";
export type { RequestTexts, RequestTextVisitor, Unreadable } from "#dialects/texts/request-texts.ts";
export type { DialectTexts } from "#dialects/texts/dialect-texts.ts";
export { restoreAnswer } from "#dialects/texts/restore-answer.ts";
export { RestoringTap } from "#dialects/texts/restoring-tap.ts";
export { PlainRestoringTap } from "#dialects/texts/plain-restoring-tap.ts";
export type { Restoration, TextRestorer } from "#dialects/texts/text-restorer.ts";
export { memberOf } from "#wire/json.ts";
export { editAnswerTexts, hasTexts } from "#dialects/texts/edit-answer.ts";
export { watchedEvents } from "#dialects/texts/watched-events.ts";
export type { EditedEvents } from "#dialects/texts/edited-events.ts";
export { watched } from "#dialects/texts/watched-text.ts";
export type { FoundText, TextWatch } from "#dialects/texts/watched-text.ts";
export { editFormTexts } from "#dialects/texts/form-texts.ts";
export { behindLastSaid, messagesIn, saidIn, withMessages } from "#dialects/passage/conversation.ts";
export { answeredIn, completedIn, formatOf } from "#dialects/passage/answered-texts.ts";
export type { AnsweredText } from "#dialects/passage/answered-texts.ts";
export { AnswerGoingOn, readBegun, requestToGoOn } from "#dialects/passage/going-on.ts";
export type { BegunAnswer, NotBegun } from "#dialects/passage/going-on.ts";
export { prefillOf } from "#dialects/passage/prefill.ts";
export type { ToldAnswer } from "#dialects/passage/conversation.ts";
export { dropMembers } from "./wire/drop-members.ts";
export { readMessage, titleOfChat } from "#dialects/passage/told-messages.ts";
export type { ToldMessage } from "#dialects/passage/told-messages.ts";
