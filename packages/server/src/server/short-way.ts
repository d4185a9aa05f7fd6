/**
 * A short way for requests that arrive whole in what one read of a socket gives (`readWholeRequest`), which is how SDKs
 * send nearly all of theirs: it costs about half of what `node:http` costs for them.
 *
 * A connection begins here. The first time it brings anything else (part of a request, two at once, another method or
 * path, a header that changes how the rest is read) it goes over to `node:http` with what it brought, for good. So there
 * is one implementation of HTTP's other forms and of their limits; this one has only two states:
 *
 *     idle ──a whole request──▶ busy ──answered──▶ idle
 *      └──anything else──▶ node:http
 *
 * What comes while a request is busy is kept, and the socket not read on, until that one is answered and the client has
 * taken most of what it was answered.
 */
import { STATUS_CODES } from "node:http";
import type { OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { hostDate, hostTimer } from "../kernel/clock.ts";
import type { Alarm } from "../kernel/clock.ts";
import type { HttpHandler, WholeResponse } from "../protocol/http/exchange.ts";
import { readWholeRequest } from "../protocol/http/whole-request.ts";
import type { ListenerLimits } from "./limits.ts";

export class ShortWay {
  readonly handle: HttpHandler;
  readonly limits: ListenerLimits;
  /** Gives a socket to `node:http`. */
  readonly handOver: (socket: Socket) => void;
  readonly connections = new Set<Connection>();
  #closing = false;
  #alarm: Alarm | undefined;

  constructor(handle: HttpHandler, limits: ListenerLimits, handOver: (socket: Socket) => void) {
    this.handle = handle;
    this.limits = limits;
    this.handOver = handOver;
  }

  get closing(): boolean {
    return this.#closing;
  }

  take(socket: Socket): void {
    this.connections.add(new Connection(this, socket));
    this.#alarm ??= hostTimer(this.limits.checkMs, () => this.#check());
  }

  /** Idle connections end now, busy ones when they have been answered. */
  close(): void {
    this.#closing = true;
    this.#alarm?.cancel();
    for (const connection of this.connections) connection.endWhenIdle();
  }

  /** Cuts what is left. */
  cut(): void {
    for (const { socket } of this.connections) socket.destroy();
  }

  #check(): void {
    this.#alarm = undefined;
    for (const connection of this.connections) connection.waited(this.limits.checkMs);
    if (this.connections.size > 0) this.#alarm = hostTimer(this.limits.checkMs, () => this.#check());
  }
}

class Connection {
  readonly socket: Socket;
  readonly #way: ShortWay;
  #answer: Answer | undefined;
  #kept: Buffer | undefined;
  #hasAsked = false;
  /** Since the last byte in either direction, by the count of checks. */
  #quietMs = 0;
  readonly #onData = (bytes: Buffer): void => this.#receive(bytes);
  readonly #onEnd = (): void => this.endWhenIdle();
  readonly #onClose = (): void => this.#closed();
  readonly #onError = (): void => undefined;

  constructor(way: ShortWay, socket: Socket) {
    this.#way = way;
    this.socket = socket;
    socket.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onClose).on("error", this.#onError);
  }

  endWhenIdle(): void {
    if (this.#answer === undefined) this.socket.end();
  }

  waited(milliseconds: number): void {
    const { headMsMax, keepAliveMs, silenceMsMax } = this.#way.limits;
    this.#quietMs += milliseconds;
    const max = this.#answer === undefined ? (this.#hasAsked ? keepAliveMs : headMsMax) : silenceMsMax;
    if (this.#quietMs > max) this.socket.destroy();
  }

  /** @param text of the whole answer */
  answered(text: string, isAscii: boolean): void {
    this.#answer = undefined;
    this.#quietMs = 0;
    // Node writes that with less ado: 4.1 µs instead of 4.6 for ten messages of 256 bytes.
    this.socket.write(text, isAscii ? "latin1" : "utf8");
    // Whoever asks and takes no answers would have them all in memory here.
    if (this.socket.writableLength < this.socket.writableHighWaterMark) this.#goOn();
    else
      this.socket.pause().once("drain", () => {
        this.socket.resume();
        this.#goOn();
      });
  }

  #goOn(): void {
    const kept = this.#kept;
    if (kept !== undefined) {
      this.#kept = undefined;
      this.socket.resume();
      this.#receive(kept);
    } else if (this.#way.closing || this.socket.readableEnded) this.socket.end();
  }

  #receive(bytes: Buffer): void {
    this.#quietMs = 0;
    if (this.#answer !== undefined) {
      this.#kept = this.#kept === undefined ? bytes : Buffer.concat([this.#kept, bytes]);
      this.socket.pause();
      return;
    }
    const request = readWholeRequest(bytes, this.#way.limits.headBytesMax);
    if (request === undefined) return this.#goOver(bytes);
    const { socket } = this;
    this.#hasAsked = true;
    this.#answer = new Answer(this, this.#way.limits.keepAliveMs);
    this.#way.handle(
      { method: "POST", url: "/", headers: request.headers, socket, wholeBody: request.body },
      this.#answer,
    );
  }

  #goOver(bytes: Buffer): void {
    const { socket } = this;
    this.#way.connections.delete(this);
    socket.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose).off("error", this.#onError);
    this.#way.handOver(socket);
    // As if they had come just now; a client may have closed its side behind them.
    socket.emit("data", bytes);
    if (socket.readableEnded) socket.emit("end");
  }

  #closed(): void {
    this.#way.connections.delete(this);
    this.#answer?.closed();
  }
}

/** Nothing that could begin another header or answer. */
const plainValue = /^[\t -~]*$/;

let common = { date: "", keepAliveMs: 0, text: "" };

/** What all answers of a second have in common, up to the empty line. */
function commonHeaders(keepAliveMs: number): string {
  const date = hostDate();
  if (common.date !== date || common.keepAliveMs !== keepAliveMs) {
    const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}`;
    common = { date, keepAliveMs, text: `Date: ${date}\r\n${keepAlive}\r\n\r\n` };
  }
  return common.text;
}

class Answer implements WholeResponse {
  readonly #connection: Connection;
  readonly #keepAliveMs: number;
  #head = "";
  #isClosed = false;
  #onClose: (() => void)[] | undefined;

  constructor(connection: Connection, keepAliveMs: number) {
    this.#connection = connection;
    this.#keepAliveMs = keepAliveMs;
  }

  get destroyed(): boolean {
    return this.#connection.socket.destroyed;
  }

  get headersSent(): boolean {
    return this.#head !== "";
  }

  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (typeof value !== "number" && !plainValue.test(String(value)))
        throw new Error(`header ${name} has characters that no header may have`);
      head += `${name}: ${String(value)}\r\n`;
    }
    this.#head = head + commonHeaders(this.#keepAliveMs);
  }

  end(body: string): void {
    if (this.#isClosed) return;
    this.closed();
    this.#connection.answered(this.#head + body, Buffer.byteLength(body) === body.length);
  }

  once(_event: "close", listener: () => void): void {
    if (this.#isClosed) listener();
    else (this.#onClose ??= []).push(listener);
  }

  /** It has been written, or its connection is gone. */
  closed(): void {
    this.#isClosed = true;
    const listeners = this.#onClose ?? [];
    this.#onClose = undefined;
    for (const listener of listeners) listener();
  }
}
