/** An HTTP request as the codecs see it: read whole, not yet understood. */
import type { IncomingHttpHeaders } from "node:http";
import { malformedQueryString } from "./framework-errors.ts";
import { parseForm } from "./query/form.ts";
import type { FormNode } from "./query/form.ts";

const FORM_CONTENT_TYPE = "application/x-www-form-urlencoded";
const NO_BODY = Buffer.alloc(0);

export class WireRequest {
  readonly method: string;
  /** Percent-decoded, without the query string. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly queryString: string;
  readonly headers: IncomingHttpHeaders;
  /** Set once the body has been read; empty until then. */
  body: Buffer = NO_BODY;
  #parameters: FormNode | undefined;

  /** @throws ServiceError when the path's percent-encoding is broken. */
  constructor(method: string, url: string, headers: IncomingHttpHeaders) {
    const target = originForm(url);
    const question = target.indexOf("?");
    const path = question === -1 ? target : target.slice(0, question);
    this.method = method;
    this.path = path.includes("%") ? decodePath(path) : path;
    this.queryString = question === -1 ? "" : target.slice(question + 1);
    this.headers = headers;
  }

  /** Lower-case media type without parameters. */
  get contentType(): string {
    const header = this.headers["content-type"];
    if (header === undefined) return "";
    const semicolon = header.indexOf(";");
    return (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  }

  header(name: string): string | undefined {
    const value = this.headers[name];
    return typeof value === "string" ? value : value?.join(", ");
  }

  /**
   * Query-string parameters, and over them those of a form body.
   * @throws ServiceError when either is malformed.
   */
  parameters(): FormNode {
    if (this.#parameters === undefined) {
      const isForm = this.body.length > 0 && this.contentType === FORM_CONTENT_TYPE;
      this.#parameters = parseForm(this.queryString, isForm ? this.body.toString("latin1") : "");
    }
    return this.#parameters;
  }
}

/** Proxies send the absolute form (`GET http://host/path`); the path is what counts. */
function originForm(url: string): string {
  if (url.startsWith("/")) return url;
  const authority = url.indexOf("://");
  if (authority === -1) return url;
  const slash = url.indexOf("/", authority + 3);
  return slash === -1 ? "/" : url.slice(slash);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw malformedQueryString();
  }
}
