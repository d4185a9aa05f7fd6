/** The servers that are measured, each a process of its own. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const host = "127.0.0.1";
export const jsonType = "application/x-amz-json-1.0";
/** As much of a signature as says who asks and which service; nobody here checks the rest. */
export const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request";

export interface Server {
  readonly port: number;
  readonly processId: number;
  /** From the start of the process to its being ready. */
  readonly readyMs: number;
  /** @param signal SIGTERM when absent */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export function startTutti(folder: string): Promise<Server> {
  return startTuttiOn(["--data-dir", folder]);
}

/** @param words that say where data lives */
export function startTuttiOn(words: readonly string[]): Promise<Server> {
  const file = fileURLToPath(new URL("../packages/server/src/cli/main.ts", import.meta.url));
  return startProcess(
    process.execPath,
    [file, "start", "--port", "0", "--log-level", "warn", ...words],
    /endpoint\s+http:\/\/[^:]+:(\d+)[\s\S]*Ready\./,
  );
}

export function startEcho(): Promise<Server> {
  const file = fileURLToPath(new URL("./echo-server.ts", import.meta.url));
  return startProcess(process.execPath, [file], /port (\d+)/);
}

/**
 * @param ready what the process prints when it is ready; its first group is the port
 * @param environment in place of this process's own
 */
export function startProcess(
  command: string,
  words: readonly string[],
  ready: RegExp,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Server> {
  const begun = performance.now();
  const child: ChildProcess = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"], env: environment });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    let output = "";
    let isReady = false;
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${command} ended with ${code}: ${output}`)));
    const read = (chunk: Buffer): void => {
      if (isReady) return;
      output += chunk.toString();
      const port = ready.exec(output)?.[1];
      if (port === undefined) return;
      isReady = true;
      resolve({
        port: Number(port),
        processId: child.pid ?? 0,
        readyMs: performance.now() - begun,
        stop: (signal = "SIGTERM") => {
          child.kill(signal);
          return ended;
        },
      });
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
}

/** One request outside a measurement. @param target such as `AmazonSQS.CreateQueue` */
export async function call(server: Server, target: string, input: object): Promise<unknown> {
  const answer = await fetch(`http://${host}:${server.port}/`, {
    method: "POST",
    headers: { "content-type": jsonType, "x-amz-target": target, authorization },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${target}: ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

export async function createQueue(
  server: Server,
  name: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl } = (await call(server, "AmazonSQS.CreateQueue", { QueueName: name, Attributes: attributes })) as {
    QueueUrl: string;
  };
  return QueueUrl;
}

/** Resident memory of a process in megabytes, as the operating system counts it. */
export function residentMegabytes({ processId }: Server): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** Processor time a process has used, user and system, in seconds. */
export function processorSeconds({ processId }: Server): number {
  const fields = readFileSync(`/proc/${processId}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Processor time of a server's threads in seconds: its main thread, the one SQLite runs on, all others. */
export function threadSeconds({ processId }: Server): { main: number; store: number; rest: number } {
  const used = { main: 0, store: 0, rest: 0 };
  for (const thread of readdirSync(`/proc/${processId}/task`)) {
    const [, name = "", fields = ""] = /\((.*)\) (.*)/s.exec(statOf(processId, thread)) ?? [];
    const [user, system] = fields.split(" ").slice(11, 13).map(Number);
    const kind = Number(thread) === processId ? "main" : name.startsWith("WorkerThread") ? "store" : "rest";
    used[kind] += ((user ?? 0) + (system ?? 0)) / 100;
  }
  return used;
}

/** Empty for a thread that has ended meanwhile. */
function statOf(processId: number, thread: string): string {
  try {
    return readFileSync(`/proc/${processId}/task/${thread}/stat`, "utf8");
  } catch {
    return "";
  }
}
