/** A request as operations see it. */
import type { Call, WireProtocol } from "../../kernel/call.ts";
import { readCredential } from "./credentials.ts";
import type { HttpRequest, HttpResponse } from "./exchange.ts";

/** Where answers say the server is when a request does not tell. */
const authorityDefault = "localhost:4566";

export class HttpCall implements Call {
  readonly requestId: string;
  readonly account: string;
  readonly region: string;
  readonly accessKeyId: string | undefined;
  /** The service named in the credential. */
  readonly scope: string | undefined;
  readonly path: string;
  /** Query string without its question mark. */
  readonly search: string;
  sourceAddress: string | undefined;
  protocol: WireProtocol;
  /** What SDKs put before the host name for this operation. */
  hostPrefix: string | undefined;
  hasPlainTexts = false;
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  readonly #publicUrl: string | undefined;
  #signal: AbortSignal | undefined;

  constructor(request: HttpRequest, response: HttpResponse, requestId: string, publicUrl?: string) {
    this.#publicUrl = publicUrl;
    this.#request = request;
    this.#response = response;
    this.requestId = requestId;
    // Now, while there certainly is a connection: no policy may be got round by closing it.
    this.sourceAddress = plainAddress(request.socket.remoteAddress);
    this.protocol = request.headers["x-amz-target"] === undefined ? "query" : "json";
    const target = withoutAuthority(request.url ?? "/");
    const question = target.indexOf("?");
    this.search = question < 0 ? "" : target.slice(question + 1);
    this.path = decodePath(question < 0 ? target : target.slice(0, question));
    const { authorization } = request.headers;
    const presigned =
      authorization === undefined && this.search !== ""
        ? (new URLSearchParams(this.search).get("X-Amz-Credential") ?? undefined)
        : undefined;
    const credential = readCredential(authorization, presigned);
    this.account = credential.account;
    this.region = credential.region;
    this.accessKeyId = credential.accessKeyId;
    this.scope = credential.scope;
  }

  get baseUrl(): string {
    if (this.#publicUrl !== undefined) return this.#publicUrl;
    const host = this.#request.headers.host ?? "";
    if (!/^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?$/.test(host)) return `http://${authorityDefault}`;
    const prefix = this.hostPrefix ?? "";
    return `http://${prefix !== "" && host.startsWith(prefix) ? host.slice(prefix.length) : host}`;
  }

  /**
   * Made when someone first asks for it: only requests that wait do. A client that has closed its side of the connection
   * counts as gone for these, since nothing tells it from one that has left; requests that do not wait are still answered.
   */
  get signal(): AbortSignal {
    this.#signal ??= this.#watch();
    return this.#signal;
  }

  #watch(): AbortSignal {
    const { socket } = this.#request;
    const controller = new AbortController();
    if (this.#response.destroyed || socket.destroyed || socket.readableEnded) {
      controller.abort();
      return controller.signal;
    }
    const gone = (): void => {
      socket.off("end", gone).off("close", gone);
      controller.abort();
    };
    // As many as the requests a client may have under way on one connection.
    socket.setMaxListeners(0);
    socket.once("end", gone).once("close", gone);
    this.#response.once("close", gone);
    return controller.signal;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }
}

/** Without the interface of a link-local address; IPv4 also where a listener for both sees it inside an IPv6 address. */
function plainAddress(address: string | undefined): string | undefined {
  if (address === undefined || !address.includes(":")) return address;
  return /^(?:::ffff:(?=[\d.]+$))?([^%]*)/.exec(address)?.[1];
}

/** Proxies are asked with the whole URL. */
function withoutAuthority(target: string): string {
  if (target.startsWith("/")) return target;
  const path = /^https?:\/\/[^/?]*([/?].*)?$/i.exec(target)?.[1] ?? "/";
  return path.startsWith("?") ? `/${path}` : path;
}

function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
