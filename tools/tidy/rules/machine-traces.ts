/**
 * Committed text names no place of the machine it was written on: no home folder, no path of this checkout, and no
 * package registry, which the lock file leaves to each machine (`omit-lockfile-registry-resolved` in `.npmrc`).
 */
import { homedir } from "node:os";
import type { Finding, Rule } from "../rule.ts";

interface Trace {
  readonly pattern: RegExp;
  readonly message: string;
}

const homeFolder = /(?<![\w.~:/-])\/(?:home|Users)\/[\w.-]+|\b[A-Z]:\\Users\\/g;
const registryHost =
  /\b(?:registry\.[a-z0-9-]+\.[a-z]|[a-z0-9-]+\.jfrog\.io|npm\.pkg\.github\.com|artifactory\.[a-z0-9-]+|verdaccio\.)/gi;

/** @param root the absolute path of this checkout */
export function machineTraces(root: string): Rule {
  const traces: readonly Trace[] = [
    { pattern: homeFolder, message: "a home folder of one machine: say ~ or a relative path" },
    { pattern: registryHost, message: "the host of a package registry: it differs from machine to machine" },
    { pattern: pathPattern(root, String.raw`(?![\w-])`), message: "the path of this checkout: make it relative" },
    { pattern: pathPattern(homedir(), "/"), message: "a home folder of one machine: say ~ or a relative path" },
  ];
  return {
    name: "no text names a place of one machine",
    check: ({ files }) => [...files].flatMap(([path, text]) => [...findIn(path, text, traces)]),
  };
}

/** `path` where a path begins, and the pattern `after` it. */
function pathPattern(path: string, after: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w.~:/-])${escaped}${after}`, "g");
}

function findIn(path: string, text: string, traces: readonly Trace[]): Finding[] {
  return traces.flatMap(({ pattern, message }) =>
    [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
      path,
      line: text.slice(0, index).split("\n").length,
      message: `${found}: ${message}`,
    })),
  );
}
