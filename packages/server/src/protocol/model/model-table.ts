/**
 * The compact form of a service's API model: what the wire needs to know and nothing else.
 *
 * Tables are generated (`tools/models/make-tables.ts`) from the AWS service models and committed beside this file in
 * `../models/`. Everything in this folder's neighbours (codecs, validation, routing) is driven by them; no service's
 * rules are written in code here.
 */

/** Bumped when the generator's output changes shape; a table of another format is refused at start. */
export const MODEL_TABLE_FORMAT = 1;

export type ScalarType =
  | "string"
  | "character"
  | "blob"
  | "boolean"
  | "byte"
  | "short"
  | "integer"
  | "long"
  | "bigInteger"
  | "float"
  | "double"
  | "bigDecimal"
  | "timestamp"
  | "document";

export type TimestampFormat = "iso8601" | "rfc822" | "unixTimestamp";

export interface XmlNamespace {
  readonly uri: string;
  readonly prefix?: string;
}

/** How a structure, list or map refers to a shape, with what the wire changes about it at this place. */
export interface ShapeReference {
  readonly shape: string;
  /** Name on the wire; the member's own name when absent. */
  readonly locationName?: string;
  /** Where in the HTTP message the member travels; the body when absent. */
  readonly location?: "header" | "headers" | "querystring" | "uri" | "statusCode";
  readonly flattened?: boolean;
  readonly streaming?: boolean;
  readonly timestampFormat?: TimestampFormat;
  readonly xmlAttribute?: boolean;
  readonly xmlNamespace?: XmlNamespace;
}

/** Constraints and wire facts any shape may carry. */
interface ShapeFacts {
  /** Least length (string, blob, list, map) or value (number). */
  readonly min?: number;
  readonly max?: number;
  /** Values are kept out of error messages. */
  readonly sensitive?: boolean;
  readonly streaming?: boolean;
}

export interface ErrorFacts {
  /** Code on the Query wire, where it differs from the shape's name. */
  readonly code?: string;
  readonly httpStatusCode?: number;
  readonly senderFault?: boolean;
}

export interface StructureShape extends ShapeFacts {
  readonly type: "structure";
  readonly members: Readonly<Record<string, ShapeReference>>;
  readonly required?: readonly string[];
  readonly exception?: boolean;
  /** The server's own fault. */
  readonly fault?: boolean;
  readonly error?: ErrorFacts;
  /** The member that is the HTTP body (REST protocols). */
  readonly payload?: string;
  readonly union?: boolean;
  readonly locationName?: string;
  readonly xmlNamespace?: XmlNamespace;
}

export interface ListShape extends ShapeFacts {
  readonly type: "list";
  readonly member: ShapeReference;
  readonly flattened?: boolean;
}

export interface MapShape extends ShapeFacts {
  readonly type: "map";
  readonly key: ShapeReference;
  readonly value: ShapeReference;
  readonly flattened?: boolean;
}

export interface ScalarShape extends ShapeFacts {
  readonly type: ScalarType;
  readonly enum?: readonly string[];
  /** A regular expression in Java's syntax; the whole value must match. */
  readonly pattern?: string;
  readonly timestampFormat?: TimestampFormat;
}

export type Shape = StructureShape | ListShape | MapShape | ScalarShape;

export interface OperationTable {
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  /** Shape names; an operation may have neither. */
  readonly input?: string;
  readonly output?: string;
  /** Element around the output in Query answers. */
  readonly resultWrapper?: string;
  /** Names of error shapes. */
  readonly errors?: readonly string[];
  readonly idempotent?: boolean;
  /** SDKs put it before the host name: `sync-`. */
  readonly hostPrefix?: string;
}

export interface ServiceMetadata {
  readonly apiVersion: string;
  readonly endpointPrefix: string;
  readonly protocol: string;
  readonly protocols: readonly string[];
  readonly serviceFullName: string;
  readonly serviceId: string;
  /** Service in the SigV4 scope; `endpointPrefix` when absent. */
  readonly signingName?: string;
  readonly jsonVersion?: string;
  readonly targetPrefix?: string;
  readonly xmlNamespace?: string;
  /** The service moved from Query to JSON and keeps naming its Query error codes in a header. */
  readonly awsQueryCompatible?: boolean;
}

export interface ModelTable {
  readonly format: number;
  /** Name the service goes by in this server: `sqs`, `states`. */
  readonly service: string;
  readonly metadata: ServiceMetadata;
  readonly operations: Readonly<Record<string, OperationTable>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/**
 * The table a JSON module holds, after a check that it is one of this format.
 * @throws Error naming what is wrong; a table is part of the program, so this is a fault of the build.
 */
export function readModelTable(json: unknown): ModelTable {
  const table = json as Partial<ModelTable> | null;
  if (typeof table !== "object" || table === null || table.format !== MODEL_TABLE_FORMAT) {
    throw new Error(`Not a model table of format ${MODEL_TABLE_FORMAT}: make it anew with tools/models/make-tables.ts`);
  }
  if (!table.service || !table.metadata || !table.operations || !table.shapes) {
    throw new Error(
      `Model table ${String(table.service)} is incomplete: make it anew with tools/models/make-tables.ts`,
    );
  }
  return table as ModelTable;
}

/** @throws Error when the table names a shape it does not hold. */
export function shapeNamed(table: ModelTable, name: string): Shape {
  const shape = table.shapes[name];
  if (shape === undefined) throw new Error(`Model table ${table.service} has no shape ${name}`);
  return shape;
}
