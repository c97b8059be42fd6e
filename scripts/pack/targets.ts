/** The machines that a file can be packed for, and what goes into it: each part by its checksum. */

/** A package of the npm registry. */
export interface NpmPart {
  readonly name: string;
  readonly version: string;
  /** As the registry tells it: `sha512-…` in base64. */
  readonly integrity: string;
}

/** A package of Debian. */
export interface DebianPart {
  readonly name: string;
  readonly version: string;
  readonly architecture: "amd64" | "arm64";
  /** SPDX's name of the licence of what is taken from it. */
  readonly license: string;
  readonly sha256: string;
}

/** A machine, and what it takes to run there. */
export interface Target {
  /** As `uname -m` tells it. */
  readonly machine: "x86_64" | "aarch64";
  /** The file in `dist/`. */
  readonly file: string;
  readonly deno: NpmPart;
  readonly debian: readonly DebianPart[];
  /** Where Debian keeps libraries. */
  readonly libraryFolder: string;
  readonly loader: string;
}

/** The Deno that is packed, and that packs: its compressor decides on bytes. */
export const DENO_VERSION = "2.9.5";

/** Holds Deno's licence; the packages with the programs do not. */
export const DENO_LICENSE: NpmPart = {
  name: "deno",
  version: DENO_VERSION,
  integrity:
    "sha512-Jt/AcJiErtUW9krGwlwUDsm1coNtmfthiQ4JtSCF+JNkqohbeiJoRVkCr4FA4WQstyHuSJaON6PHCin0UCtlLg==",
};

/** Libraries that Deno itself needs. */
export const DENO_LIBRARIES: readonly string[] = [
  "libc.so.6",
  "libdl.so.2",
  "libgcc_s.so.1",
  "libm.so.6",
  "libpthread.so.0",
  "librt.so.1",
];

/** Libraries that `zstd` needs besides libc; they are gone once the program is unpacked. */
export const ZSTD_LIBRARIES: readonly string[] = ["liblz4.so.1", "liblzma.so.5", "libz.so.1"];

/** Of Debian 12, with the licence of what is taken from each. */
const DEBIAN_PACKAGES = [
  {
    name: "libc6",
    version: "2.36-9+deb12u14",
    license: "LGPL-2.1-or-later",
    sha256: {
      amd64: "ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf",
      arm64: "01f4330719fd4f65580e16ea5a0527f372fca750e8f588d26deaf09f2d3b1cf4",
    },
  },
  {
    name: "libgcc-s1",
    version: "12.2.0-14+deb12u1",
    license: "GPL-3.0-or-later WITH GCC-exception-3.1",
    sha256: {
      amd64: "3016e62cb4b7cd8038822870601f5ed131befe942774d0f745622cc77d8a88f7",
      arm64: "576926b283613db80168ddf76380a3bd877602778cf0d226caa7bfbfa71eacf3",
    },
  },
  { // the notices of libgcc-s1
    name: "gcc-12-base",
    version: "12.2.0-14+deb12u1",
    license: "GPL-3.0-or-later WITH GCC-exception-3.1",
    sha256: {
      amd64: "1896a2aacf4ad681ff5eacc24a5b0ca4d5d9c9b9c9e4b6de5197bc1e116ea619",
      arm64: "674cf6cba6d432bd200c45fe866c1652c7a53523cc2e7a613e05bc4abf7b5440",
    },
  },
  {
    name: "zstd",
    version: "1.5.4+dfsg2-5",
    license: "BSD-3-Clause",
    sha256: {
      amd64: "3f6f833ae2fd533a0c9238310aef1148f51a64aa5d5f1278451ddc793d4d6d15",
      arm64: "97a58383b0ad55cc8183e59cbb112f2eb55c3dc1e90de816fa5cfb983d5c2ff0",
    },
  },
  {
    name: "liblz4-1",
    version: "1.9.4-1",
    license: "BSD-2-Clause",
    sha256: {
      amd64: "64cde86cef1deaf828bd60297839b59710b5cd8dc50efd4f12643caaee9389d3",
      arm64: "f061216ce11aabba8f032dfd6c75c181e782fef7493033b9621a8c3b2953b87e",
    },
  },
  {
    name: "liblzma5",
    version: "5.4.1-1+deb12u2",
    license: "LicenseRef-xz-public-domain",
    sha256: {
      amd64: "3d8c29c8c21ec6007635e1b2591edf98b771c9572a085968f47452b33040f384",
      arm64: "36358d245f246234721e6c1c2ee5d11a46c1c877023c63f7570df02cd79964f5",
    },
  },
  {
    name: "zlib1g",
    version: "1:1.2.13.dfsg-1",
    license: "Zlib",
    sha256: {
      amd64: "d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4",
      arm64: "52b8b8a145bbe1956bba82034f77022cbef0c3d0885c9e32d9817a7932fe1913",
    },
  },
] as const;

function debianParts(architecture: DebianPart["architecture"]): DebianPart[] {
  return DEBIAN_PACKAGES.map(({ sha256, ...rest }) => ({
    ...rest,
    architecture,
    sha256: sha256[architecture],
  }));
}

/** The machines, the most used first. */
export const TARGETS: readonly Target[] = [
  {
    machine: "x86_64",
    file: "binimport",
    deno: {
      name: "@deno/linux-x64-glibc",
      version: DENO_VERSION,
      integrity:
        "sha512-TDqcnoLe3jlgqYEQm7H7MK6q0JOth+o8iSZzknRODnVkJfPiNnjVn1M1Zc6vnp+ipkyb6Av1/CUlHgHtlq59Gw==",
    },
    debian: debianParts("amd64"),
    libraryFolder: "x86_64-linux-gnu",
    loader: "ld-linux-x86-64.so.2",
  },
  {
    machine: "aarch64",
    file: "binimport-arm64",
    deno: {
      name: "@deno/linux-arm64-glibc",
      version: DENO_VERSION,
      integrity:
        "sha512-IuYjsz9PGl7CJcNXMuN27KNDB8Q40brK3SG3l+TXMDVW61ZKwcn0fQHBHnXFiiygEwI8by/fKnASEluhZB1atw==",
    },
    debian: debianParts("arm64"),
    libraryFolder: "aarch64-linux-gnu",
    loader: "ld-linux-aarch64.so.1",
  },
];
