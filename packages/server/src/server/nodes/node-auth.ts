/**
 * How a node knows that another one is asking, and for whom: a MAC over what is asked and from which address, with the secret of the installation, which
 * only who can read the store has. A client cannot make one, and what it sends under the name is taken off.
 *
 * The proof begins with the number of its protocol. Nodes of two releases may live side by side; a node that meets a number
 * it does not know reads no further.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { RawRequest } from "../../protocol/http/raw.ts";
import { nodeProtocols } from "./node-protocols.ts";

/** What nodes put on each other's requests; a client's is never passed on. */
export const nodeHeader = "x-tutti-node";

/** Clocks of nodes may differ; what is older is a repetition. */
const ageMsMax = 300_000;

/** The headers that prove a request to be a node's. @param now milliseconds since the epoch */
export function proofHeaders(secret: string, request: RawRequest, now: number, protocol: number): string[] {
  const said = { protocol, now, sourceAddress: request.sourceAddress ?? "" };
  return [nodeHeader, `${protocol};${now};${said.sourceAddress};${mac(secret, request, said)}`];
}

export type Proof =
  | { readonly kind: "absent" | "invalid" }
  /** A node said it, but long ago, or by a clock that is that much ahead of this one. */
  | { readonly kind: "untimely"; readonly aheadMs: number }
  /** Another release speaks; nothing has been checked. */
  | { readonly kind: "unknown protocol"; readonly protocol: number }
  /** With the address of the client the other node was asked by. */
  | { readonly kind: "valid"; readonly sourceAddress: string | undefined };

/** @param protocols those that are understood */
export function checkProof(
  secret: string,
  request: RawRequest,
  now: number,
  protocols: readonly number[] = nodeProtocols,
): Proof {
  const place = request.headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === nodeHeader);
  if (place < 0) return { kind: "absent" };
  const value = request.headers[place + 1] ?? "";
  const [, number = "", rest = ""] = /^(\d{1,9});(.*)$/.exec(value) ?? [];
  const protocol = Number(number);
  if (number !== "" && !protocols.includes(protocol)) return { kind: "unknown protocol", protocol };
  const [, time = "", sourceAddress = "", given = ""] =
    /^(\d{1,16});([0-9a-fA-F.:]{0,45});([0-9a-f]{64})$/.exec(rest) ?? [];
  if (given === "") return { kind: "invalid" };
  const own = mac(secret, request, { protocol, now: Number(time), sourceAddress });
  if (!timingSafeEqual(Buffer.from(given, "hex"), Buffer.from(own, "hex"))) return { kind: "invalid" };
  const aheadMs = Number(time) - now;
  if (Math.abs(aheadMs) > ageMsMax) return { kind: "untimely", aheadMs };
  return { kind: "valid", sourceAddress: sourceAddress === "" ? undefined : sourceAddress };
}

interface Said {
  readonly protocol: number;
  readonly now: number;
  readonly sourceAddress: string;
}

function mac(secret: string, { method, url, body }: RawRequest, { protocol, now, sourceAddress }: Said): string {
  return createHmac("sha256", secret)
    .update(`${protocol}\n${now}\n${sourceAddress}\n${method}\n${url}\n`)
    .update(body)
    .digest("hex");
}
