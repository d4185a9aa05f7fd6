/** Requests to SQS written by hand, in both of its protocols: what no SDK sends, or no longer. */
import type { TestServer } from "tutti/testing";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface SqsWire {
  request(at: string, init: RequestInit): Promise<Answer>;
  /** @param at the path the request is posted to */
  json(operation: string, input: object, at?: string, headers?: Record<string, string>): Promise<Answer>;
  /** A form, as SDKs sent it until 2023; a query string when `method` is GET. */
  query(action: string, parameters: Record<string, string>, at?: string, method?: "GET" | "POST"): Promise<Answer>;
}

/** @param server asked for when a request is made, so that it may start later */
export function sqsWire(server: () => TestServer): SqsWire {
  const request = async (at: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${server().url}${at}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return {
    request,
    json(operation, input, at = "/", headers = {}) {
      const target = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` };
      return request(at, { method: "POST", headers: { ...target, ...headers }, body: JSON.stringify(input) });
    },
    query(action, parameters, at = "/", method = "POST") {
      const form = new URLSearchParams({ Action: action, Version: "2012-11-05", ...parameters }).toString();
      if (method === "GET") return request(`${at}?${form}`, { method });
      return request(at, { method, headers: { "content-type": "application/x-www-form-urlencoded" }, body: form });
    },
  };
}

/** The text of the first element of that name. */
export function elementOf(name: string, text: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}
