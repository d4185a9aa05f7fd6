/** Which files hold tests, and which of them were asked for. */
import { globSync } from "node:fs";
import { matchesGlob } from "node:path";

const patterns = ["packages/**/*.test.ts", "tools/**/*.test.ts", "test/**/*.test.ts"];

/** Paths relative to `root`, with forward slashes, in order. */
export function findTestFiles(root: string): string[] {
  return globSync(patterns, { cwd: root, exclude: ["**/node_modules", "**/dist"] })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted();
}

/** Those that match any of `wanted`: a pattern when it has a `*`, a part of the path otherwise. All when nothing is wanted. */
export function chooseFiles(files: readonly string[], wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) return files;
  return files.filter((file) =>
    wanted.some((word) => (word.includes("*") ? matchesGlob(file, word) : file.includes(word))),
  );
}
