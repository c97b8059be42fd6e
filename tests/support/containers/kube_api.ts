/** As much of a Kubernetes API server as kubectl asks of it to get things and to run programs. */

/** An object, by `NAMESPACE/NAME` or, of a cluster's own, by `NAME`. */
export type Objects = ReadonlyMap<string, unknown>;

/** What the cluster has. */
export interface Cluster {
  readonly pods: Objects;
  readonly claims: Objects;
  readonly volumes: Objects;
  /** Names of pods that the user may not see. */
  readonly forbidden?: readonly string[];
  /** Runs a program in whichever container. */
  exec(argv: readonly string[]): Promise<Deno.CommandOutput>;
}

/** A server on a port of loopback. Disposing of it stops it. */
export interface KubeApi extends AsyncDisposable {
  readonly url: string;
  /** What it was asked, as `METHOD PATH`. */
  readonly requests: readonly string[];
}

/** Starts one. */
export function startKubeApi(cluster: Cluster): KubeApi {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    requests.push(`${request.method} ${pathname}${search}`);
    return answer(request, cluster);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const RESOURCES = [
  { name: "pods", singularName: "pod", kind: "Pod", namespaced: true, shortNames: ["po"] },
  {
    name: "persistentvolumeclaims",
    singularName: "persistentvolumeclaim",
    kind: "PersistentVolumeClaim",
    namespaced: true,
    shortNames: ["pvc"],
  },
  {
    name: "persistentvolumes",
    singularName: "persistentvolume",
    kind: "PersistentVolume",
    namespaced: false,
    shortNames: ["pv"],
  },
];

function answer(request: Request, cluster: Cluster): Response | Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const [, , , ...path] = pathname.split("/");
  if (pathname === "/version") {
    return Response.json({ major: "1", minor: "32", gitVersion: "v1.32.4" });
  }
  if (pathname === "/api") return Response.json({ kind: "APIVersions", versions: ["v1"] });
  if (pathname === "/apis") {
    return Response.json({ kind: "APIGroupList", apiVersion: "v1", groups: [] });
  }
  if (pathname === "/api/v1") return Response.json(resourceList());
  if (path[0] === "pods") return Response.json(podList(cluster, searchParams));
  if (path[0] === "persistentvolumes") return object(cluster.volumes, path[1] ?? "", path[0]);
  const [, namespace = "", kind = "", name = "", verb] = path;
  if (verb === "exec") return execute(request, searchParams.getAll("command"), cluster);
  if (cluster.forbidden?.includes(name)) return failure(403, "Forbidden", kind, name);
  const objects = kind === "pods" ? cluster.pods : cluster.claims;
  return object(objects, `${namespace}/${name}`, kind);
}

function resourceList(): unknown {
  const resources = RESOURCES.map((one) => ({ ...one, verbs: ["get", "list"] }));
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: "v1", resources };
}

/** All of them: what a field selector leaves out is not in these tests. */
function podList({ pods }: Cluster, _query: URLSearchParams): unknown {
  return { kind: "PodList", apiVersion: "v1", metadata: {}, items: [...pods.values()] };
}

function object(objects: Objects, key: string, kind: string): Response {
  const found = objects.get(key);
  if (found !== undefined) return Response.json(found);
  return failure(404, "NotFound", kind, key.split("/").at(-1) ?? "");
}

function failure(code: number, reason: string, kind: string, name: string): Response {
  const message = code === 404
    ? `${kind} "${name}" not found`
    : `${kind} "${name}" is forbidden: User "dev" cannot get resource "${kind}"`;
  return Response.json(
    {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message,
      reason,
      details: { name, kind },
      code,
    },
    { status: code },
  );
}

/** Over WebSockets, as kubectl does since 1.31; older ones speak SPDY, and are refused. */
function execute(request: Request, argv: readonly string[], cluster: Cluster): Response {
  const protocols = request.headers.get("sec-websocket-protocol") ?? "";
  if (!protocols.includes("v5.channel.k8s.io")) return failure(400, "BadRequest", "pods", "exec");
  const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "v5.channel.k8s.io" });
  socket.onopen = async () => {
    const { code, stdout, stderr } = await cluster.exec(argv);
    send(socket, 1, stdout);
    send(socket, 2, stderr);
    send(socket, 3, new TextEncoder().encode(JSON.stringify(exitStatus(code))));
    socket.close(1000);
  };
  return response;
}

/** The first byte of a message is its channel. */
function send(socket: WebSocket, channel: number, bytes: Uint8Array): void {
  socket.send(new Uint8Array([channel, ...bytes]));
}

function exitStatus(code: number): unknown {
  if (code === 0) return { metadata: {}, status: "Success" };
  const causes = [{ reason: "ExitCode", message: String(code) }];
  return { metadata: {}, status: "Failure", reason: "NonZeroExitCode", details: { causes } };
}
