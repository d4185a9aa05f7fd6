/** Every rule the repository is held to. Each has a test of its own that sees it fail. */
import { lengthExemptions } from "./exemptions.ts";
import type { Rule } from "./rule.ts";
import { bannedCalls } from "./rules/banned-calls.ts";
import { deadFiles } from "./rules/dead-files.ts";
import { documentNames } from "./rules/document-names.ts";
import { errorPages } from "./rules/error-pages.ts";
import { importArrows } from "./rules/import-arrows.ts";
import { lengths } from "./rules/lengths.ts";
import { machineTraces } from "./rules/machine-traces.ts";
import { markdownLinks } from "./rules/markdown-links.ts";
import { modelTables } from "./rules/model-tables.ts";
import { anyTypes, barrelFiles, defaultExports } from "./rules/module-form.ts";
import { packageImports } from "./rules/package-imports.ts";
import { suppressions } from "./rules/suppressions.ts";

/** @param root the absolute path of the checkout */
export function allRules(root: string): readonly Rule[] {
  return [
    anyTypes,
    bannedCalls,
    barrelFiles,
    deadFiles,
    defaultExports,
    documentNames,
    errorPages,
    importArrows,
    lengths(lengthExemptions),
    machineTraces(root),
    markdownLinks,
    modelTables,
    packageImports,
    suppressions,
  ];
}
