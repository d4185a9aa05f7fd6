"""A Celery application over SQS: `celery_tasks.py <endpoint> <folder>` sends tasks, a worker of its own does them, and every one leaves a file."""

import os
import subprocess
import sys
import time
from pathlib import Path

from celery import Celery

endpoint, folder = os.environ["TUTTI_ENDPOINT"], Path(os.environ["TUTTI_FOLDER"])
app = Celery("tasks", broker="sqs://test:test@" + endpoint.removeprefix("http://"))
app.conf.update(
    broker_transport_options={
        "region": "us-east-1",
        "is_secure": False,
        "wait_time_seconds": 1,
        "polling_interval": 0.1,
        "visibility_timeout": 30,
    },
    task_default_queue="celery-jobs",
    task_acks_late=True,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
)


@app.task(name="write")
def write(number):
    (folder / f"written-{number}").write_text(str(number * number))


@app.task(name="flaky", bind=True, default_retry_delay=1, max_retries=3)
def flaky(self):
    """Fails the first time; Celery sends it again with a delay."""
    if self.request.retries == 0:
        raise self.retry()
    (folder / "flaky").write_text(str(self.request.retries))


def main():
    for number in range(25):
        write.delay(number)
    flaky.delay()
    write.apply_async((100,), countdown=2)
    expected = {f"written-{number}" for number in [*range(25), 100]} | {"flaky"}
    command = [sys.executable, "-m", "celery", "-A", "celery_tasks", "worker", "--pool", "solo", "--loglevel", "WARNING"]
    worker = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], cwd=Path(__file__).parent)
    try:
        for _ in range(600):
            if {path.name for path in folder.iterdir()} >= expected:
                break
            assert worker.poll() is None, "the worker has ended"
            time.sleep(0.1)
        assert {path.name for path in folder.iterdir()} == expected, sorted(path.name for path in folder.iterdir())
        assert (folder / "written-7").read_text() == "49"
        assert (folder / "flaky").read_text() == "1"
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
