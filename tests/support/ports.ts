/** Ports of loopback. */
import { connect } from "node:net";

/** Below those that Linux gives to whoever connects, or listens on any port (32768 and up). */
const OWN_PORTS = { first: 20_000, count: 12_000 };

/**
 * A port of loopback that nobody listens on; by chance, so that no test that runs beside this one is
 * given the same before it listens.
 */
export function freePort(): number {
  for (;;) {
    const port = OWN_PORTS.first + Math.floor(Math.random() * OWN_PORTS.count);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Whether somebody listens on a port of loopback. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
