/**
 * `node --import` this, and the server is of a later release, as far as others can tell: by its version, and by the
 * protocols it speaks to other nodes, which stand behind the file's name: `later-release.ts?protocols=1,2`.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

export const laterVersion = "999.0.0";

const protocols = new URL(import.meta.url).searchParams.get("protocols");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url.endsWith("/src/version.ts")) return { ...loaded, source: `export const version = "${laterVersion}";` };
    if (protocols === null || !url.endsWith("/server/nodes/node-protocols.ts")) return loaded;
    const source = readFileSync(new URL(url), "utf8");
    const changed = source.replace(/(nodeProtocols: readonly number\[\] = )\[[\d, ]*\]/, `$1[${protocols}]`);
    if (changed === source) throw new Error(`${url} does not say which protocols there are`);
    return { ...loaded, source: changed };
  },
});
