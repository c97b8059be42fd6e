/** A bare web server over a folder, as nginx would be in real life. */

/** Serves a folder on a free port of loopback until it is disposed of. */
export function serveFolder(folder: string): AsyncDisposable & { readonly url: string } {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, ({ url, method }) => answer(folder, new URL(url), method));
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(folder: string, { pathname }: URL, method: string): Promise<Response> {
  try {
    const path = `${folder}${decodeURIComponent(pathname)}`;
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) return new Response("no file\n", { status: 403 });
    const headers = { "content-length": String(size) };
    if (method === "HEAD") return new Response(null, { headers });
    return new Response((await Deno.open(path)).readable, { headers });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Response("not found\n", { status: 404 });
    throw error;
  }
}
