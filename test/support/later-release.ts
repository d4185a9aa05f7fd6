/** `node --import` this, and the server says that it is of a later release. */
import { registerHooks } from "node:module";

const laterVersion = "999.0.0";

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith("/src/version.ts")) return nextLoad(url, context);
    return { format: "module", source: `export const version = "${laterVersion}";`, shortCircuit: true };
  },
});
