/** A TCP proxy that cuts connections at moments that a test chooses. */

/** A proxy in front of a server. Disposing of it closes all its connections. */
export interface CuttingProxy extends AsyncDisposable {
  /** Where it listens on loopback. */
  readonly port: number;
  /** How often it has cut so far. */
  readonly cuts: () => number;
}

/** What of an exchange to cut. */
export interface Cut {
  /** The head of the request that triggers it, such as `/^POST .*uploadId/`. */
  readonly request: RegExp;
  /** Whether the server gets the request, and only its answer is lost; or not even that. */
  readonly lose: "answer" | "request";
  /** How often. */
  readonly times: number;
  /** The answer is lost behind so many bytes of it. Default: 0. */
  readonly after?: number;
  /** Called for each, before the client can come back. */
  readonly onCut?: () => void;
}

/** Passes everything on to a port of loopback, but for what is to be cut. */
export function startCuttingProxy(port: number, cut: Cut): CuttingProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const passing: Promise<unknown>[] = [];
  let cuts = 0;

  async function pass(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    open.add(server);
    let cutting = false;
    const upward = pump(client, server, (bytes) => {
      const matches = cut.request.test(headOf(bytes));
      if (cuts >= cut.times || cutting || !matches) return true;
      cuts++;
      cutting = true;
      return cut.lose === "answer";
    });
    let answered = 0;
    const downward = pump(
      server,
      client,
      ({ length }) => !cutting || (answered += length) <= (cut.after ?? 0),
    );
    await Promise.race([upward, downward]);
    if (cutting) cut.onCut?.();
    close(client);
    close(server);
    await Promise.all([upward, downward]);
  }

  function close(connection: Deno.TcpConn): void {
    if (open.delete(connection)) connection.close();
  }

  const accepting = (async () => {
    for await (const client of listener) {
      open.add(client);
      passing.push(pass(client).catch(() => close(client)));
    }
  })();

  return {
    port: listener.addr.port,
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) close(connection);
      await Promise.all([accepting, ...passing]);
    },
  };
}

/** Copies until one side ends, or `lets` says that these bytes are not to go. */
async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  lets: (bytes: Uint8Array) => boolean,
): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      const bytes = buffer.subarray(0, count);
      if (!lets(bytes)) return;
      for (let at = 0; at < count;) at += await to.write(bytes.subarray(at));
    }
  } catch { /* closed by the other direction */ }
}

/** The text of a request's first line, where these bytes begin with one. */
function headOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 400)).split("\r\n")[0] ?? "";
}
