/**
 * Reads the one form of request that SDKs send nearly all the time: `POST / HTTP/1.1` with a target, plain headers and a
 * Content-Length, its body complete. It takes only what it is sure of; whatever else is HTTP is for `node:http` to judge.
 */

export interface ReadRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

const requestLine = "POST / HTTP/1.1\r\n";
/** Names are tokens of RFC 9110; values are visible ASCII. */
const plainHeaders = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n)+$/;
/** They change how the rest is read, or what happens to the connection. */
const unusual = ["connection", "expect", "transfer-encoding", "upgrade"];

/**
 * The request that these bytes are, neither fewer nor more; undefined when they are not exactly one of that form.
 * @param headBytesMax from the first byte to the empty line
 */
export function readWholeRequest(bytes: Buffer, headBytesMax: number): ReadRequest | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < requestLine.length || headEnd + 4 > headBytesMax) return undefined;
  const head = bytes.toString("latin1", 0, headEnd + 2);
  if (!head.startsWith(requestLine)) return undefined;
  const headers = readHeaders(head.slice(requestLine.length));
  if (headers === undefined || !isUsual(headers)) return undefined;
  const body = bytes.subarray(headEnd + 4);
  return String(body.length) === headers["content-length"] ? { headers, body } : undefined;
}

function isUsual(headers: Readonly<Record<string, string | undefined>>): boolean {
  if (headers["x-amz-target"] === undefined || (headers["host"] ?? "") === "") return false;
  return unusual.every((name) => {
    const value = headers[name];
    return value === undefined || (name === "connection" && value.toLowerCase() === "keep-alive");
  });
}

/**
 * By lower-case name; undefined for what is not plain, also when a name comes twice or is one that every object has
 * (`constructor`, `__proto__`). An object without those, which has no fixed layout, would take a tenth to a quarter longer.
 */
function readHeaders(text: string): Record<string, string | undefined> | undefined {
  if (!plainHeaders.test(text)) return undefined;
  const lower = text.toLowerCase();
  const headers: Record<string, string | undefined> = {};
  for (let start = 0; start < text.length;) {
    const colon = text.indexOf(":", start);
    const end = text.indexOf("\r", colon);
    const name = lower.slice(start, colon);
    if (headers[name] !== undefined) return undefined;
    headers[name] = text.slice(colon + 1, end).trim();
    start = end + 2;
  }
  return headers;
}
