/**
 * How a node knows that another one is asking: a MAC over what is asked, with the secret of the installation, which
 * only who can read the store has. A client cannot make one, and what it sends under the name is taken off.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { RawRequest } from "../../protocol/http/raw.ts";

/** What nodes put on each other's requests; a client's is never passed on. */
export const nodeHeader = "x-tutti-node";

/** Clocks of nodes may differ; what is older is a repetition. */
const ageMsMax = 300_000;

/** The headers that prove a request to be a node's. @param now milliseconds since the epoch */
export function proofHeaders(secret: string, request: RawRequest, now: number): string[] {
  return [nodeHeader, `${now};${mac(secret, request, now)}`];
}

export type Proof = "absent" | "valid" | "invalid";

export function checkProof(secret: string, request: RawRequest, now: number): Proof {
  const place = request.headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === nodeHeader);
  if (place < 0) return "absent";
  const [, time = "", given = ""] = /^(\d{1,16});([0-9a-f]{64})$/.exec(request.headers[place + 1] ?? "") ?? [];
  if (given === "" || Math.abs(now - Number(time)) > ageMsMax) return "invalid";
  return timingSafeEqual(Buffer.from(given, "hex"), Buffer.from(mac(secret, request, Number(time)), "hex"))
    ? "valid"
    : "invalid";
}

function mac(secret: string, { method, url, body }: RawRequest, now: number): string {
  return createHmac("sha256", secret).update(`${now}\n${method}\n${url}\n`).update(body).digest("hex");
}
