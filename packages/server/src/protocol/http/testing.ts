/** A listener over the sample model, and raw sockets to it, for the tests of this folder. */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Call } from "../../kernel/call.ts";
import type { Dialect } from "../dialect.ts";
import { sampleModel } from "../sample-model.ts";
import { WireService } from "../wire-service.ts";
import { BodyBudget } from "./body-budget.ts";
import { createRequestHandler } from "./handler.ts";

export interface Dispatched {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly call: Call;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TestListener extends AsyncDisposable {
  readonly port: number;
  /** What reached an operation, in order. */
  readonly dispatched: Dispatched[];
  /** Lines of the log: what failed without being a refusal. */
  readonly failures: string[];
  /** Sends the head and the body of one request, closes the sending side, and reads up to the end. */
  ask(head: readonly string[], body?: Uint8Array | string): Promise<Answer>;
}

export const bodyBytesMax = 100_000;

/** Room for ten bodies of the largest size. */
export function testBudget(): BodyBudget {
  return new BodyBudget({ bytesMax: 10 * bodyBytesMax, smallBytesMax: 10_000 });
}

/** The sample as a JSON service, and the same model as one that speaks Query. */
export async function startTestListener(
  dispatch: (dispatched: Dispatched) => Promise<unknown> = async ({ input }) => input,
  dialect: Dialect = {},
  budget = testBudget(),
): Promise<TestListener> {
  const { metadata } = sampleModel;
  const olderModel = {
    ...sampleModel,
    service: "older",
    metadata: { ...metadata, protocol: "query", targetPrefix: "Older" },
  };
  const dispatched: Dispatched[] = [];
  const failures: string[] = [];
  let requests = 0;
  const server = createServer(
    createRequestHandler({
      services: [new WireService(sampleModel, dialect), new WireService(olderModel, dialect)],
      dispatch: (service, operation, input, call) => {
        const one = { service, operation, input, call };
        dispatched.push(one);
        return dispatch(one);
      },
      newRequestId: () => `request-${(requests += 1)}`,
      log: (_level, message, fields) => failures.push(`${message} ${String(fields?.["error"])}`),
      count: () => undefined,
      bodyBytesMax,
      bodyBudgetOf: () => budget,
    }),
  );
  Object.assign(server, { httpAllowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    dispatched,
    failures,
    ask: (head, body = "") => ask(port, head, Buffer.from(body as string)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function ask(port: number, head: readonly string[], body: Buffer): Promise<Answer> {
  const isFramed = head.some((line) => /^(content-length|transfer-encoding):/i.test(line));
  const lines = [...head, "host: localhost:4566", ...(isFramed ? [] : [`content-length: ${body.length}`])];
  const socket = connect(port, "127.0.0.1");
  socket.end(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]));
  const [answer] = parseAnswers(await readAll(socket));
  if (answer === undefined) throw new Error("the connection was closed without an answer");
  return answer;
}

/** Everything up to the end of a connection, also when it is reset. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  if (!socket.closed) await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return Buffer.concat(chunks);
}

/** The answers with a Content-Length that are whole. */
export function parseAnswers(bytes: Buffer): Answer[] {
  const answers: Answer[] = [];
  for (let start = 0; start < bytes.length;) {
    const headEnd = bytes.indexOf("\r\n\r\n", start);
    if (headEnd < 0 || bytes.toString("latin1", start, start + 5) !== "HTTP/") return answers;
    const [first = "", ...rest] = bytes.toString("latin1", start, headEnd).split("\r\n");
    const headers = Object.fromEntries(
      rest.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const status = Number(first.slice(9, 12));
    const end = headEnd + 4 + (status === 100 ? 0 : Number(headers["content-length"] ?? 0));
    answers.push({ status, headers, body: bytes.toString("utf8", headEnd + 4, end) });
    start = end;
  }
  return answers;
}
