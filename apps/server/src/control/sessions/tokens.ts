// Session tokens: JWTs signed with HS256, twelve hours long.

import { createHash } from "node:crypto";
import { newId } from "@ghostllm/contract";
import { jwtVerify, SignJWT } from "jose";
import type { JWTPayload } from "jose";
import type { Credentials } from "#control/store/store.ts";
import type { Session } from "#domain/access/actor.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";

const issuer = "ghostllm";
const audience = "ghostllm-admin";
const lifetimeMs = 12 * 60 * 60 * 1000;

export interface IssuedToken {
  readonly token: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface TokenClaims {
  readonly userId: string;
  /** Of the password at the time of signing in: a new password ends the old sessions. */
  readonly passwordStamp: string;
  readonly session: Session;
}

export interface SessionTokens {
  issue(credentials: Credentials): Promise<IssuedToken>;
  /** Null for a token that is forged, expired, or not a token at all. */
  verify(token: string): Promise<TokenClaims | null>;
}

interface TokenOptions {
  readonly secret: Secret;
  readonly steadyTime: SteadyTime;
}

export function createSessionTokens({ secret, steadyTime }: TokenOptions): SessionTokens {
  const key = createHash("sha256").update("ghostllm session").update(secret.reveal()).digest();
  return {
    async issue(credentials) {
      const issuedAtSeconds = Math.floor(steadyTime.now() / 1000);
      const expiresAt = issuedAtSeconds * 1000 + lifetimeMs;
      const token = await new SignJWT({ pwd: passwordStamp(credentials) })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setJti(newId(issuedAtSeconds * 1000))
        .setSubject(credentials.user.id)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(expiresAt / 1000)
        .sign(key);
      return { token, expiresAt };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ["HS256"],
          issuer,
          audience,
          currentDate: new Date(steadyTime.now()),
          requiredClaims: ["sub", "exp", "jti", "pwd"],
        });
        return claimsOf(payload);
      } catch {
        return null;
      }
    },
  };
}

function claimsOf({ sub, exp, jti, pwd }: JWTPayload): TokenClaims | null {
  if (sub === undefined || exp === undefined || jti === undefined || typeof pwd !== "string") return null;
  return { userId: sub, passwordStamp: pwd, session: { id: jti, expiresAt: exp * 1000 } };
}

export function passwordStamp({ user, passwordHash }: Credentials): string {
  return createHash("sha256")
    .update(user.id)
    .update(passwordHash ?? "")
    .digest("base64url")
    .slice(0, 16);
}
