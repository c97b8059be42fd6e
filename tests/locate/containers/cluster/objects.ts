/** Objects of Kubernetes that tests apply. */
import { nginxConf } from "../../../support/containers/root_fs.ts";

/** Everything that nginx writes is in /tmp: a pod may have nothing else to write to. */
const WRITES = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((one) => `${one}_temp_path /tmp/${one};`).join(" ");

function conf(servers: string): string {
  return `pid /tmp/nginx.pid;\nerror_log stderr;\n${
    nginxConf(`access_log off; ${WRITES}\n${servers}`)
  }`;
}

/** Volumes are below /v, each under the URL of its name; /app is a link of the image. */
const VOLUMES = `
  location / { root /usr/share/nginx/html; }
  location /v/ { root /; }
  location /site/ { alias /opt/site/; }`;

/** What the image holds besides nginx. */
export const IMAGE_FILES: Readonly<Record<string, string>> = {
  "/etc/nginx/nginx.conf": conf(`server { listen 80; ${VOLUMES} }`),
  "/etc/nginx/host.conf": conf("server { listen 8088; root /usr/share/nginx/html; }"),
  "/etc/nginx/high.conf": conf("server { listen 8080; root /usr/share/nginx/html; }"),
  "/opt/site/placeholder": "",
};

/** The image of all pods. */
export const IMAGE = { image: "localhost/web:1", imagePullPolicy: "Never" };

/** A container that runs nginx. */
export function nginx(
  volumeMounts: readonly unknown[],
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return { name: "nginx", ...IMAGE, command: ["/usr/sbin/nginx"], volumeMounts, ...more };
}

/** A pod, which ends at once when it is removed. */
export function pod(
  name: string,
  volumes: readonly unknown[],
  containers: readonly unknown[],
  more: Readonly<Record<string, unknown>> = {},
): unknown {
  const spec = { terminationGracePeriodSeconds: 0, enableServiceLinks: false };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { ...spec, volumes, containers, ...more },
  };
}

/** A volume that is a folder of the node. */
export function hostPath(name: string, path: string, type = "Directory"): unknown {
  return { name, hostPath: { path, type } };
}

/** A volume of the cluster, and the claim that is bound to it. */
export function claimed(
  name: string,
  source: Readonly<Record<string, unknown>>,
  claim = name,
): unknown[] {
  const capacity = { storage: "1Mi" };
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName: "" };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: { ...spec, capacity, claimRef: { name: claim, namespace: "default" }, ...source },
    },
    ...(claim === name
      ? [{
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: claim, namespace: "default" },
        spec: { ...spec, volumeName: name, resources: { requests: capacity } },
      }]
      : []),
  ];
}
