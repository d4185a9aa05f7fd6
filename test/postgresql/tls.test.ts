/** A database reached over TLS, with certificates of the test's own, by everything that connects to it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { makeAuthority, makeCertificate } from "../support/certificates.ts";
import type { Certificate } from "../support/certificates.ts";
import { until } from "../support/cluster.ts";
import { giveToPostgresql, startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startServerProcessOn, temporaryFolder } from "../support/server-process.ts";

const main = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));

/** Who may come how: `sealed` with a certificate, `encrypted` over TLS, the test's own user in any way. */
const access = ["hostssl all sealed all cert", "hostssl all encrypted all trust", "host all tutti all trust"];

/** Of the connections of a server: how many there are, and how many of them are encrypted. */
const connections = `SELECT count(*)::integer AS all, (count(*) FILTER (WHERE ssl))::integer AS encrypted
  FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'tutti%' AND datname = current_database()`;

describe("PostgreSQL over TLS", requires("postgresql", "openssl"), () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let postgresql: PostgresqlServer;
  let authority: Certificate;
  let other: Certificate;
  let client: Certificate;
  before(async () => {
    folder = await temporaryFolder();
    authority = makeAuthority(folder.path, "authority");
    other = makeAuthority(folder.path, "other");
    client = makeCertificate(folder.path, "sealed", authority);
    const server = makeCertificate(folder.path, "server", authority, ["localhost"]);
    const accessFile = join(folder.path, "access.conf");
    writeFileSync(accessFile, access.map((line) => `${line}\n`).join(""));
    giveToPostgresql(folder.path);
    const certificates = [`ssl_cert_file=${server.certificate}`, `ssl_key_file=${server.key}`];
    const settings = [`ssl_ca_file=${authority.certificate}`, `hba_file=${accessFile}`, "ssl=on"];
    postgresql = await startPostgresql(...certificates, ...settings);
    for (const user of ["sealed", "encrypted"]) await postgresql.query(`CREATE ROLE ${user} LOGIN SUPERUSER`);
  });
  after(async () => {
    await postgresql.stop();
    await folder[Symbol.asyncDispose]();
  });

  /** The database as `user` reaches it; by a name its certificate has, unless by another `host`. */
  function address(database: string, user: string, parameters: Record<string, string>, host = "localhost"): string {
    const url = new URL(database);
    url.username = user;
    url.hostname = host;
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  function doctor(store: string): { status: number | null; stdout: string } {
    const words = [main, "doctor", "--port", "0", "--store", store];
    const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
    return { status, stdout };
  }

  const good = { status: 0, stdout: "" };

  test("verify-full: every connection is encrypted, and those that are lost come back", async () => {
    const database = await postgresql.createDatabase();
    const parameters = { sslmode: "verify-full", sslrootcert: authority.certificate };
    const words = ["--store", address(database, "encrypted", parameters), "--lease-seconds", "2"];
    await using server = await startServerProcessOn(words);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const sqs = new SQSClient({ endpoint: server.url, region: "us-east-1", credentials });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
    // At first one that writes, one at least that reads, two for the lease; afterwards those that something was asked of.
    for (const [MessageBody, countMin] of [
      ["before", 4],
      ["after", 2],
    ] as const) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      assert.deepEqual(
        Messages.map(({ Body }) => Body),
        [MessageBody],
      );
      await until("all connections", 30, async () => {
        const [found] = await postgresql.query(connections, database);
        assert.equal(found?.["encrypted"], found?.["all"]);
        return Number(found?.["all"]) >= countMin ? true : undefined;
      });
      await postgresql.query("SELECT pg_terminate_backend(pid) FROM pg_stat_ssl WHERE ssl", database);
    }
    sqs.destroy();
    assert.equal(await server.terminate(), 0);
  });

  test("require: encrypted, whoever has signed the certificate", async () => {
    const database = await postgresql.createDatabase();
    assert.deepEqual(doctor(address(database, "encrypted", { sslmode: "require" }, "127.0.0.1")), good);
    const refused = doctor(address(database, "encrypted", { sslmode: "disable" }));
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /^TUTTI-0101: .* cannot be reached: no pg_hba\.conf entry .*no encryption\n$/);
  });

  test("an authority that has not signed, and a name that is not in the certificate", async () => {
    const database = await postgresql.createDatabase();
    const [ours, theirs] = [authority.certificate, other.certificate];
    for (const sslmode of ["require", "verify-ca", "verify-full"]) {
      const { status, stdout } = doctor(address(database, "encrypted", { sslmode, sslrootcert: theirs }));
      assert.equal(status, 1, sslmode);
      assert.match(
        stdout,
        /^TUTTI-0101: .* cannot be reached: self-signed certificate in certificate chain\n$/,
        sslmode,
      );
    }
    // Without an authority of one's own, those that Node knows count, and none has heard of this one.
    assert.equal(doctor(address(database, "encrypted", { sslmode: "verify-full" })).status, 1);
    const parameters = { sslmode: "verify-full", sslrootcert: ours };
    const misnamed = doctor(address(database, "encrypted", parameters, "127.0.0.1"));
    assert.match(
      misnamed.stdout,
      /^TUTTI-0101: .* cannot be reached: .*IP: 127\.0\.0\.1 is not in the cert's list.*\n$/,
    );
    const nameless = { sslmode: "verify-ca", sslrootcert: ours };
    assert.deepEqual(doctor(address(database, "encrypted", nameless, "127.0.0.1")), good);
  });

  test("a certificate of the client's own, and none", async () => {
    const database = await postgresql.createDatabase();
    const trusted = { sslmode: "verify-full", sslrootcert: authority.certificate };
    const own = { ...trusted, sslcert: client.certificate, sslkey: client.key };
    assert.deepEqual(doctor(address(database, "sealed", own)), good);
    assert.match(doctor(address(database, "sealed", trusted)).stdout, /valid client certificate/);
  });
});

describe("PostgreSQL without TLS", requires("postgresql"), () => {
  test("is refused at once by who asks for TLS", async () => {
    const postgresql = await startPostgresql();
    try {
      const url = `${await postgresql.createDatabase()}?sslmode=require`;
      const words = [main, "start", "--port", "0", "--store", url];
      const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
      assert.equal(status, 1);
      assert.match(stderr, /^tutti: TUTTI-0101: .* cannot be reached: The server does not support SSL connections\n$/);
    } finally {
      await postgresql.stop();
    }
  });
});
