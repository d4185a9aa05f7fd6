/**
 * TLS on the way to the database, by the parameters PostgreSQL's own programs take in a URL and with the meaning they
 * have there (https://www.postgresql.org/docs/current/libpq-ssl.html): the driver gives some of them another one.
 *
 *     sslmode       encrypted   authority checked       name checked
 *     disable       no
 *     require       yes         only with sslrootcert   no
 *     verify-ca     yes         yes                     no
 *     verify-full   yes         yes                     yes
 *
 * The two modes that go on without TLS where there is none, `allow` and `prefer`, are refused, and so is every parameter
 * about TLS that is not heeded here. Files are read for each connection: certificates that are renewed need no restart.
 */
import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { StoreFault } from "../store-errors.ts";

export interface DatabaseAddress {
  /** The URL without what it says about TLS. */
  readonly connectionString: string;
  /** False for a connection that is not encrypted. */
  readonly ssl: false | ConnectionOptions;
}

/** By the name in the URL: where it may stand otherwise. */
const variables = {
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
} as const;

type Name = keyof typeof variables;
type Parameters = Readonly<Partial<Record<Name, string>>>;

/** For `sslrootcert`: the authorities the operating system trusts. */
const systemAuthorities = "system";

/** What the driver and Node say when it is the certificates, or a server without TLS: waiting mends neither. */
const refusals = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
const withoutTls = "The server does not support SSL connections";

/**
 * @param url `postgres://…`
 * @throws StoreFault for a parameter that is not known, parameters that do not go together, and a file that cannot be read
 */
export function databaseAddress(
  url: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): DatabaseAddress {
  const parsed = new URL(url);
  const countGiven = parsed.searchParams.size;
  const given: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(variables) as Name[]) {
    const value = parsed.searchParams.get(name) ?? environment[variables[name]];
    if (value !== undefined && value !== "") given[name] = value;
    parsed.searchParams.delete(name);
  }
  // So Java's drivers say it; PostgreSQL's own programs take it for sslmode=require, and so it is meant here.
  if (parsed.searchParams.get("ssl") === "true") {
    given.sslmode ??= "require";
    parsed.searchParams.delete("ssl");
  }
  const unknown = [...parsed.searchParams.keys()].find((name) => /^ssl/i.test(name));
  if (unknown !== undefined) throw fault(`${unknown} is not supported: there are ${Object.keys(variables).join(", ")}`);
  // One that says nothing about TLS is left as it was written.
  const connectionString = parsed.searchParams.size === countGiven ? url : parsed.href;
  return { connectionString, ssl: tlsOptions(given) };
}

/** Whether a connection was refused for its TLS, at either end. */
export function isTlsRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return refusals.test(String((error as NodeJS.ErrnoException).code)) || error.message === withoutTls;
}

function tlsOptions(given: Parameters): false | ConnectionOptions {
  // Who names certificates and no mode wants them looked at.
  const mode = given.sslmode ?? (Object.keys(given).length > 0 ? "verify-full" : "disable");
  const { sslrootcert } = given;
  const isWeak = mode === "require" || mode === "verify-ca";
  if (isWeak && sslrootcert === systemAuthorities)
    throw fault(`sslmode=${mode} would let any certificate of a public authority pass: it takes verify-full`);
  switch (mode) {
    case "disable":
      return false;
    case "require":
      if (sslrootcert === undefined) return { ...clientCertificate(given), rejectUnauthorized: false };
      return { ...clientCertificate(given), ca: authorities(sslrootcert), checkServerIdentity: () => undefined };
    case "verify-ca":
      if (sslrootcert === undefined) throw fault("sslmode=verify-ca needs sslrootcert, the authority's certificate");
      return { ...clientCertificate(given), ca: authorities(sslrootcert), checkServerIdentity: () => undefined };
    case "verify-full":
      return { ...clientCertificate(given), ...(sslrootcert === undefined ? {} : { ca: authorities(sslrootcert) }) };
    default:
      throw fault(`sslmode=${mode} is not supported: there are disable, require, verify-ca and verify-full`);
  }
}

function authorities(sslrootcert: string): string | string[] {
  return sslrootcert === systemAuthorities ? getCACertificates("system") : read("sslrootcert", sslrootcert);
}

function clientCertificate({ sslcert, sslkey }: Parameters): ConnectionOptions {
  if (sslcert === undefined && sslkey === undefined) return {};
  if (sslcert === undefined || sslkey === undefined) throw fault("sslcert and sslkey go together");
  return { cert: read("sslcert", sslcert), key: read("sslkey", sslkey) };
}

function read(name: Name, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fault(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fault(message: string): StoreFault {
  return new StoreFault("TUTTI-0101", `the store's address: ${message}`);
}
