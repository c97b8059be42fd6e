/** Imports of small packages into a server that speaks S3, through the library. */
import assert from "node:assert/strict";
import minio from "../../adapters/minio/mod.ts";
import { httpFetch } from "../../core/http/client.ts";
import { type ImportOptions, importPackages } from "../../core/importer/importer.ts";
import type { AdapterInput } from "../../core/storage/adapter.ts";
import { type TestHost, testHost } from "./adapter_host.ts";
import { type Content, memoryPackage, tarGz } from "./packages.ts";

/** A server, and a user who may do everything there. */
export interface S3Place {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** What an import came to. */
export interface S3Imported {
  readonly written: number;
  readonly unchanged: number;
  /** The lines for `--verbose`. */
  readonly lines: readonly string[];
}

/** Larger than one part of 5 MiB. */
export const LARGE = new Uint8Array(6 * 2 ** 20).map((_, at) => at % 251);

/** Three files, one of them sent in parts. */
export const FILES: Readonly<Record<string, Content>> = {
  "dl.k8s.io/kubelet": "kubelet",
  "github.com/a/b/runc+1": "runc",
  "images.tar": LARGE,
};

/** Imports the files; rejects with the first failure of the target. */
export async function importInto(
  place: S3Place,
  files: Readonly<Record<string, Content>> = FILES,
  input: AdapterInput = {},
  { host = testHost(), ...options }: { readonly host?: TestHost } & Partial<ImportOptions> = {},
): Promise<S3Imported> {
  const given = {
    endpoint: place.url,
    username: place.user,
    password: place.password,
    partSize: "5MiB",
    ...input,
  };
  await using adapter = await minio.open(minio.parse(given, host), host);
  using fetch = httpFetch();
  const packages = [memoryPackage(tarGz(files))];
  const { summary, failures } = await importPackages(packages, [adapter], {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch,
    ...options,
  });
  if (failures[0] !== undefined) throw failures[0].error;
  assert(summary.ok);
  return { written: summary.written, unchanged: summary.unchanged, lines: host.lines };
}
