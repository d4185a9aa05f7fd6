/** The service integrations there are, one file each beside this one. */
import type { Integration, IntegrationResource } from "./integration.ts";
import { sqsSendMessage } from "./sqs-send-message.ts";
import { statesStartExecution } from "./states-start-execution.ts";

const integrations: readonly Integration[] = [sqsSendMessage, statesStartExecution];

const byName = new Map(
  integrations.flatMap((integration) =>
    integration.patterns.map((pattern) => [`${integration.service}:${integration.action} ${pattern}`, integration]),
  ),
);

/** The integration a resource names, if it is one that can be run here, with that pattern. */
export function findIntegration({ service, action, pattern }: IntegrationResource): Integration | undefined {
  return byName.get(`${service}:${action} ${pattern}`);
}
