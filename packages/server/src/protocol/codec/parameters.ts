/**
 * The parameters of a Query request as a tree: the part of a name between two dots is one step, so `Attribute.1.Name`
 * is three levels deep. A parameter given again replaces its earlier value.
 */
import { ServiceError } from "../../kernel/service-error.ts";

/** AWS nests no deeper than a dozen steps. */
const parameterDepthMax = 32;
/** Steps of all names together: what a body of the largest size may take in memory. */
const parameterNodesMax = 200_000;
const shownNameMax = 80;

export interface ParameterNode {
  value: string | undefined;
  children: Map<string, ParameterNode> | undefined;
}

export class Parameters {
  readonly root: ParameterNode = { value: undefined, children: undefined };
  #nodeCount = 0;

  /**
   * Adds what a query string or form body holds.
   * @throws ServiceError MalformedQueryString for percent-encoding that is none or is not UTF-8, MalformedInput beyond a limit
   */
  add(text: string): void {
    for (let start = 0; start < text.length;) {
      const ampersand = text.indexOf("&", start);
      const end = ampersand < 0 ? text.length : ampersand;
      if (end > start) this.#addPair(text.slice(start, end));
      start = end + 1;
    }
  }

  /** The value of a name without dots. */
  get(name: string): string | undefined {
    return this.root.children?.get(name)?.value;
  }

  #addPair(pair: string): void {
    const equals = pair.indexOf("=");
    const name = decodeComponent(equals < 0 ? pair : pair.slice(0, equals));
    const steps = name.split(".", parameterDepthMax + 1);
    if (steps.length > parameterDepthMax)
      throw malformedInput(`Parameter name is nested too deeply: ${name.slice(0, shownNameMax)}`);
    let node = this.root;
    for (const step of steps) node = this.#child(node, step);
    node.value = equals < 0 ? "" : decodeComponent(pair.slice(equals + 1));
  }

  #child(parent: ParameterNode, step: string): ParameterNode {
    const known = parent.children?.get(step);
    if (known !== undefined) return known;
    this.#nodeCount += 1;
    if (this.#nodeCount > parameterNodesMax) throw malformedInput("The request has too many parameters");
    const child: ParameterNode = { value: undefined, children: undefined };
    (parent.children ??= new Map()).set(step, child);
    return child;
  }
}

export function malformedInput(message: string): ServiceError {
  return new ServiceError("MalformedInput", message);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
export function malformedQueryString(): ServiceError {
  return new ServiceError("MalformedQueryString", "The query string contains a syntax error.", { status: 404 });
}

function decodeComponent(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformedQueryString();
  }
}
