/**
 * What some suites need from the machine and a checkout cannot bring along: other people's clients and servers.
 *
 *     test("a queue made by the aws command", requires("awsCli"), async () => { … });
 *
 * Where the thing is absent the test is skipped with a reason, which `npm test` repeats at its end; `CI=true` and
 * `--strict` make a failure of it, so a suite never has to decide that itself.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, globSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

export type RequirementName =
  | "awsCli"
  | "awsCliQuery"
  | "boto3"
  | "celery"
  | "chromium"
  | "openssl"
  | "pgDump"
  | "postgresql";

export interface Requirement {
  readonly name: RequirementName;
  /** For people, as in "Chromium is not installed". */
  readonly title: string;
  /** How to get it, in a few words. */
  readonly remedy: string;
  /** What a suite starts: a command's path, or for PostgreSQL the folder of its server's programs. Absent when not installed. */
  find(): string | undefined;
}

export const requirements: readonly Requirement[] = [
  {
    name: "awsCli",
    title: "the aws command",
    remedy: "pip install awscli",
    find: () => working(findCommand("aws"), ["--version"]),
  },
  {
    name: "awsCliQuery",
    title: "an aws command of before November 2023, which speaks the Query protocol to SQS",
    remedy: ".ci/install-tools",
    find: () => working(join(homedir(), ".cache/tutti/aws-query/bin/aws"), ["--version"]),
  },
  {
    name: "boto3",
    title: "Python with boto3",
    remedy: "pip install boto3",
    find: () => working(findCommand("python3"), ["-c", "import boto3"]),
  },
  {
    name: "celery",
    title: "Python with Celery for SQS",
    remedy: 'pip install "celery[sqs]"',
    find: () => working(findCommand("python3"), ["-c", "import celery, kombu.transport.SQS, pycurl, boto3"]),
  },
  {
    name: "chromium",
    title: "Chromium",
    remedy: "apt-get install chromium",
    find: () => findCommand("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
  },
  {
    name: "openssl",
    title: "openssl of version 3",
    remedy: "apt-get install openssl",
    // Earlier ones, and what stands under its name elsewhere, cannot sign with `req`.
    find: () => working(findCommand("openssl"), ["req", "-x509", "-help", "-CA", "any"]),
  },
  {
    name: "pgDump",
    title: "pg_dump of the PostgreSQL server",
    remedy: "apt-get install postgresql",
    find: () => working(join(findPostgresql() ?? "", "pg_dump"), ["--version"]),
  },
  {
    name: "postgresql",
    title: "the PostgreSQL server",
    remedy: "apt-get install postgresql",
    find: findPostgresql,
  },
];

const found = new Map<RequirementName, string | undefined>();

/** What `Requirement.find` gives, looked for once in a process. */
export function findRequirement(name: RequirementName): string | undefined {
  if (!found.has(name)) found.set(name, requirement(name).find());
  return found.get(name);
}

/** Options for `test`, `it` and `describe` that skip, with the reason, where one of `names` is absent. */
export function requires(...names: readonly RequirementName[]): { skip: string | false } {
  const absent = names.filter((name) => findRequirement(name) === undefined).map(requirement);
  if (absent.length === 0) return { skip: false };
  return { skip: absent.map(({ title, remedy }) => `${title} is not installed (${remedy})`).join("; ") };
}

function requirement(name: RequirementName): Requirement {
  const known = requirements.find((candidate) => candidate.name === name);
  if (known === undefined) throw new Error(`No such requirement: ${name}`);
  return known;
}

function findPostgresql(): string | undefined {
  const onPath = findCommand("initdb");
  if (onPath !== undefined && findCommand("postgres") !== undefined) return dirname(realpathSync(onPath));
  // Debian keeps the server's programs out of the path, one folder a version.
  return globSync("/usr/lib/postgresql/*/bin").toSorted().at(-1);
}

/** The first of `names` that is on the search path and may be run. */
function findCommand(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
      const path = join(folder, name);
      if (folder !== "" && isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A version manager's stand-in for a command may be there without the command: only running it tells. */
function working(command: string | undefined, args: readonly string[]): string | undefined {
  if (command === undefined) return undefined;
  const run = spawnSync(command, args, { stdio: "ignore", timeout: 30_000 });
  return run.status === 0 ? command : undefined;
}
