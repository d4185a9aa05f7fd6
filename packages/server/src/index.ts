/** The package's public face: start a server from a program. For tests, see `tutti/testing`. */
export { startServer } from "./server/tutti-server.ts";
export type { TuttiServer } from "./server/tutti-server.ts";
export type { ServerOptions } from "./server/options.ts";
export { version } from "./version.ts";
