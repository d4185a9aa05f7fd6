/** What a URL says about TLS. Expectations: PostgreSQL's "SSL Support" in libpq, and its connection parameters. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { StoreFault } from "../store-errors.ts";
import { databaseAddress, isTlsRefusal } from "./tls.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-tls-"));
after(() => rmSync(folder, { recursive: true }));
const authority = join(folder, "authority.pem");
writeFileSync(authority, "an authority");

const plain = "postgres://tutti:p%40ss@db.example.com:5433/tutti";

function tls(query: string, environment: Record<string, string> = {}) {
  return databaseAddress(`${plain}?${query}`, environment).ssl;
}

function checks(query: string, environment: Record<string, string> = {}) {
  const ssl = tls(query, environment);
  if (ssl === false) return "not encrypted";
  const { rejectUnauthorized = true, ca, checkServerIdentity } = ssl;
  return { authority: rejectUnauthorized, ca, name: rejectUnauthorized && checkServerIdentity === undefined };
}

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreFault && error.code === "TUTTI-0101" && pattern.test(error.message);
}

describe("TLS to the database", () => {
  test("is not asked for where nothing is said, and the URL stays as it is", () => {
    assert.deepEqual(databaseAddress(plain, {}), { connectionString: plain, ssl: false });
    const withOptions = `${plain}?options=-csearch_path%3Dtest`;
    assert.deepEqual(databaseAddress(withOptions, {}), { connectionString: withOptions, ssl: false });
  });

  test("is taken out of the URL, which keeps the rest", () => {
    const address = databaseAddress(`${plain}?sslmode=verify-full&options=-csearch_path%3Dtest`, {});
    assert.equal(address.connectionString, `${plain}?options=-csearch_path%3Dtest`);
  });

  test("checks what the mode says", () => {
    assert.deepEqual(checks("sslmode=disable"), "not encrypted");
    assert.deepEqual(checks("sslmode=require"), { authority: false, ca: undefined, name: false });
    const ca = "an authority";
    const named = `sslrootcert=${authority}`;
    // "If a root CA file is present, verify the certificate in the same way as if verify-ca was specified."
    assert.deepEqual(checks(`sslmode=require&${named}`), { authority: true, ca, name: false });
    assert.deepEqual(checks(`sslmode=verify-ca&${named}`), { authority: true, ca, name: false });
    assert.deepEqual(checks(`sslmode=verify-full&${named}`), { authority: true, ca, name: true });
    assert.deepEqual(checks("sslmode=verify-full"), { authority: true, ca: undefined, name: true });
    assert.deepEqual(checks(named), { authority: true, ca, name: true });
    assert.deepEqual(checks("ssl=true"), { authority: false, ca: undefined, name: false });
  });

  test("may stand in the environment, and the URL has the last word", () => {
    const environment = { PGSSLMODE: "verify-ca", PGSSLROOTCERT: authority };
    assert.deepEqual(checks("", environment), { authority: true, ca: "an authority", name: false });
    assert.deepEqual(checks("sslmode=disable", environment), "not encrypted");
  });

  test("takes a certificate of the client with its key", () => {
    const key = join(folder, "key.pem");
    writeFileSync(key, "a key");
    const ssl = tls(`sslmode=require&sslcert=${authority}&sslkey=${key}`);
    assert.ok(ssl !== false);
    assert.deepEqual([ssl.cert, ssl.key], ["an authority", "a key"]);
    assert.throws(() => tls(`sslmode=require&sslkey=${key}`), refusal(/sslcert and sslkey go together/));
  });

  for (const [query, pattern] of [
    ["sslmode=prefer", /sslmode=prefer is not supported/],
    ["sslmode=allow", /sslmode=allow is not supported/],
    ["sslmode=no-verify", /sslmode=no-verify is not supported/],
    ["sslmode=verify-ca", /needs sslrootcert/],
    // "using a weaker sslmode with system is an error"
    ["sslmode=require&sslrootcert=system", /takes verify-full/],
    ["sslmode=verify-full&sslcrl=x", /sslcrl is not supported/],
    ["ssl=no-verify", /ssl is not supported/],
    ["sslmode=verify-full&sslrootcert=/nowhere/ca.pem", /sslrootcert cannot be read: ENOENT/],
  ] as const) {
    test(`refuses ${query}`, () => assert.throws(() => tls(query), refusal(pattern)));
  }

  test("knows its refusals from a server that is away", () => {
    const failure = (code: string, message = "") => Object.assign(new Error(message), { code });
    for (const code of ["ERR_TLS_CERT_ALTNAME_INVALID", "SELF_SIGNED_CERT_IN_CHAIN", "CERT_HAS_EXPIRED"])
      assert.equal(isTlsRefusal(failure(code)), true, code);
    for (const code of ["ECONNREFUSED", "ECONNRESET", "57P03"]) assert.equal(isTlsRefusal(failure(code)), false, code);
  });
});
