/** What runtimes can answer that is of no use: each has its own sentence and its next step. */
import { doesNotMatch, equal, match } from "node:assert/strict";
import { hostname } from "node:os";
import { failing, listing, printing, withClients } from "../../support/containers/clients.ts";

const LOCATE = ["locate", "--url", "http://192.0.2.1:8080/"];
const WEB = [...LOCATE, "--container", "web"];

const RUNNING = {
  Id: "ab".repeat(32),
  Name: "/web",
  State: { Status: "running", Running: true, Pid: 4_100_000 },
  HostConfig: { NetworkMode: "bridge" },
  Mounts: [],
};

const POD = {
  metadata: { name: "files-0", namespace: "kubean", uid: "0d1f6ad4-7d4b-4a6e-9d5f-3f2f1a9a7b10" },
  spec: { nodeName: hostname(), hostNetwork: true, containers: [{ name: "nginx" }] },
  status: {
    phase: "Running",
    containerStatuses: [{
      name: "nginx",
      state: { running: {} },
      containerID: "containerd://5eed",
    }],
  },
};

/** The same with a claim. */
const CLAIMING = {
  ...POD,
  spec: {
    ...POD.spec,
    volumes: [{ name: "www", persistentVolumeClaim: { claimName: "www" } }],
    containers: [{ name: "nginx", volumeMounts: [{ name: "www", mountPath: "/www" }] }],
  },
};

/** A script that prints a configuration as `nginx -T` does. */
function printed(conf: string): string {
  return `cat <<'END'\n# configuration file /etc/nginx/nginx.conf:\n${conf}\nEND\n`;
}

interface Case {
  readonly name: string;
  readonly clients: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly error: RegExp;
  readonly hint: RegExp;
}

const cases: readonly Case[] = [
  {
    name: "no client at all",
    clients: {},
    error: /none of docker, podman, crictl, nerdctl, ctr, kubectl is on PATH/,
    hint: /on the host of the container/,
  },
  {
    name: "the client that was named is missing",
    clients: { podman: "exit 0" },
    args: [...WEB, "--runtime", "docker"],
    error: /docker is not on PATH/,
    hint: /sudo has a PATH of its own/,
  },
  {
    name: "no such container, with docker's words",
    clients: {
      docker: `echo "[]"; ${failing("Error response from daemon: No such container: web")}`,
    },
    error: /Cannot find the container "web": docker has none of that name$/,
    hint: /docker ps -a/,
  },
  {
    name: "no such container here, and another runtime is silent",
    clients: {
      docker: `echo "[]"; ${failing("Error: No such container: web")}`,
      podman: failing("Error: cannot open database", 125),
    },
    error: /docker has none of that name; podman: Error: cannot open database$/,
    hint: /docker ps -a/,
  },
  {
    name: "no containerd: ctr names itself",
    clients: { ctr: failing('ctr: failed to dial "/run/containerd/containerd.sock": timeout') },
    error: /Cannot find the container "web": ctr: failed to dial "\S+": timeout$/,
    hint: /Check that it runs here/,
  },
  ...[
    "Error response from daemon: Container 5eed is not running",
    "Error: can only create exec sessions on running containers: container state improper",
    'ctr: container "5eed" in namespace "default": not found',
    "ctr: no running task found: task 5eed not found: not found",
    "rpc error: code = Unknown desc = failed to exec in container: container is in CONTAINER_EXITED state",
    'Error from server (NotFound): pods "files-0" not found',
  ].map((said): Case => ({
    name: `gone when nginx is asked: ${said}`,
    clients: {
      kubectl: `[ "$1" = get ] && ${printing(POD).replace("cat", "exec cat")}
${failing(said)}`,
    },
    args: [...LOCATE, "--pod", "files-0"],
    env: { KUBECONFIG: "/nowhere/kubeconfig" },
    error: /Cannot read the configuration in the container "files-0\/nginx" \(kubectl\): /,
    hint: /It has ended, or was removed meanwhile: try again/,
  })),
  {
    name: "not permitted",
    clients: {
      docker: failing(
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
      ),
    },
    error: /Cannot find the container "web": docker: permission denied while trying/,
    hint: /Run as root/,
  },
  {
    name: "no daemon",
    clients: {
      docker: failing(
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      ),
    },
    error: /docker: Cannot connect to the Docker daemon .* Is the docker daemon running\?/,
    hint: /Check that it runs here/,
  },
  {
    name: "garbage",
    clients: { docker: "echo '<html>502</html>'" },
    error: /docker: it answers with something else than JSON: "<html>502<\/html>"/,
    hint: /on PATH under that name/,
  },
  {
    name: "JSON of another shape",
    clients: { docker: printing({ message: "hello" }) },
    error: /docker has none of that name/,
    hint: /docker ps -a/,
  },
  {
    name: "stopped",
    clients: {
      docker: printing([{ ...RUNNING, State: { Status: "exited", Running: false, Pid: 0 } }]),
    },
    error: /Cannot use the container "web" \(docker\): it is exited/,
    hint: /docker start web/,
  },
  {
    name: "starting again and again, of which docker says that it runs",
    clients: {
      docker: printing([{ ...RUNNING, State: { Status: "restarting", Running: true, Pid: 0 } }]),
    },
    error: /Cannot use the container "web" \(docker\): it is restarting/,
    hint: /See why it ends: docker logs web\./,
  },
  {
    name: "an id that is too short",
    clients: {
      docker: failing(
        "Error response from daemon: multiple IDs found with provided prefix: ab",
      ),
    },
    error: /docker: Error response from daemon: multiple IDs found/,
    hint: /Give more of its id\./,
  },
  {
    name: "no daemon, behind a warning about something that is not permitted",
    clients: {
      docker: failing(
        "WARNING: Error loading config file: /home/dev/.docker/config.json: permission denied\nCannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      ),
    },
    error: /docker: Cannot connect to the Docker daemon/,
    hint: /Check that it runs here/,
  },
  {
    name: "a pod with nothing mounted",
    clients: {
      kubectl: `[ "$1" = get ] && ${printing(POD).replace("cat", "exec cat")}
${printed("events {}\nhttp { server { listen 8080; root /www; } }")}`,
    },
    args: [...LOCATE, "--pod", "files-0"],
    env: { KUBECONFIG: "/nowhere/kubeconfig" },
    error: /nothing is mounted there, so the files are in the image's layer/,
    hint: /^ {2}Mount a hostPath or a PersistentVolumeClaim there\.$/,
  },
  {
    name: "another host's docker",
    clients: {
      docker: `[ "$1" = context ] && exec echo remote tcp://192.0.2.9:2376; ${printing([RUNNING])}`,
    },
    error: /it does not run on this host: docker's context "remote" is tcp:\/\/192\.0\.2\.9:2376/,
    hint: /Run binimport on the host of the container/,
  },
  {
    name: "nobody serves the URL",
    clients: {
      docker: listing([RUNNING]),
      podman: failing("Error: broken", 125),
    },
    args: [...LOCATE, "--adapter", "container"],
    error: /no running container of docker publishes port 8080, .*; podman: Error: broken$/,
    hint: /--container NAME or --pod NAME/,
  },
  {
    name: "two of that name",
    clients: {
      docker: printing([RUNNING]),
      podman: printing([{ ...RUNNING, Id: "cd".repeat(32) }]),
    },
    error:
      /Cannot choose the container "web": there are web \(docker, abab\w+\), web \(podman, cdcd/,
    hint: /Add --runtime docker or --runtime podman\./,
  },
  {
    name: "kubectl without a cluster",
    clients: { kubectl: "exit 9" },
    args: [...LOCATE, "--pod", "files-0"],
    error: /Cannot find the pod "files-0": kubectl: there is no kubeconfig/,
    hint: /Set KUBECONFIG/,
  },
  {
    name: "a role that forbids to run something in a pod",
    clients: {
      kubectl: `[ "$1" = get ] && ${printing(POD).replace("cat", "exec cat")}
${
        failing(
          'Error from server (Forbidden): pods "files-0" is forbidden: User "system:serviceaccount:kubean:importer" cannot create resource "pods/exec" in API group "" in the namespace "kubean"',
        )
      }`,
    },
    args: [...LOCATE, "--pod", "files-0"],
    env: { KUBECONFIG: "/nowhere/kubeconfig" },
    error:
      /Cannot read the configuration in the container "files-0\/nginx" \(kubectl\): .*cannot create resource "pods\/exec"/,
    hint: /Bind a role .*--verb=create --resource=pods\/exec\), or ask the runtime of the node/,
  },
  {
    name: "a role that forbids to get volumes, where the kernel does not tell them",
    clients: {
      kubectl: `case "$*" in
*" pv "*)
${
        failing(
          'Error from server (Forbidden): persistentvolumes "pv-1" is forbidden: User "dev" cannot get resource "persistentvolumes" in API group "" at the cluster scope',
        )
      };;
*" pvc "*)
${printing({ spec: { volumeName: "pv-1" } })}
;;
exec*)
${printed("events {}\nhttp { server { listen 8080; root /www; } }")}
;;
*)
${printing(CLAIMING)}
;;
esac`,
    },
    args: [...LOCATE, "--pod", "files-0"],
    env: { KUBECONFIG: "/nowhere/kubeconfig" },
    error: /persistentvolumes "pv-1" is forbidden: User "dev" cannot get resource/,
    hint: /kubectl create clusterrole NAME --verb=get --resource=persistentvolumes\)/,
  },
  {
    name: "an API server that goes away in the middle",
    clients: {
      kubectl: `[ "$1" = get ] && ${printing(POD).replace("cat", "exec cat")}
${
        failing(
          "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
        )
      }`,
    },
    args: [...LOCATE, "--pod", "files-0"],
    env: { KUBECONFIG: "/nowhere/kubeconfig" },
    error:
      /Cannot read the configuration in the container "files-0\/nginx" \(kubectl\): The connection to the server .* was refused/,
    hint: /API server runs and answers/,
  },
  {
    name: "an expired certificate",
    clients: {
      kubectl: failing(
        "Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-30T09:15:11Z is after 2025-01-01T00:00:00Z",
      ),
    },
    args: [...LOCATE, "--pod", "files-0"],
    env: { KUBECONFIG: "/nowhere/kubeconfig" },
    error: /kubectl: Unable to connect to the server: .*is after 2025-01-01T00:00:00Z$/,
    hint: /clock and the certificates: kubeadm certs check-expiration/,
  },
  {
    name: "crictl without root, which tells it far behind",
    clients: {
      crictl: failing(
        String
          .raw`time="2026-01-01T00:00:00Z" level=warning msg="Config \"/etc/crictl.yaml\" does not exist, trying next: \"/usr/bin/crictl.yaml\""
time="2026-01-01T00:00:00Z" level=fatal msg="validate service connection: validate CRI v1 runtime API for endpoint \"unix:///run/containerd/containerd.sock\": rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: permission denied\""`,
      ),
    },
    error: /crictl: validate service connection: .*…?.*connect: permission denied"$/,
    hint: /Run as root/,
  },
  {
    name: "options of other targets",
    clients: {},
    args: [...WEB, "--nginx-conf", "x"],
    status: 2,
    error: /Cannot use --nginx-conf with a container/,
    hint: /read through its runtime/,
  },
  {
    name: "another target than a folder",
    clients: {},
    args: [...LOCATE, "--adapter", "minio"],
    status: 2,
    error: /Cannot locate a folder with --adapter minio/,
    hint: /--adapter container/,
  },
  {
    name: "a container for nginx-fs",
    clients: {},
    args: [...WEB, "--adapter", "nginx-fs"],
    status: 2,
    error: /Cannot use --container with nginx-fs/,
    hint: /option of container/,
  },
];

for (const { name, clients, args = WEB, env = {}, status = 4, error, hint } of cases) {
  Deno.test(`container: ${name}`, async () => {
    const ended = await withClients(clients, args, { HOME: "/nowhere", ...env });
    equal(ended.status, status, ended.stderr);
    const [first = "", second = ""] = ended.stderr.split("\n");
    match(first, error);
    match(second, hint);
    equal(ended.stdout, "");
  });
}

Deno.test("container: of several that publish the port, none is guessed", async () => {
  const published = (id: string, address: string) => ({
    ...RUNNING,
    Id: id.repeat(32),
    Name: `/web-${id}`,
    NetworkSettings: { Ports: { "80/tcp": [{ HostIp: address, HostPort: "8080" }] } },
  });
  const both = [published("ab", "192.0.2.1"), published("cd", "192.0.2.2")];
  const docker = listing(both);
  const args = ["locate", "--adapter", "container", "--url", "http://files.example:8080/"];
  const { status, stderr } = await withClients({ docker }, args);
  equal(status, 4);
  match(stderr, /it may be any of web-ab \(docker, abab\w+\), web-cd \(docker, cdcd\w+\)/);
  match(stderr, /\n {2}Name it with --container RUNTIME\/NAME/);
  const address = await withClients({ docker }, [...args.slice(0, -1), "http://192.0.2.2:8080/"]);
  match(address.stderr, /Cannot use the container "web-cd" \(docker\)/, "an address tells which");
});

Deno.test("container: no credential of ours reaches a client", async () => {
  const env = { BINIMPORT_PASSWORD: "hunter2", AWS_SECRET_ACCESS_KEY: "hunter2", DOCKER_HOST: "x" };
  const docker = 'env | grep -c hunter2 >&2; echo "host $DOCKER_HOST" >&2; exit 1';
  const { stderr } = await withClients({ docker }, WEB, env);
  match(stderr, /docker: host x$/m);
  const counting = await withClients(
    { docker: 'echo "seen $(env | grep -c hunter2)" >&2; exit 1' },
    WEB,
    env,
  );
  match(counting.stderr, /docker: seen 0$/m);
});

Deno.test("container: the adapter of imports may stand in a variable", async () => {
  const inVariable = async (adapter: string) =>
    (await withClients({}, LOCATE, { BINIMPORT_ADAPTER: adapter })).stderr;
  doesNotMatch(await inVariable("minio"), /is on PATH|--adapter minio/);
  match(await inVariable("container"), /none of docker, podman/);
});
