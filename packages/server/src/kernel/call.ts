/** Who asks, from where, and how: what an operation may know of the request that carries it. */
export type WireProtocol = "json" | "query" | "rest-json" | "rest-xml" | "internal";

export interface Call {
  readonly requestId: string;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** Absent for unsigned requests. */
  readonly accessKeyId: string | undefined;
  /** Scheme and authority the client used, such as `http://127.0.0.1:4566`, for URLs in answers. */
  readonly baseUrl: string;
  /** `internal` for a hop inside the server. */
  readonly protocol: WireProtocol;
  /** Path of the request, percent-decoded, without the query string. */
  readonly path: string;
  /**
   * The client's IP address: where the connection comes from, whatever headers say of proxies. Absent for hops inside the
   * server. A node that is asked by another one sets the address that one was asked from.
   */
  sourceAddress: string | undefined;
  /** Fires when the client goes away; absent for hops inside the server. */
  readonly signal: AbortSignal | undefined;
  /**
   * Whether all texts that the request's body gave the input are known to hold printable ASCII and DEL only, as nearly all
   * requests' do: then they have no character that is refused, and as many bytes as characters. It says nothing of a
   * member that comes from the path, such as `QueueUrl`. When it is not set nobody has looked.
   */
  readonly hasPlainTexts?: boolean;
  /** A request header by its lower-case name. */
  header(name: string): string | undefined;
}
