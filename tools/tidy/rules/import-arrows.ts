/**
 * Which part may import which, as the design draws it:
 *
 *     kernel ← protocol, delivery ← services/<one> ← server ← cli, testing
 *
 * A service never imports another. Type imports count: knowing a type is knowing the part. Tests are free, because a test
 * may put parts together; so is `index.ts`, the package's public face.
 */
import { isTestCode, resolveFrom } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";

const serverSources = "packages/server/src/";

/** What each layer may import besides itself. */
const layers: ReadonlyMap<string, readonly string[]> = new Map([
  ["kernel", []],
  ["protocol", ["kernel"]],
  ["delivery", ["kernel"]],
  ["services", ["kernel", "protocol", "delivery"]],
  ["server", ["kernel", "protocol", "delivery", "services"]],
  ["cli", ["kernel", "protocol", "delivery", "services", "server"]],
  ["testing", ["kernel", "protocol", "delivery", "services", "server"]],
]);

export const importArrows: Rule = {
  name: "imports follow the arrows between the server's parts",
  check: ({ sources }) =>
    sources
      .filter(({ path }) => path.startsWith(serverSources) && !isTestCode(path))
      .flatMap(({ path, imports }) =>
        imports.flatMap(({ specifier, line }): Finding[] => {
          const message = wrongArrow(path, specifier);
          return message === undefined ? [] : [{ path, line, message }];
        }),
      ),
};

function wrongArrow(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const from = place(path);
  const to = place(resolveFrom(path, specifier));
  if (from === undefined || to === undefined) return undefined;
  const allowed = layers.get(from.layer);
  if (allowed === undefined) {
    return `"${from.layer}" is not a part of the design: use one of ${[...layers.keys()].join(", ")}`;
  }
  if (from.layer === to.layer) {
    if (from.layer !== "services" || from.service === to.service) return undefined;
    return `services/${from.service} must not import services/${to.service}: reach it through delivery, by ARN`;
  }
  if (allowed.includes(to.layer)) return undefined;
  return `${from.layer} must not import ${to.layer}: it may import ${allowed.length === 0 ? "nothing but itself" : allowed.join(", ")}`;
}

/** The layer of a file, and the service within `services`; nothing for files that stand beside the layers. */
function place(path: string): { readonly layer: string; readonly service?: string } | undefined {
  if (!path.startsWith(serverSources)) return undefined;
  const [layer, service, ...rest] = path.slice(serverSources.length).split("/");
  if (layer === undefined || service === undefined) return undefined;
  return rest.length > 0 ? { layer, service } : { layer };
}
