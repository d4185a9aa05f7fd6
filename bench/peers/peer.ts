/** A queue that is measured beside Tutti: what it must be able to do, and what the measurements have in common. */
import { constants, accessSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";

export interface RunningPeer {
  /** Messages sent in a second by `senders` at once, each waiting until its message is acknowledged. */
  send(seconds: number): Promise<number>;
  /** Messages in a second that were sent by ten, received and acknowledged or deleted. */
  cycle(seconds: number): Promise<number>;
  stop(): Promise<void>;
}

export interface Peer {
  readonly title: string;
  /** Undefined when it is not installed. @param folder for its data, empty and its own */
  start(folder: string): Promise<RunningPeer | undefined>;
  /** How to get it. */
  readonly remedy: string;
}

export const senders = 64;
export const text = "x".repeat(256);

/** Runs `turn` in `count` loops; what the turns gave, a second, over `seconds` after one of warm-up. */
export async function loops(
  seconds: number,
  turn: (sender: number) => Promise<number>,
  count = senders,
): Promise<number> {
  const state = { stopped: false, done: 0 };
  const running = Array.from({ length: count }, async (_, sender) => {
    while (!state.stopped) {
      const done = await turn(sender);
      state.done += done;
    }
  });
  await pause(1);
  const before = state.done;
  const begun = performance.now();
  await pause(seconds);
  const rate = ((state.done - before) * 1000) / (performance.now() - begun);
  state.stopped = true;
  await Promise.all(running);
  return rate;
}

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, seconds * 1000));
}

/** Where a command is, among `places` and the folders of PATH. */
export function findProgram(name: string, places: readonly string[] = []): string | undefined {
  return [...places, ...(process.env["PATH"] ?? "").split(delimiter)]
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
