import * as openid from "openid-client";
import type { Identity, SignInMethodRow } from "#control/store/sign-in/sign-in-store.ts";
import { isMissing, type Claims } from "./person.ts";

type Tokens = openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers;

export interface ToldClaims {
  readonly claims: Claims;
  readonly identity: Identity;
}

/** Of the ID token; what is not in it the issuer is asked for. */
export async function readClaims(
  client: openid.Configuration,
  tokens: Tokens,
  method: SignInMethodRow,
): Promise<ToldClaims> {
  const claims = tokens.claims();
  if (claims === undefined) throw new Error("no ID token came");
  const identity = { issuer: claims.iss, subject: claims.sub };
  if (!isMissing(method, claims)) return { claims, identity };
  return { claims: { ...claims, ...(await askForMore(client, tokens, claims.sub)) }, identity };
}

/** Of what a refresh has brought; null where that tells nothing of the user. */
export async function readRefreshed(
  client: openid.Configuration,
  tokens: Tokens,
  { method, subject }: { readonly method: SignInMethodRow; readonly subject: string },
): Promise<Claims | null> {
  const claims = tokens.claims();
  if (claims !== undefined && claims.sub !== subject) throw new openid.ClientError("another user was told of");
  if (claims !== undefined && !isMissing(method, claims)) return claims;
  const more = await askForMore(client, tokens, subject);
  return more === null ? (claims ?? null) : { ...claims, ...more };
}

async function askForMore(client: openid.Configuration, tokens: Tokens, subject: string): Promise<Claims | null> {
  if (client.serverMetadata().userinfo_endpoint === undefined) return null;
  return openid.fetchUserInfo(client, tokens.access_token, subject);
}
