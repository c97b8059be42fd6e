/** What is in a packed file, as SPDX 2.3: https://spdx.github.io/spdx-spec/v2.3/ */
import type { BundledPackage } from "../bundle.ts";
import { DENO_VERSION, type Target } from "./targets.ts";

/** What is known of the file. */
export interface Contents {
  readonly target: Target;
  readonly version: string;
  /** Of the file as a whole. */
  readonly sha256: string;
  readonly packages: readonly BundledPackage[];
  /** When its source was committed. */
  readonly created: Date;
}

const DOCUMENT = "SPDXRef-DOCUMENT";
const PROGRAM = "SPDXRef-binimport";
const PUBLIC_DOMAIN = "LicenseRef-xz-public-domain";

/** The bill of materials as JSON. */
export function sbomOf(contents: Contents): string {
  const { target, version, sha256, created } = contents;
  const parts = partsOf(contents);
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: DOCUMENT,
    name: `${target.file}-${version}`,
    documentNamespace: `https://spdx.org/spdxdocs/${target.file}-${version}-${sha256.slice(0, 16)}`,
    creationInfo: {
      created: created.toISOString().replace(/\.\d+Z$/, "Z"),
      creators: [`Tool: binimport-pack-${version}`],
    },
    hasExtractedLicensingInfos: [{
      licenseId: PUBLIC_DOMAIN,
      extractedText: "liblzma is in the public domain.",
    }],
    packages: [program(contents), ...parts],
    relationships: [
      relationship(DOCUMENT, "DESCRIBES", PROGRAM),
      ...parts.map(({ SPDXID }) => relationship(PROGRAM, "CONTAINS", SPDXID)),
    ],
  };
  return JSON.stringify(document, undefined, 2) + "\n";
}

function program({ target, version, sha256 }: Contents): object {
  return {
    ...described("binimport", version, "Apache-2.0"),
    SPDXID: PROGRAM,
    packageFileName: target.file,
    primaryPackagePurpose: "APPLICATION",
    checksums: [{ algorithm: "SHA256", checksumValue: sha256 }],
  };
}

/** What is told of each part. */
type SpdxPackage = ReturnType<typeof part>;

function partsOf({ target, packages }: Contents): SpdxPackage[] {
  return [
    part("deno", DENO_VERSION, "MIT", `pkg:npm/${purl(target.deno.name)}@${DENO_VERSION}`),
    ...packages.map(({ name, version, license }) =>
      part(name, version, license, `pkg:npm/${purl(name)}@${version}`)
    ),
    ...target.debian.map(({ name, version, license, architecture }) => {
      const encoded = encodeURIComponent(version);
      return part(name, version, license, `pkg:deb/debian/${name}@${encoded}?arch=${architecture}`);
    }),
  ];
}

/** A scope's `@` is escaped: https://github.com/package-url/purl-spec */
function purl(name: string): string {
  return name.replace("@", "%40");
}

function part(name: string, version: string, license: string, locator: string) {
  const [, kind = ""] = locator.split(/[:/]/);
  const id = `${kind}-${name}-${version}`.replace(/[^A-Za-z0-9.-]+/g, "-");
  return {
    ...described(name, version, license),
    SPDXID: `SPDXRef-${id}`,
    externalRefs: [{
      referenceCategory: "PACKAGE-MANAGER",
      referenceType: "purl",
      referenceLocator: locator,
    }],
  };
}

function described(name: string, version: string, license: string) {
  return {
    name,
    versionInfo: version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: license,
    copyrightText: "NOASSERTION",
  };
}

function relationship(from: string, relationshipType: string, to: string): object {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}
