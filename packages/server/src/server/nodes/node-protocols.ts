/**
 * What nodes say to each other has a number: the form of their proofs, of their messages, and of requests passed on. A
 * release that changes something of it in a way that the release before would misread brings the next number, and
 * understands the one before it until the release after.
 *
 * A node speaks the highest number it knows until it is refused; the refusal names what the other understands, and
 * what both know is spoken from then on.
 */

/** Those this release understands. */
export const nodeProtocols: readonly number[] = [1];

/** What a node answers that is asked in a protocol it does not understand, before it reads on: HTTP's "Upgrade Required". */
export const protocolUnknownStatus = 426;

/** The highest of `own` that is in a refusal's list, such as `1,2`. */
export function commonProtocol(own: readonly number[], list: string): number | undefined {
  const others = new Set(list.split(",").map(Number));
  const common = own.filter((protocol) => others.has(protocol));
  return common.length === 0 ? undefined : Math.max(...common);
}
