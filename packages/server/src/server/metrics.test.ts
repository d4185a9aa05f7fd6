import assert from "node:assert/strict";
import { test } from "node:test";
import { renderMetrics } from "./metrics.ts";

// https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
test("metrics are written as Prometheus reads them", () => {
  const labels = { queue: 'a"b\\c\nd', region: "eu-west-1" };
  const written = renderMetrics([
    { name: "one", help: "Without labels.", type: "counter", samples: [{ labels: {}, value: 1.5 }] },
    { name: "two", help: "With labels.", type: "gauge", samples: [{ labels, value: 2 }] },
    { name: "three", help: "With the same, and none.", type: "gauge", samples: [{ labels, value: 3 }] },
    { name: "four", help: "Nothing yet.", type: "counter", samples: [] },
  ]);
  assert.equal(
    written,
    String.raw`# HELP one Without labels.
# TYPE one counter
one 1.5
# HELP two With labels.
# TYPE two gauge
two{queue="a\"b\\c\nd",region="eu-west-1"} 2
# HELP three With the same, and none.
# TYPE three gauge
three{queue="a\"b\\c\nd",region="eu-west-1"} 3
# HELP four Nothing yet.
# TYPE four counter
`,
  );
});
