/** Every operation through boto3, a job through its resource interface, and a Celery worker. */
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startTutti } from "tutti/testing";
import { requires } from "../support/requirements.ts";
import { temporaryFolder } from "../support/server-process.ts";

const run = promisify(execFile);

test("every operation through boto3", { ...requires("boto3"), timeout: 120_000 }, async () => {
  await using tutti = await startTutti({ clock: "real" });
  await run("python3", [fileURLToPath(new URL("./boto3_client.py", import.meta.url)), tutti.url]);
});

test(
  "orders, dead letters and permissions through boto3's resources",
  { ...requires("boto3"), timeout: 120_000 },
  async () => {
    await using tutti = await startTutti({ clock: "real" });
    await run("python3", [fileURLToPath(new URL("./boto3_queues.py", import.meta.url)), tutti.url]);
  },
);

test(
  "a Celery worker does every task, those that fail at first and those that wait",
  { ...requires("celery"), timeout: 120_000 },
  async () => {
    await using tutti = await startTutti({ clock: "real" });
    await using folder = await temporaryFolder();
    const env = { ...process.env, TUTTI_ENDPOINT: tutti.url, TUTTI_FOLDER: folder.path, PYTHONDONTWRITEBYTECODE: "1" };
    await run("python3", [fileURLToPath(new URL("./celery_tasks.py", import.meta.url))], { env });
  },
);
