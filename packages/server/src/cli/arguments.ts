/** The command line: words into options, with a plain sentence when they do not fit. */
import { parseArgs } from "node:util";
import { shardCountDefault, shardCountMax } from "../kernel/shards.ts";
import type { LogLevel } from "../kernel/log.ts";
import {
  ConfigurationError,
  dataDirectoryDefault,
  hostDefault,
  leaseSecondsDefault,
  portDefault,
} from "../server/options.ts";

export interface StartArguments {
  readonly port: number;
  readonly host: string;
  readonly dataDirectory: string;
  readonly inMemory: boolean;
  readonly storeUrl: string | undefined;
  readonly allowUnsafeStore: boolean;
  readonly advertise: string | undefined;
  readonly nodeId: string | undefined;
  readonly leaseSeconds: number;
  readonly shardCount: number | undefined;
  readonly clock: "real" | "virtual";
  readonly logLevel: LogLevel;
  readonly allowRemote: boolean;
  readonly publicUrl: string | undefined;
  readonly allowOrigins: readonly string[];
  readonly sqsInFlightMax: number | undefined;
  readonly sqsFifoInFlightMax: number | undefined;
}

export interface MigrateArguments {
  /** A data directory or the URL of a database. */
  readonly from: string;
  readonly to: string;
  readonly allowUnsafeStore: boolean;
}

/** Longer ones would only say how long nobody may answer. */
const leaseSecondsMax = 300;

export type Command =
  | { readonly name: "start" | "doctor"; readonly arguments: StartArguments }
  | { readonly name: "migrate"; readonly arguments: MigrateArguments }
  | { readonly name: "help" }
  | { readonly name: "version" };

export const usage = `tutti: a durable, self-hosted server that speaks the AWS APIs

  tutti start [options]    start the server
  tutti migrate --from A --to B   move everything from one store to another, no server running; A and B are
                           data directories or postgres:// URLs, B is empty
  tutti doctor [options]   say what would keep it from starting; silent when all is well

  --port N            port to listen on (${portDefault}; 0 takes a free one)
  --host H            address to listen on (${hostDefault})
  --allow-remote      allow an address that other machines can reach; requests are not authenticated
  --public-url U      what queue URLs begin with (by default the host of each request)
  --allow-origin O    let web pages of this origin use the server, such as https://app.example.com, besides those of this
                      machine; * for all; more than once, or TUTTI_ALLOW_ORIGIN with commas
  --data-dir D        where data lives (${dataDirectoryDefault})
  --in-memory         keep everything in memory; nothing survives the process
  --store URL         keep data in PostgreSQL: postgres://user:password@host:port/database (or TUTTI_STORE)
  --allow-unsafe-store   take a database that does not sync what it has confirmed
  --advertise URL     with --store: where other nodes reach this one (where it listens)
  --node-id NAME      with --store: this node's name, unlike any other's (host and port of --advertise)
  --lease-seconds N   with --store: how long a node may be silent before others take over (${leaseSecondsDefault})
  --shards N          with --store: the number of shards of a new installation; it never changes (${shardCountDefault})
  --sqs-in-flight-max N   messages of a standard SQS queue in flight (120000, as AWS; or TUTTI_SQS_IN_FLIGHT_MAX)
  --sqs-fifo-in-flight-max N   the same of a FIFO queue (120000; or TUTTI_SQS_FIFO_IN_FLIGHT_MAX)
  --clock real|virtual   a virtual clock moves only by POST /_tutti/clock/advance
  --log-level debug|info|warn|error   (info)
  --version, --help`;

/**
 * @param environment where `TUTTI_STORE`, `TUTTI_ALLOW_ORIGIN` and `TUTTI_SQS_…` may stand, for a command line that does not say it
 * @throws ConfigurationError naming the word that does not fit
 */
export function parseCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Command {
  const { values, positionals } = parse(words);
  if (values.help === true || (positionals.length === 0 && values.version !== true)) return { name: "help" };
  if (values.version === true) return { name: "version" };
  const [name, ...rest] = positionals;
  if (name === "migrate") return { name, arguments: migrateOf(values, rest) };
  if (name !== "start" && name !== "doctor") throw new ConfigurationError(`unknown command ${name}; see tutti --help`);
  if (values.from !== undefined || values.to !== undefined)
    throw new ConfigurationError("--from and --to belong to tutti migrate");
  if (rest.length > 0) throw new ConfigurationError(`unexpected ${rest.join(" ")}; see tutti --help`);
  const places = (["in-memory", "data-dir", "store"] as const).filter((place) => values[place] !== undefined);
  if (places.length > 1)
    throw new ConfigurationError(`${places.map((place) => `--${place}`).join(" and ")} exclude each other`);
  const storeUrl = storeOf(values.store ?? (places.length === 0 ? environment["TUTTI_STORE"] : undefined));
  const nodesOnly = (["advertise", "node-id", "lease-seconds", "shards"] as const).find(
    (option) => values[option] !== undefined,
  );
  if (storeUrl === undefined && nodesOnly !== undefined)
    throw new ConfigurationError(`--${nodesOnly} goes with --store: only nodes over one database have it`);
  return {
    name,
    arguments: {
      port: portOf(values.port),
      host: values.host ?? hostDefault,
      dataDirectory: values["data-dir"] ?? dataDirectoryDefault,
      inMemory: values["in-memory"] ?? false,
      storeUrl,
      allowUnsafeStore: values["allow-unsafe-store"] ?? false,
      advertise: urlOf("--advertise", values.advertise, "http://10.0.0.5:4566", /^http:$/),
      nodeId: values["node-id"],
      leaseSeconds: leaseOf(values["lease-seconds"]),
      shardCount: shardsOf(values.shards),
      clock: oneOf("--clock", values.clock ?? "real", ["real", "virtual"] as const),
      logLevel: oneOf("--log-level", values["log-level"] ?? "info", ["debug", "info", "warn", "error"] as const),
      allowRemote: values["allow-remote"] ?? false,
      publicUrl: urlOf("--public-url", values["public-url"], "https://queues.example.com"),
      allowOrigins: allowedOrigins(values["allow-origin"], environment["TUTTI_ALLOW_ORIGIN"]),
      sqsInFlightMax: countOf("sqs-in-flight-max", values, environment),
      sqsFifoInFlightMax: countOf("sqs-fifo-in-flight-max", values, environment),
    },
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        "allow-remote": { type: "boolean" },
        "public-url": { type: "string" },
        "allow-origin": { type: "string", multiple: true },
        "sqs-in-flight-max": { type: "string" },
        "sqs-fifo-in-flight-max": { type: "string" },
        "data-dir": { type: "string" },
        "in-memory": { type: "boolean" },
        store: { type: "string" },
        "allow-unsafe-store": { type: "boolean" },
        advertise: { type: "string" },
        "node-id": { type: "string" },
        "lease-seconds": { type: "string" },
        shards: { type: "string" },
        clock: { type: "string" },
        "log-level": { type: "string" },
        from: { type: "string" },
        to: { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    });
  } catch (error) {
    throw new ConfigurationError(error instanceof Error ? error.message : String(error));
  }
}

function migrateOf(values: ReturnType<typeof parse>["values"], rest: readonly string[]): MigrateArguments {
  const { from, to, "allow-unsafe-store": allowUnsafeStore = false, ...others } = values;
  const unexpected = [...rest, ...Object.keys(others).map((option) => `--${option}`)];
  if (unexpected.length > 0) throw new ConfigurationError(`unexpected ${unexpected.join(" ")}; see tutti --help`);
  if (from === undefined || to === undefined) throw new ConfigurationError("tutti migrate needs --from and --to");
  return { from, to, allowUnsafeStore };
}

function portOf(text: string | undefined): number {
  if (text === undefined) return portDefault;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new ConfigurationError(`--port ${text} is not a port (0 to 65535)`);
  return port;
}

function shardsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > shardCountMax)
    throw new ConfigurationError(`--shards ${text} is not a number from 1 to ${shardCountMax}`);
  return count;
}

function leaseOf(text: string | undefined): number {
  if (text === undefined) return leaseSecondsDefault;
  const seconds = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > leaseSecondsMax)
    throw new ConfigurationError(`--lease-seconds ${text} is not a number from 1 to ${leaseSecondsMax}`);
  return seconds;
}

function urlOf(option: string, text: string | undefined, such: string, schemes = /^https?:$/): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !schemes.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw new ConfigurationError(`${option} ${text} is not such as ${such}`);
  return url.href.replace(/\/+$/, "");
}

/** As browsers write them: without the port that goes without saying, and `null` for pages that have none. */
function allowedOrigins(given: readonly string[] | undefined, variable: string | undefined): string[] {
  const [name, texts] =
    given === undefined ? ["TUTTI_ALLOW_ORIGIN", (variable ?? "").split(",")] : ["--allow-origin", given];
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => {
      if (text === "*" || text === "null") return text;
      if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#,]+\/?$/i.test(text))
        throw new ConfigurationError(`${name} ${text} is not such as https://app.example.com`);
      const { origin = "null" } = URL.parse(text) ?? {};
      // Of schemes of browsers' own (`chrome-extension://…`) no URL has an origin.
      return origin === "null" ? text.replace(/\/$/, "") : origin;
    });
}

/** A number from 1 that is given by an option, or by the variable of its name. */
function countOf(
  option: "sqs-in-flight-max" | "sqs-fifo-in-flight-max",
  values: ReturnType<typeof parse>["values"],
  environment: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const variable = `TUTTI_${option.toUpperCase().replaceAll("-", "_")}`;
  const [name, text] =
    values[option] === undefined ? [variable, environment[variable]] : [`--${option}`, values[option]];
  if (text === undefined || text === "") return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ConfigurationError(`${name} ${text} is not a number from 1 to 999999999`);
  return Number(text);
}

/** What the URL says is checked when it is opened; a message here must not repeat it, it may hold a password. */
function storeOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^postgres(?:ql)?:\/\//.test(text))
    throw new ConfigurationError("--store is not such as postgres://user:password@host:5432/database");
  return text;
}

function oneOf<Choice extends string>(option: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new ConfigurationError(`${option} ${text} is not one of ${choices.join(", ")}`);
  return choice;
}
