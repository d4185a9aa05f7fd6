/**
 * How a node knows that another one is asking, and for whom: a MAC over what is asked and from which address, with the secret of the installation, which
 * only who can read the store has. A client cannot make one, and what it sends under the name is taken off.
 *
 * The proof begins with a number that stands for everything nodes say to each other: its own form, that of messages and of
 * requests passed on. Nodes of two releases may live side by side; a node that meets a number it does not know reads no further.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { RawRequest } from "../../protocol/http/raw.ts";

/** What nodes put on each other's requests; a client's is never passed on. */
export const nodeHeader = "x-tutti-node";

/** Grows with every change of what nodes say to each other that a node of the release before would misread. */
export const nodeProtocol = 1;

/** What a node answers that is asked in another protocol than its own: HTTP's "Upgrade Required". */
export const protocolUnknownStatus = 426;

/** Clocks of nodes may differ; what is older is a repetition. */
const ageMsMax = 300_000;

/** The headers that prove a request to be a node's. @param now milliseconds since the epoch */
export function proofHeaders(secret: string, request: RawRequest, now: number): string[] {
  const { sourceAddress = "" } = request;
  return [nodeHeader, `${nodeProtocol};${now};${sourceAddress};${mac(secret, request, now, sourceAddress)}`];
}

export type Proof =
  | { readonly kind: "absent" | "invalid" }
  /** Another release speaks; nothing has been checked. */
  | { readonly kind: "unknown protocol"; readonly protocol: number }
  /** With the address of the client the other node was asked by. */
  | { readonly kind: "valid"; readonly sourceAddress: string | undefined };

export function checkProof(secret: string, request: RawRequest, now: number): Proof {
  const place = request.headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === nodeHeader);
  if (place < 0) return { kind: "absent" };
  const value = request.headers[place + 1] ?? "";
  const [, protocol = "", rest = ""] = /^(\d{1,9});(.*)$/.exec(value) ?? [];
  if (protocol !== "" && Number(protocol) !== nodeProtocol)
    return { kind: "unknown protocol", protocol: Number(protocol) };
  const [, time = "", sourceAddress = "", given = ""] =
    /^(\d{1,16});([0-9a-fA-F.:]{0,45});([0-9a-f]{64})$/.exec(rest) ?? [];
  if (given === "" || Math.abs(now - Number(time)) > ageMsMax) return { kind: "invalid" };
  const own = mac(secret, request, Number(time), sourceAddress);
  return timingSafeEqual(Buffer.from(given, "hex"), Buffer.from(own, "hex"))
    ? { kind: "valid", sourceAddress: sourceAddress === "" ? undefined : sourceAddress }
    : { kind: "invalid" };
}

function mac(secret: string, { method, url, body }: RawRequest, now: number, sourceAddress: string): string {
  return createHmac("sha256", secret)
    .update(`${nodeProtocol}\n${now}\n${sourceAddress}\n${method}\n${url}\n`)
    .update(body)
    .digest("hex");
}
