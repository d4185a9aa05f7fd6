/**
 * What CreateStateMachine and UpdateStateMachine may configure. Only what has an effect here is accepted: logging that is
 * off, tracing that is off, encryption with AWS's own key. Everything else is refused.
 */
import type { EncryptionConfiguration, LoggingConfiguration, TracingConfiguration } from "@aws-sdk/client-sfn";
import { errors } from "./errors.ts";
import type { MachineRow } from "./tables.ts";

interface Configuration {
  readonly encryptionConfiguration?: EncryptionConfiguration | undefined;
  readonly loggingConfiguration?: LoggingConfiguration | undefined;
  readonly tracingConfiguration?: TracingConfiguration | undefined;
  readonly publish?: boolean | undefined;
  readonly versionDescription?: string | undefined;
}

/** @throws InvalidLoggingConfiguration, InvalidTracingConfiguration, InvalidEncryptionConfiguration, ValidationException */
export function checkConfiguration(configuration: Configuration): void {
  const { publish, versionDescription } = configuration;
  if (versionDescription !== undefined && publish !== true) {
    throw errors.validation("Version description can only be set when publish is true");
  }
  if (publish === true) throw errors.unsupported("State machine versions are");
  checkLogging(configuration.loggingConfiguration);
  if (configuration.tracingConfiguration?.enabled === true) {
    throw errors.invalidTracingConfiguration("X-Ray tracing is not supported by this version of Tutti.");
  }
  checkEncryption(configuration.encryptionConfiguration);
}

function checkLogging(logging: LoggingConfiguration | undefined): void {
  const destinations = logging?.destinations?.length ?? 0;
  const isOff = logging?.level === undefined || logging.level === "OFF";
  if (destinations > 1 || (!isOff && destinations === 0)) {
    throw errors.invalidLoggingConfiguration("Must specify exactly one Log Destination.");
  }
  // There are no log groups here, so no destination can be found.
  if (destinations === 1) throw errors.invalidLoggingConfiguration("Log Destination not found.");
}

/** @throws InvalidEncryptionConfiguration for anything but AWS's own key */
export function checkEncryption(encryption: EncryptionConfiguration | undefined): void {
  if (encryption === undefined) return;
  if (encryption.type !== "AWS_OWNED_KEY") {
    throw errors.invalidEncryptionConfiguration("Customer managed keys are not supported by this version of Tutti.");
  }
  if (encryption.kmsKeyId !== undefined || encryption.kmsDataKeyReusePeriodSeconds !== undefined) {
    throw errors.invalidEncryptionConfiguration("A key can only be set for the type CUSTOMER_MANAGED_KMS_KEY.");
  }
}

/** The configuration as the Describe operations show it. */
export function shownConfiguration(machine: Pick<MachineRow, "includeExecutionData"> | undefined) {
  return {
    loggingConfiguration: { level: "OFF" as const, includeExecutionData: machine?.includeExecutionData ?? false },
    tracingConfiguration: { enabled: false },
    encryptionConfiguration: { type: "AWS_OWNED_KEY" as const },
  };
}
