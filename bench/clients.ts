/**
 * Clients that hold a conversation over raw sockets: each its own keep-alive connection, one request at a time. The
 * client's own cost is small and the same for every server measured, so that ratios between servers mean something:
 * requests that repeat are made once, and an answer's text is only made when somebody reads it.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { authorization, jsonType } from "./servers.ts";

export interface Conversation {
  /** Sends a request and waits for its answer, whose text is in `answer` then; throws for any status but 200. */
  send(request: Buffer): Promise<void>;
  readonly answer: string;
}

export interface ClientsOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Ends the run earlier, once every client has finished its turn. */
  readonly until?: () => boolean;
  /** Called when the measurement begins and when it ends. */
  readonly observe?: () => void;
  /** One turn of a client's loop; gives what it has got done (messages). */
  turn(conversation: Conversation, client: number): Promise<number>;
}

export interface ClientsResult {
  /** What was got done in a second, over all clients. */
  readonly rate: number;
  /** How long turns took. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

export async function runClients(options: ClientsOptions): Promise<ClientsResult> {
  const state = { measuring: false, stopped: false, done: 0 };
  const turnsMs: number[] = [];
  const clients = Array.from({ length: options.connections }, async (_, client) => {
    const { conversation, close } = await open(options.port);
    while (!state.stopped && options.until?.() !== true) {
      const begun = performance.now();
      const done = await options.turn(conversation, client);
      if (!state.measuring) continue;
      state.done += done;
      turnsMs.push(performance.now() - begun);
    }
    close();
  });
  await delay(options.warmUpSeconds * 1000);
  state.measuring = true;
  options.observe?.();
  const start = performance.now();
  await Promise.race([delay(options.seconds * 1000), Promise.all(clients)]);
  state.measuring = false;
  options.observe?.();
  const seconds = (performance.now() - start) / 1000;
  state.stopped = true;
  await Promise.all(clients);
  turnsMs.sort((left, right) => left - right);
  const at = (share: number): number => turnsMs[Math.floor(turnsMs.length * share)] ?? Number.NaN;
  return { rate: state.done / seconds, medianMs: at(0.5), p99Ms: at(0.99) };
}

/** A POST as an AWS client of the JSON protocol sends it. @param target such as `AmazonSQS.SendMessage` */
export function jsonRequest(target: string, input: string): Buffer {
  const lines = [
    "POST / HTTP/1.1",
    "host: 127.0.0.1",
    `content-length: ${Buffer.byteLength(input)}`,
    `content-type: ${jsonType}`,
    `x-amz-target: ${target}`,
    `authorization: ${authorization}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${input}`);
}

export async function open(port: number): Promise<{ conversation: Conversation; close: () => void }> {
  const conversation = new SocketConversation();
  // One buffer for all reads of a socket, instead of a new one for each.
  const onread = {
    buffer: Buffer.allocUnsafe(2 ** 16),
    callback: (bytes: number, buffer: Uint8Array): boolean => {
      conversation.receive(buffer as Buffer, bytes);
      return true;
    },
  };
  const socket = connect({ host: "127.0.0.1", port, noDelay: true, onread });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  conversation.begin(socket);
  return { conversation, close: () => socket.destroy() };
}

const lengthName = "\r\ncontent-length: ";

/** Takes one answer with a Content-Length at a time. */
class SocketConversation implements Conversation {
  #socket: Socket | undefined;
  /** What has come so far: in the socket's own buffer when it came at once. */
  #received: Buffer = Buffer.alloc(0);
  #bodyStart = 0;
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;

  begin(socket: Socket): void {
    this.#socket = socket;
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("the server closed the connection")));
  }

  get answer(): string {
    return this.#received.toString("utf8", this.#bodyStart);
  }

  send(request: Buffer): Promise<void> {
    this.#received = this.#received.subarray(0, 0);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket?.write(request);
    });
  }

  /** @param buffer is written again with the next read */
  receive(buffer: Buffer, bytes: number): void {
    const read = buffer.subarray(0, bytes);
    this.#received = this.#received.length === 0 ? read : Buffer.concat([this.#received, read]);
    if (!this.#deliver() && this.#received === read) this.#received = Buffer.from(read);
  }

  /** False while a part of the answer is missing. */
  #deliver(): boolean {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0 || this.#waiting === undefined) return false;
    const head = this.#received.toString("latin1", 0, headEnd + 2);
    const name = head.toLowerCase().indexOf(lengthName);
    const valueStart = name + lengthName.length;
    const length = name < 0 ? 0 : Number(head.slice(valueStart, head.indexOf("\r\n", valueStart)));
    this.#bodyStart = headEnd + 4;
    if (this.#received.length < this.#bodyStart + length) return false;
    const { resolve, reject } = this.#waiting;
    this.#waiting = undefined;
    if (head.startsWith("HTTP/1.1 200 ")) resolve();
    else reject(new Error(`${head}\n\n${this.answer}`));
    return true;
  }
}

export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
