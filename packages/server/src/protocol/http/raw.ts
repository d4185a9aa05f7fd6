/** A request and an answer as they came, on their way between two nodes. */
export interface RawRequest {
  readonly method: string;
  /** The request target as it was sent. */
  readonly url: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The IP address of the client that made it. */
  readonly sourceAddress?: string | undefined;
}

export class RawAnswer {
  readonly status: number;
  /** Names and values in turn, without those that belong to one connection. */
  readonly headers: readonly string[];
  readonly body: Buffer;

  constructor(status: number, headers: readonly string[], body: Buffer) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** What belongs to one connection and not to the request or the answer (RFC 9110, section 7.6.1); lengths are set anew. */
const connectionHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The headers that may go on to another connection, but those whose lower-case name begins with `dropped`. */
export function headersToPass(headers: readonly string[], dropped: string): string[] {
  const passed: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = "", value = ""] = headers.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (!connectionHeaders.has(lower) && !lower.startsWith(dropped)) passed.push(name, value);
  }
  return passed;
}
