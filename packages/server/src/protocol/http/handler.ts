/**
 * The way of a request: read the body, find the operation, decode, validate, dispatch, encode, answer. Whatever goes
 * wrong on the way becomes an answer in the request's own protocol; nothing that a client sends can throw out of here.
 */
import { isUtf8 } from "node:buffer";
import type { Call } from "../../kernel/call.ts";
import type { Log } from "../../kernel/log.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import { parseJsonBody } from "../codec/json-codec.ts";
import { malformedQueryString, Parameters } from "../codec/parameters.ts";
import { jsonContentType, jsonError, queryError, xmlNamespaceOf } from "../error-rendering.ts";
import type { Answer } from "../error-rendering.ts";
import type { WireOperation, WireService } from "../wire-service.ts";
import { decodeBody, readBody } from "./body.ts";
import type { BodyLimits } from "./body.ts";
import type { BodyRoom } from "./body-budget.ts";
import { isWhole } from "./exchange.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./exchange.ts";
import { HttpCall } from "./http-call.ts";
import { Origins } from "./origins.ts";
import { RawAnswer } from "./raw.ts";
import type { RawRequest } from "./raw.ts";
import { Router } from "./router.ts";
import type { Unroutable } from "./router.ts";

export interface HandlerOptions extends BodyLimits {
  readonly services: readonly WireService[];
  /** Carries out an operation; `undefined` when the client has gone meanwhile, `RawAnswer` when another node has answered. */
  readonly dispatch: (
    service: string,
    operation: string,
    input: unknown,
    call: Call,
    raw: () => RawRequest,
  ) => Promise<unknown>;
  readonly newRequestId: () => string;
  readonly log: Log;
  /** Counts an answered request; the code is empty for success. */
  readonly count: (service: string, operation: string, code: string) => void;
  /** What URLs in answers begin with; the request's Host when absent. */
  readonly publicUrl?: string | undefined;
  /** Which web pages may ask; those of this machine when absent. */
  readonly origins?: Origins | undefined;
}

const nothing = Buffer.alloc(0);

/** What is known of a request that is being answered. */
interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly call: HttpCall;
  /** The body as it was sent. */
  body: Buffer;
  /** What the body holds of the budget; undefined for a small one. */
  room: BodyRoom | undefined;
  /** What lets the web page that asks read the answer. */
  pageHeaders: Readonly<Record<string, string>> | undefined;
}

export function createRequestHandler(options: HandlerOptions): HttpHandler {
  const router = new Router(options.services);
  const { origins = new Origins() } = options;
  return (request, response) => {
    const call = new HttpCall(request, response, options.newRequestId(), options.publicUrl);
    const page = origins.pageOf(request.headers);
    const pageHeaders = page instanceof ServiceError ? undefined : page?.headers;
    const exchange: Exchange = { request, response, call, body: nothing, room: undefined, pageHeaders };
    const fail = (error: unknown): void => sendFailure(options, exchange, serviceAsked(router, exchange), "", error);
    readBody(request, response, options, (body, room) => {
      if (body === undefined) return;
      if (body instanceof ServiceError) return fail(body);
      exchange.body = body;
      exchange.room = room;
      if (page instanceof ServiceError) sendFailure(options, exchange, undefined, "", page);
      else if (page?.preflight !== undefined && request.method === "OPTIONS")
        send(exchange, { status: 200, headers: page.preflight, body: "" });
      else return decodeAndAnswer(options, router, exchange, fail);
      room?.giveBack();
    });
  };
}

/** Answers, and gives back what the body held of the budget. */
function decodeAndAnswer(
  options: HandlerOptions,
  router: Router,
  exchange: Exchange,
  fail: (error: unknown) => void,
): void {
  const { request, response, body, room } = exchange;
  const decoding = decodeBody(request, response, options, body, room);
  if (decoding === undefined) {
    const work = answerBody(options, router, exchange, body).catch(fail);
    // A promise more costs every request.
    if (room !== undefined) void work.finally(() => room.giveBack());
    return;
  }
  void decoding
    .then((decoded) => {
      if (decoded === undefined) return undefined;
      exchange.room = decoded.room;
      return answerBody(options, router, exchange, decoded.body);
    })
    .catch(fail)
    .finally(() => exchange.room?.giveBack());
}

/** The service that words the refusal of a body nobody could read. */
function serviceAsked(router: Router, { call }: Exchange): WireService | undefined {
  return router.byTarget(call.header("x-amz-target") ?? "").service;
}

/** Not asynchronous itself: a promise more costs every request. */
function answerBody(options: HandlerOptions, router: Router, exchange: Exchange, body: Buffer): Promise<void> {
  const { headers, method } = exchange.request;
  const target = headers["x-amz-target"];
  const isJsonType = jsonContentTypes.test(headers["content-type"] ?? "");
  // AWS's front ends let nothing else through to a JSON service.
  const isJson = method === "POST" && (isJsonType || (headers["content-type"] ?? "") === "");
  if (target !== undefined && isJson) return answerJson(options, router, exchange, String(target), body);
  return answerOther(options, router, exchange, body, isJsonType);
}

async function answerOther(
  options: HandlerOptions,
  router: Router,
  exchange: Exchange,
  body: Buffer,
  isJsonType: boolean,
): Promise<void> {
  const { headers, method } = exchange.request;
  if (headers["x-amz-target"] !== undefined) return sendUnknownOperation(options, exchange);
  if (method !== "POST" && method !== "GET") return sendUnknownOperation(options, exchange);
  if (isJsonType && exchange.call.search === "") {
    const error = new ServiceError("UnknownOperationException", "");
    return sendUnroutable(options, exchange, { service: undefined, protocol: "json", error });
  }
  return answerQuery(options, router, exchange, body);
}

const jsonContentTypes = /^application\/(x-amz-json-1\.[01]|json)\s*(;|$)/i;

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
  call.hostPrefix = operation.hostPrefix;
  try {
    const { value, hasPlainTexts } = parseJsonBody(body);
    call.hasPlainTexts = hasPlainTexts;
    const input = operation.decodeJson(withPathInput(service, call, value));
    service.validate(operation, input, call);
    const output = await options.dispatch(service.name, operation.name, input, call, () => rawOf(exchange));
    if (output === undefined && exchange.response.destroyed) return;
    if (output instanceof RawAnswer) return sendRaw(exchange, output);
    const text = operation.outputShape === undefined ? "" : JSON.stringify(operation.encodeJson(output ?? {}));
    options.count(service.name, operation.name, "");
    send(exchange, { status: 200, headers: { "content-type": jsonContentType(service) }, body: text });
  } catch (error) {
    sendFailure(options, exchange, service, operation.name, error);
  }
}

function withPathInput(service: WireService, call: Call, input: unknown): unknown {
  if (call.path === "/") return input;
  return { ...service.dialect.pathInput?.(call.path), ...(input as object) };
}

async function answerQuery(options: HandlerOptions, router: Router, exchange: Exchange, body: Buffer): Promise<void> {
  const { call, request } = exchange;
  const parameters = new Parameters();
  parameters.add(call.search);
  if (!isUtf8(body)) throw malformedQueryString();
  parameters.add(body.toString("utf8"));
  const action = parameters.get("Action");
  if (action === undefined && request.method === "GET") return sendUnknownOperation(options, exchange);
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
    const output = await options.dispatch(service.name, operation.name, input, call, () => rawOf(exchange));
    if (output === undefined && exchange.response.destroyed) return;
    if (output instanceof RawAnswer) return sendRaw(exchange, output);
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
  const isUnread = refusal.status === 413;
  sendWhileReading(exchange, isUnread ? { ...answer, status: 413 } : answer);
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

function send({ response, call, pageHeaders }: Exchange, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...(pageHeaders === undefined ? headers : { ...headers, ...pageHeaders }),
    "x-amzn-requestid": call.requestId,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function rawOf({ request, call, body }: Exchange): RawRequest {
  const headers = isWhole(request)
    ? Object.entries(request.headers).flatMap(([name, value = ""]) => [name, value])
    : request.rawHeaders;
  return {
    method: request.method ?? "POST",
    url: request.url ?? "/",
    headers,
    body,
    sourceAddress: call.sourceAddress,
  };
}

function sendRaw({ response, pageHeaders }: Exchange, { status, headers, body }: RawAnswer): void {
  if (response.destroyed) return;
  const named: Record<string, string> = { ...pageHeaders, "content-length": String(body.length) };
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = (headers[index] ?? "").toLowerCase();
    // Whoever writes the answer dates it.
    if (name !== "date") named[name] = headers[index + 1] ?? "";
  }
  response.writeHead(status, named);
  response.end(body.toString("utf8"));
}

/**
 * Sends an answer to a request whose body may still be on its way. The answer is complete for the client at once; the
 * response ends, and with it the connection, when the body has (see `readBody`).
 */
function sendWhileReading(exchange: Exchange, answer: Answer): void {
  const { request, response, call, pageHeaders } = exchange;
  if (isWhole(request) || !("write" in response) || request.complete || request.destroyed)
    return send(exchange, answer);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...pageHeaders,
    connection: "close",
    "x-amzn-requestid": call.requestId,
    "content-length": Buffer.byteLength(answer.body),
  });
  response.write(answer.body);
  // A client that asked first has been told not to send.
  if (request.headers.expect !== undefined) response.end();
  else request.once("close", () => response.end());
}
