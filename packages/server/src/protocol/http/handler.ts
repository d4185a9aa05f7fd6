/**
 * The way of a request: read the body, find the operation, decode, validate, dispatch, encode, answer. Whatever goes
 * wrong on the way becomes an answer in the request's own protocol; nothing that a client sends can throw out of here.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Call, WireProtocol } from "../../kernel/call.ts";
import type { Log } from "../../kernel/log.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import { serializationError } from "../codec/json-codec.ts";
import { jsonContentType, jsonError, queryError, xmlNamespaceOf } from "../error-rendering.ts";
import type { Answer } from "../error-rendering.ts";
import type { WireOperation, WireService } from "../wire-service.ts";
import { decompress, readBody } from "./body.ts";
import { readCredential } from "./credentials.ts";
import { Router } from "./router.ts";
import type { Unroutable } from "./router.ts";

export interface HandlerOptions {
  readonly services: readonly WireService[];
  /** Carries out an operation; `undefined` when the client has gone meanwhile. */
  readonly dispatch: (service: string, operation: string, input: unknown, call: Call) => Promise<unknown>;
  readonly newRequestId: () => string;
  readonly log: Log;
  /** Counts an answered request; the code is empty for success. */
  readonly count: (service: string, operation: string, code: string) => void;
  readonly bodyBytesMax: number;
}

/** What is known of a request that is being answered. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: HttpCall;
}

class HttpCall implements Call {
  readonly requestId: string;
  readonly account: string;
  readonly region: string;
  readonly accessKeyId: string | undefined;
  readonly scope: string | undefined;
  readonly path: string;
  readonly search: URLSearchParams | undefined;
  protocol: WireProtocol = "json";
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #signal: AbortSignal | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, requestId: string) {
    this.#request = request;
    this.#response = response;
    this.requestId = requestId;
    const url = request.url ?? "/";
    const question = url.indexOf("?");
    this.search = question < 0 ? undefined : new URLSearchParams(url.slice(question + 1));
    this.path = decodePath(question < 0 ? url : url.slice(0, question));
    const credential = readCredential(request.headers.authorization, this.search?.get("X-Amz-Credential") ?? undefined);
    this.account = credential.account;
    this.region = credential.region;
    this.accessKeyId = credential.accessKeyId;
    this.scope = credential.scope;
  }

  get baseUrl(): string {
    return `http://${(this.#request.headers.host ?? "localhost:4566").replace(/^sync-/, "")}`;
  }

  /** Made when someone first asks for it: only requests that wait do. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      if (this.#response.destroyed) controller.abort();
      else this.#response.once("close", () => controller.abort());
      this.#signal = controller.signal;
    }
    return this.#signal;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function createRequestHandler(
  options: HandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const router = new Router(options.services);
  return (request, response) => {
    const call = new HttpCall(request, response, options.newRequestId());
    const exchange: Exchange = { request, response, call };
    const encodings = request.headers["content-encoding"];
    readBody(request, options.bodyBytesMax, (body) => {
      if (body === undefined) return;
      const work =
        body instanceof ServiceError
          ? Promise.reject(body)
          : encodings === undefined
            ? answerBody(options, router, exchange, body)
            : decompress(body, encodings, options.bodyBytesMax).then((plain) =>
                answerBody(options, router, exchange, plain),
              );
      work.catch((error: unknown) => sendFailure(options, exchange, undefined, "", error));
    });
  };
}

async function answerBody(options: HandlerOptions, router: Router, exchange: Exchange, body: Buffer): Promise<void> {
  const target = exchange.request.headers["x-amz-target"];
  if (typeof target === "string") return answerJson(options, router, exchange, target, body);
  exchange.call.protocol = "query";
  return answerQuery(options, router, exchange, body);
}

async function answerJson(
  options: HandlerOptions,
  router: Router,
  exchange: Exchange,
  target: string,
  body: Buffer,
): Promise<void> {
  const { call } = exchange;
  const route = router.byTarget(target);
  if ("error" in route) return sendUnroutable(options, exchange, route);
  const { service, operation } = route;
  try {
    checkJsonContentType(exchange.request.headers["content-type"]);
    const input = operation.decodeJson(withPathInput(service, call, parseJson(body)));
    service.validate(operation, input, call);
    const output = await options.dispatch(service.name, operation.name, input, call);
    if (output === undefined && exchange.response.destroyed) return;
    const text = operation.outputShape === undefined ? "" : JSON.stringify(operation.encodeJson(output ?? {}));
    options.count(service.name, operation.name, "");
    send(exchange, { status: 200, headers: { "content-type": jsonContentType(service) }, body: text });
  } catch (error) {
    sendFailure(options, exchange, service, operation.name, error);
  }
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw serializationError();
  }
}

function checkJsonContentType(contentType: string | undefined): void {
  if (contentType === undefined || /^application\/(x-amz-json-1\.[01]|json)\s*(;|$)/i.test(contentType)) return;
  throw new ServiceError("UnknownOperationException", "", { status: 404 });
}

function withPathInput(service: WireService, call: Call, input: unknown): unknown {
  if (call.path === "/" || typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return { ...service.dialect.pathInput?.(call.path), ...input };
}

async function answerQuery(options: HandlerOptions, router: Router, exchange: Exchange, body: Buffer): Promise<void> {
  const { call, request } = exchange;
  const parameters = new URLSearchParams(body.toString("utf8"));
  for (const [name, value] of call.search ?? []) if (!parameters.has(name)) parameters.append(name, value);
  const action = parameters.get("Action");
  if (action === null && request.method === "GET") return sendUnknownOperation(options, exchange);
  const route = router.byAction(action, parameters.get("Version"), call.scope, call.path);
  if ("error" in route) return sendUnroutable(options, exchange, route);
  const { service, operation } = route;
  if (service === undefined) return sendUnknownOperation(options, exchange);
  try {
    const refusal = service.dialect.refusePath?.(operation.name, call.path);
    if (refusal !== undefined) throw refusal;
    const input = {
      ...service.dialect.pathInput?.(call.path),
      ...service.query.decode(operation.inputShape, parameters),
    };
    service.validate(operation, input, call);
    const output = await options.dispatch(service.name, operation.name, input, call);
    if (output === undefined && exchange.response.destroyed) return;
    options.count(service.name, operation.name, "");
    send(exchange, {
      status: 200,
      headers: { "content-type": "text/xml" },
      body: queryResponse(service, operation, output ?? {}, call),
    });
  } catch (error) {
    sendFailure(options, exchange, service, operation.name, error);
  }
}

function queryResponse(service: WireService, operation: WireOperation, output: unknown, call: Call): string {
  const namespace = xmlNamespaceOf(service);
  const wrapper = operation.resultWrapper ?? `${operation.name}Result`;
  const result =
    operation.outputShape === undefined
      ? ""
      : `<${wrapper}>${service.query.encode(operation.outputShape, output)}</${wrapper}>`;
  return (
    `<?xml version="1.0"?><${operation.name}Response${namespace === undefined ? "" : ` xmlns="${namespace}"`}>${result}` +
    `<ResponseMetadata><RequestId>${call.requestId}</RequestId></ResponseMetadata></${operation.name}Response>`
  );
}

/** What AWS answers to a GET that asks for nothing. */
function sendUnknownOperation(options: HandlerOptions, exchange: Exchange): void {
  options.count("", "", "UnknownOperationException");
  send(exchange, { status: 404, headers: { "content-type": "text/xml" }, body: "<UnknownOperationException/>" });
}

function sendUnroutable(options: HandlerOptions, exchange: Exchange, { service, protocol, error }: Unroutable): void {
  exchange.call.protocol = protocol;
  sendFailure(options, exchange, service, "", error);
}

function sendFailure(
  options: HandlerOptions,
  exchange: Exchange,
  service: WireService | undefined,
  operation: string,
  error: unknown,
): void {
  const { call, response } = exchange;
  if (response.destroyed || response.headersSent) return;
  const refusal = error instanceof ServiceError ? error : internalFailure(options, call, operation, error);
  options.count(service?.name ?? "", operation, refusal.code);
  const answer = call.protocol === "query" ? queryError(refusal, service, call) : jsonError(refusal, service, call);
  // A body that was not read to its end would be taken for the next request.
  const isUnread = refusal.status === 413;
  if (isUnread) response.once("finish", () => exchange.request.destroy());
  send(exchange, isUnread ? { ...answer, status: 413, headers: { ...answer.headers, connection: "close" } } : answer);
}

function internalFailure(options: HandlerOptions, call: Call, operation: string, error: unknown): ServiceError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  options.log("error", "a request failed unexpectedly", { operation, requestId: call.requestId, error: text });
  return new ServiceError(
    "InternalFailure",
    "The request processing has failed because of an unknown error, exception or failure.",
    {
      status: 500,
      senderFault: false,
    },
  );
}

function send({ response, call }: Exchange, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...headers,
    "x-amzn-requestid": call.requestId,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
