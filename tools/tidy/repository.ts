/**
 * The repository as the rules see it: every text file that is, or could be, committed, and the parsed sources among them.
 * It is held in memory, so that a rule's own test can hand it a repository of three lines.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dirname, normalize } from "node:path/posix";
import { parseSource } from "./source-file.ts";
import type { SourceFile } from "./source-file.ts";

export interface Repository {
  /** Text by path; paths are relative to the root, with forward slashes. */
  readonly files: ReadonlyMap<string, string>;
  readonly sources: readonly SourceFile[];
}

const ignoredFolders = new Set([".git", ".tutti", "coverage", "dist", "node_modules"]);
const isSource = /\.(?:[cm]?[jt]s|tsx)$/;

/** The repository at `root`, without what `.gitignore` leaves out. */
export function readRepository(root: string): Repository {
  const files: Record<string, string> = {};
  const read = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !ignoredFolders.has(entry.name) && path !== "tmp") read(path);
      if (!entry.isFile() || entry.name.endsWith(".log")) continue;
      const text = readFileSync(join(root, path), "utf8");
      if (!text.includes("\0")) files[path] = text;
    }
  };
  read("");
  return repositoryOf(files);
}

/** A repository that holds exactly these files. */
export function repositoryOf(files: Readonly<Record<string, string>>): Repository {
  const entries = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    files: new Map(entries),
    sources: entries.filter(([path]) => isSource.test(path)).map(([path, text]) => parseSource(path, text)),
  };
}

/** The path a relative specifier or link written in `from` leads to. */
export function resolveFrom(from: string, relative: string): string {
  return normalize(`${dirname(from)}/${relative}`).replace(/^\.\//, "");
}

/** Whether a file or a folder stands at `path`. */
export function pathExists({ files }: Repository, path: string): boolean {
  const wanted = path.replace(/\/$/, "");
  if (wanted === "" || wanted === "." || files.has(wanted)) return true;
  return files.keys().some((file) => file.startsWith(`${wanted}/`));
}

/** The value of a JSON file that is an object; empty when there is no such file. */
export function readJsonObject({ files }: Repository, path: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(files.get(path) ?? "{}");
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A test, or something only tests use: it is never part of what is published. */
export function isTestCode(path: string): boolean {
  return path.endsWith(".test.ts") || !path.startsWith("packages/");
}
