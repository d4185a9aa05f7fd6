/**
 * A load of one request at a time on each of many keep-alive connections, over raw sockets: the client's own cost is
 * small and the same for every server measured, so that ratios between servers mean something.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** How long to measure, after the warm-up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Bytes of the next request; `sequence` counts over all connections. */
  request(sequence: number): Buffer;
  /** Status every answer must have. */
  readonly expectStatus: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** A POST with the headers an AWS client sends. */
export function postRequest(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = [`POST ${path} HTTP/1.1`, "host: 127.0.0.1", `content-length: ${Buffer.byteLength(body)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const state = { sequence: 0, measuring: false, stopped: false };
  const clients = Array.from({ length: options.connections }, () => runConnection(options, state, latencies));
  await delay(options.warmUpSeconds * 1000);
  state.measuring = true;
  const start = performance.now();
  await delay(options.seconds * 1000);
  state.measuring = false;
  const elapsedSeconds = (performance.now() - start) / 1000;
  state.stopped = true;
  await Promise.all(clients);
  latencies.sort((left, right) => left - right);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { requestsPerSecond: latencies.length / elapsedSeconds, medianMs: at(0.5), p99Ms: at(0.99) };
}

async function runConnection(
  options: LoadOptions,
  state: { sequence: number; measuring: boolean; stopped: boolean },
  latencies: number[],
): Promise<void> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const answers = new AnswerReader(socket);
  while (!state.stopped) {
    const sentAt = performance.now();
    state.sequence += 1;
    socket.write(options.request(state.sequence));
    const status = await answers.next();
    if (status !== options.expectStatus) throw new Error(`answer with status ${status}: ${answers.lastBody}`);
    if (state.measuring) latencies.push(performance.now() - sentAt);
  }
  socket.destroy();
}

/** Reads answers with a Content-Length from a socket, one at a time. */
export class AnswerReader {
  lastBody = "";
  #buffered: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  constructor(socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
      this.#deliver();
    });
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("the server closed the connection")));
  }

  next(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#deliver();
    });
  }

  #deliver(): void {
    const headEnd = this.#buffered.indexOf("\r\n\r\n");
    if (headEnd < 0 || this.#waiting === undefined) return;
    const head = this.#buffered.toString("latin1", 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? "0");
    const end = headEnd + 4 + length;
    if (this.#buffered.length < end) return;
    this.lastBody = this.#buffered.toString("utf8", headEnd + 4, end);
    this.#buffered = this.#buffered.subarray(end);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(Number(head.slice(9, 12)));
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
