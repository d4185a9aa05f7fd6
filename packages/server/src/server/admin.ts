/** Tutti's own paths beside the AWS APIs: health, metrics, and the clock of a server with virtual time. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { View } from "../delivery/service.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Origins } from "../protocol/http/origins.ts";
import { RawAnswer } from "../protocol/http/raw.ts";
import { ServiceError } from "../kernel/service-error.ts";

export interface AdminContext {
  readonly kernel: Kernel;
  readonly version: string;
  /** Which web pages may ask. */
  readonly origins: Origins;
  /** Shows what is in the memory of whoever owns it; this process when absent. */
  readonly routeView?: (name: string, view: View, query: URLSearchParams, request: IncomingMessage) => Promise<unknown>;
  /** What `/_tutti/nodes` shows; absent where there is one process and never more. */
  readonly nodes?: () => Promise<unknown>;
  readonly serviceNames: readonly string[];
  readonly dataLocation: string;
  metrics(): string;
  /** By `<service>/<view>`. */
  readonly views: ReadonlyMap<string, View>;
}

const bodyBytesMax = 10_000;
/** A hundred years: more is a mistake. */
const advanceSecondsMax = 3_155_760_000;

/** Answers a request for one of Tutti's own paths; false when the path is not one of them. */
export function handleAdmin(context: AdminContext, request: IncomingMessage, response: ServerResponse): boolean {
  const [path = "/", search = ""] = (request.url ?? "/").split("?", 2);
  const isOwn = path.startsWith("/_tutti/") || path.startsWith("/_localstack/") || path === "/metrics";
  if (!isOwn) return false;
  if (answerPage(context.origins, request, response)) return true;
  const name = path.startsWith("/_tutti/") ? path.slice("/_tutti/".length) : "";
  const view = context.views.get(name);
  if (view !== undefined) {
    void showView(context, name, view, new URLSearchParams(search), request, response);
    return true;
  }
  switch (path) {
    case "/_tutti/health":
      sendJson(response, 200, {
        status: "ok",
        version: context.version,
        data: context.dataLocation,
        now: new Date(context.kernel.clock.now()).toISOString(),
      });
      return true;
    case "/_localstack/health":
      sendJson(response, 200, {
        services: localStackServices(context.serviceNames),
        edition: "tutti",
        version: context.version,
      });
      return true;
    case "/metrics":
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(context.metrics());
      return true;
    case "/_tutti/nodes":
      showNodes(context, response).catch((error: unknown) => sendFailure(response, error));
      return true;
    case "/_tutti/clock/advance":
      advanceClock(context.kernel, request, response).catch((error: unknown) => sendFailure(response, error));
      return true;
    default:
      sendJson(response, 404, { error: `There is nothing at ${path}.` });
      return true;
  }
}

/**
 * Whether all is said to a web page: it may not ask, or it has only asked whether it may. A link on a page of any site may be
 * followed to what is here: that shows it to a person and not to the page, and a GET changes nothing.
 */
function answerPage(origins: Origins, request: IncomingMessage, response: ServerResponse): boolean {
  const isFollowedLink = request.method === "GET" && request.headers["sec-fetch-mode"] === "navigate";
  if (isFollowedLink && request.headers.origin === undefined) return false;
  const page = origins.pageOf(request.headers);
  if (page === undefined) return false;
  if (page instanceof ServiceError) {
    sendJson(response, page.status, { error: page.message });
    return true;
  }
  for (const [name, value] of Object.entries(page.preflight ?? page.headers)) response.setHeader(name, value);
  if (page.preflight === undefined || request.method !== "OPTIONS") return false;
  response.writeHead(200, { "content-length": 0 }).end();
  return true;
}

async function showView(
  context: AdminContext,
  name: string,
  view: View,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "GET") return sendJson(response, 405, { error: "Use GET." });
  try {
    const shown = await (context.routeView?.(name, view, query, request) ?? view.show(query));
    if (shown instanceof RawAnswer) sendRaw(response, shown);
    else sendJson(response, 200, shown);
  } catch (error) {
    const status = error instanceof ServiceError ? error.status : 500;
    sendJson(response, status, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** The names tools expect there: Step Functions is `stepfunctions`. */
function localStackServices(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name === "states" ? "stepfunctions" : name, "running"]));
}

async function advanceClock(kernel: Kernel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "POST") return sendJson(response, 405, { error: "Use POST." });
  if (kernel.clock.kind !== "virtual") {
    return sendJson(response, 409, { error: "The clock is real. Start the server with --clock virtual to move it." });
  }
  const seconds = secondsOf(await readSmallBody(request));
  if (seconds === undefined) {
    return sendJson(response, 400, { error: `The body must be {"seconds": n} with n from 0 to ${advanceSecondsMax}.` });
  }
  await kernel.advanceClock(Math.round(seconds * 1000));
  sendJson(response, 200, { now: new Date(kernel.clock.now()).toISOString() });
}

function secondsOf(body: string | undefined): number | undefined {
  try {
    const { seconds } = JSON.parse(body ?? "") as { readonly seconds?: unknown };
    return typeof seconds === "number" && seconds >= 0 && seconds <= advanceSecondsMax ? seconds : undefined;
  } catch {
    return undefined;
  }
}

async function readSmallBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bodyBytesMax) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The client went away in the middle of its body: there is nobody to answer.
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function showNodes(context: AdminContext, response: ServerResponse): Promise<void> {
  if (context.nodes !== undefined) return sendJson(response, 200, await context.nodes());
  sendJson(response, 404, { error: "This server has its store to itself: there are no nodes." });
}

function sendFailure(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  if (!response.headersSent) sendJson(response, 500, { error: text });
}

function sendRaw(response: ServerResponse, { status, headers, body }: RawAnswer): void {
  response.writeHead(status, [...headers, "content-length", String(body.length)]).end(body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
