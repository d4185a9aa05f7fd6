/**
 * Which web pages may use the server. No signature is verified and no credential asked for, so a browser would let every
 * page on the web read and write what is here; AWS, which verifies signatures, answers pages of any origin. A browser says
 * where a page is from: in `Origin` with whatever a page may read or whatever is posted, in `Sec-Fetch-Site` with what an
 * image or a link asks for. Clients that are no browsers send neither, and nothing here concerns them.
 *
 *     no Origin, no Sec-Fetch-Site ──▶ no page asks
 *     an origin that may ──▶ answered, with the headers that let the page read the answer (CORS)
 *     any other page ──▶ refused, and nothing is done
 *
 * Pages of this machine (`http://localhost:3000`) may: whoever can serve one is on it already. So may pages that this server
 * itself gave under an IP address; under a name only when it is named, since a name may lead here that is another's
 * (DNS rebinding). Others must be named.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import { isIP } from "node:net";
import { ServiceError } from "../../kernel/service-error.ts";

/** Header values by lower-case name, as `node:http` and the short way have them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A page that may use the server. */
export interface AllowedPage {
  /** For every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the answer to the question before a request (a preflight); undefined when this is the request itself. */
  readonly preflight: Readonly<Record<string, string>> | undefined;
}

const methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
/** What answers have that a page cannot read unless it is named. */
const exposed = "date, x-amzn-errortype, x-amzn-query-error, x-amzn-requestid";
/** How long a browser may remember a preflight; none remembers it longer. */
const preflightSeconds = 7_200;
/** Names of headers, as browsers list them. */
const headerNames = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
const shownOriginMax = 200;

export class Origins {
  readonly #isOpen: boolean;
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed origins as browsers write them, besides this machine's; `*` for all */
  constructor(allowed: readonly string[] = []) {
    this.#isOpen = allowed.includes("*");
    this.#allowed = new Set(allowed);
  }

  /** Undefined when no page asks, a refusal when one does that may not. */
  pageOf(headers: RequestHeaders): AllowedPage | ServiceError | undefined {
    const { origin } = headers;
    const site = headers["sec-fetch-site"];
    if (origin === undefined && site === undefined) return undefined;
    if (typeof origin !== "string")
      return site === "cross-site" || site === "same-site" ? refusal(undefined) : undefined;
    if (!this.#isOpen && !this.#allowed.has(origin) && !isOurs(origin, headers["host"])) return refusal(origin);
    const common = { "access-control-allow-origin": origin, vary: "Origin" };
    if (headers["access-control-request-method"] === undefined)
      return { headers: { ...common, "access-control-expose-headers": exposed }, preflight: undefined };
    return { headers: common, preflight: { ...common, ...preflightOf(headers) } };
  }
}

function preflightOf(headers: RequestHeaders): Record<string, string> {
  const wanted = headers["access-control-request-headers"];
  return {
    "access-control-allow-methods": methods,
    ...(typeof wanted === "string" && headerNames.test(wanted) && { "access-control-allow-headers": wanted }),
    "access-control-max-age": String(preflightSeconds),
    // https://wicg.github.io/private-network-access/: a page of the web asks for something on this machine.
    ...(headers["access-control-request-private-network"] === "true" && {
      "access-control-allow-private-network": "true",
    }),
  };
}

const loopbackHost = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a page is of this machine, or of the address that was asked. */
function isOurs(origin: string, host: RequestHeaders[string]): boolean {
  const url = URL.parse(origin);
  if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== origin) return false;
  if (loopbackHost.test(url.hostname)) return true;
  return url.host === host && isIP(url.hostname.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

function refusal(origin: string | undefined): ServiceError {
  const [page, what] = origin === undefined ? ["another site", "its origin"] : [shown(origin), shown(origin)];
  return new ServiceError(
    "AccessDeniedException",
    `A web page of ${page} asks, and it may not use this server. Start it with --allow-origin and ${what} to let it.`,
    { status: 403 },
  );
}

function shown(origin: string): string {
  return origin.slice(0, shownOriginMax);
}
