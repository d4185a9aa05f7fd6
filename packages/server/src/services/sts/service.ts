/** AWS STS, as far as clients ask it who they are before they begin. */
import type { Service } from "../../delivery/service.ts";
import { getCallerIdentity } from "./operations/get-caller-identity.ts";

export function createStsService(): Service {
  return { name: "sts", tables: [], migrations: [], operations: { GetCallerIdentity: getCallerIdentity } };
}
